#include "crypto/phc.h"
#include "text/encoding.h"

struct phc_form {
	const char *name, *version; /* version NULL: hashes of this algorithm name no version */
	size_t least_salt;
	struct {
		const char *name;
		int64_t min, max;
	} param[PHC_PARAMS];
};

static const struct phc_form phc_forms[] = {
	[PHC_SCRYPT] = { "scrypt", NULL, 0, { { "ln", 1, 16 }, { "r", 1, 32 }, { "p", 1, 16 } } },
	[PHC_ARGON2ID] = { "argon2id", "v=19", 8,
	    { { "m", 8, 65536 }, { "t", 1, 16 }, { "p", 1, 4 } } },
};

/* Each parameter is in its range; together they may still cost too much. */
static bool is_cheap_enough(const struct phc *p)
{
	if (p->alg == PHC_ARGON2ID)
		return p->v[0] >= 8 * p->v[2] && p->v[0] * p->v[1] <= 512 * 1024;
	return p->v[1] << p->v[0] <= 512 * 1024 &&
	    (p->v[1] * p->v[2]) << p->v[0] <= 8 * 1024 * 1024;
}

/* "name=number" */
static bool read_phc_param(struct str s, const struct phc_form *r, int i, int64_t *out)
{
	struct str name, number;

	return str_cut(s, '=', &name, &number) && str_is(name, r->param[i].name) &&
	    str_i64(number, out) && *out >= r->param[i].min && *out <= r->param[i].max;
}

static bool read_phc_params(struct str s, const struct phc_form *r, int64_t v[PHC_PARAMS])
{
	struct str one;
	bool more = true;

	for (int i = 0; i < PHC_PARAMS; i++) {
		if (!more)
			return false;
		more = str_cut(s, ',', &one, &s);
		if (!read_phc_param(one, r, i, &v[i]))
			return false;
	}
	return !more;
}

static bool read_phc_octets(struct arena *mem, struct str s, uint8_t *out, size_t max, size_t *n)
{
	struct buf b = { .mem = mem };
	struct blob got;

	for (size_t i = 0; i < s.n; i++)
		if (strchr("= \t\r\n", s.s[i]))
			return false;
	buf_str(&b, s);
	buf_put(&b, "==", (4 - s.n % 4) % 4 % 3);
	if (s.n % 4 == 1 || !base64_decode(mem, buf_done(&b), &got) || got.n > max)
		return false;
	memcpy(out, got.p, got.n);
	*n = got.n;
	return true;
}

static bool find_phc_algorithm(struct str name, enum phc_alg *alg)
{
	for (size_t i = 0; i < sizeof phc_forms / sizeof phc_forms[0]; i++)
		if (str_is(name, phc_forms[i].name)) {
			*alg = (enum phc_alg)i;
			return true;
		}
	return false;
}

bool phc_parse(struct arena *mem, struct str text, struct phc *p)
{
	struct str part;

	*p = (struct phc){ 0 };
	if (text.n == 0 || text.s[0] != '$' || !str_cut(str_from(text, 1), '$', &part, &text) ||
	    !find_phc_algorithm(part, &p->alg))
		return false;
	const struct phc_form *r = &phc_forms[p->alg];
	if (r->version && !(str_cut(text, '$', &part, &text) && str_is(part, r->version)))
		return false;
	if (!str_cut(text, '$', &part, &text) || !read_phc_params(part, r, p->v) ||
	    !is_cheap_enough(p))
		return false;
	return str_cut(text, '$', &part, &text) &&
	    read_phc_octets(mem, part, p->salt, PHC_SALT, &p->nsalt) &&
	    read_phc_octets(mem, text, p->hash, PHC_HASH, &p->nhash) && p->nsalt >= r->least_salt &&
	    p->nhash >= 16;
}

static struct str print_unpadded_base64(struct arena *mem, const uint8_t *p, size_t n)
{
	struct str s = base64_encode(mem, (struct blob){ p, n });

	while (s.n && s.s[s.n - 1] == '=')
		s.n--;
	return s;
}

struct str phc_print(struct arena *mem, const struct phc *p)
{
	const struct phc_form *r = &phc_forms[p->alg];
	struct buf b = { .mem = mem };

	buf_printf(&b, "$%s$%s%s", r->name, r->version ? r->version : "", r->version ? "$" : "");
	for (int i = 0; i < PHC_PARAMS; i++)
		buf_printf(&b, "%s%s=%lld", i ? "," : "", r->param[i].name, (long long)p->v[i]);
	buf_z(&b, "$");
	buf_str(&b, print_unpadded_base64(mem, p->salt, p->nsalt));
	buf_z(&b, "$");
	buf_str(&b, print_unpadded_base64(mem, p->hash, p->nhash));
	return buf_done(&b);
}
