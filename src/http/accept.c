#include "base/ascii.h"
#include "http/http.h"

/* Take the text up to the next `sep` outside of quotes (RFC 9110 5.6.4), trimmed. */
static bool next_accept_item(struct str *rest, char sep, struct str *out)
{
	size_t i = 0;
	bool quoted = false;

	if (rest->n == 0)
		return false;
	for (; i < rest->n && (quoted || rest->s[i] != sep); i++) {
		if (rest->s[i] == '"')
			quoted = !quoted;
		else if (quoted && rest->s[i] == '\\')
			i++;
	}
	i = i < rest->n ? i : rest->n;
	*out = str_trim((struct str){ rest->s, i });
	*rest = str_from(*rest, i + 1);
	return true;
}

enum { WEIGHT_ONE = 1000 };

/* A weight is 0 to 1 with up to three decimals (RFC 9110 12.4.2). A malformed weight counts as
 * 0. */
static int read_weight(struct str q)
{
	int weight = q.n && q.s[0] == '1' ? WEIGHT_ONE : 0, digit = WEIGHT_ONE / 10;

	if (q.n == 0 || q.n > 5 || (q.s[0] != '0' && q.s[0] != '1') || (q.n > 1 && q.s[1] != '.'))
		return 0;
	for (size_t i = 2; i < q.n; i++, digit /= 10) {
		if (!ascii_is_digit(q.s[i]) || (q.s[0] == '1' && q.s[i] != '0'))
			return 0;
		weight += (q.s[i] - '0') * digit;
	}
	return weight;
}

static int read_params_weight(struct str params)
{
	struct str one, name, value;
	int weight = WEIGHT_ONE;

	while (next_accept_item(&params, ';', &one)) {
		str_cut(one, '=', &name, &value);
		if (str_ieq(str_trim(name), STR("q")))
			weight = read_weight(str_trim(value));
	}
	return weight;
}

/* How exactly a media range names a type: 3 by its name, 2 as type/ *, 1 as * / *, 0 not at all. */
static int match_range(struct str range, struct str type)
{
	struct str kind, sub;

	if (str_ieq(range, type))
		return 3;
	if (str_is(range, "*/*"))
		return 1;
	str_cut(type, '/', &kind, &sub);
	return range.n == kind.n + 2 && str_ieq((struct str){ range.s, kind.n }, kind) &&
		str_is(str_from(range, kind.n), "/*")
	    ? 2
	    : 0;
}

/* What Accept says of one type, by the most exact range that names it. */
struct accepted {
	int exact, weight;
	size_t at; /* position of that range in the header */
};

static struct accepted read_accepted(struct str accept, const char *type)
{
	struct accepted best = { .exact = 0 };
	struct str one, name;

	for (size_t at = 0; next_accept_item(&accept, ',', &one); at++) {
		if (!next_accept_item(&one, ';', &name))
			continue;
		struct accepted a = { match_range(name, str_of(type)), read_params_weight(one),
			at };
		if (a.exact > best.exact || (a.exact == best.exact && a.weight > best.weight))
			best = a;
	}
	return best;
}

bool http_accepts(struct str accept, const char *type)
{
	struct accepted a = read_accepted(accept, type);

	return a.exact == 3 && a.weight > 0;
}

/* Prefer the greater weight; then a type that is named to a type that a wildcard covers; then the
 * type that is named first. */
static bool is_preferred(const struct accepted *a, const struct accepted *to)
{
	if (a->weight != to->weight)
		return a->weight > to->weight;
	if ((a->exact == 3) != (to->exact == 3))
		return a->exact == 3;
	return a->exact == 3 && a->at < to->at;
}

size_t http_choose(struct str accept, const char *const *types, size_t n)
{
	struct accepted best = read_accepted(accept, types[0]);
	size_t choice = 0;

	for (size_t i = 1; i < n; i++) {
		struct accepted a = read_accepted(accept, types[i]);
		if (!is_preferred(&a, &best))
			continue;
		best = a;
		choice = i;
	}
	return choice;
}

static bool is_token68_char(char c)
{
	return ascii_is_alnum(c) || ascii_is_one_of(c, "-._~+/");
}

static bool is_token68(struct str t)
{
	size_t n = t.n;

	while (n && t.s[n - 1] == '=')
		n--;
	return n != 0 && ascii_all((struct str){ t.s, n }, is_token68_char);
}

struct str http_bearer(struct str authorization)
{
	struct str scheme, token;

	str_cut(str_trim(authorization), ' ', &scheme, &token);
	token = str_trim(token);
	return str_ieq(scheme, STR("Bearer")) && is_token68(token) ? token : STR("");
}
