#include "core/introspect.h"
#include "base/clock.h"
#include "base/fetch.h"
#include "crypto/hash.h"
#include "json/shape.h"
#include "text/encoding.h"

enum { ISSUER_MAX = 253, URL_MAX = 500, KNOWN = 64, KEEP = 600 };

/* Of this process: where to ask, or (url "") that there is nothing to ask. */
static struct known {
	char issuer[ISSUER_MAX + 1], url[URL_MAX + 1];
	int64_t until;
} known[KNOWN];

struct motet {
	struct str introspect;
};
struct well_known {
	struct motet motet;
};
struct answer {
	bool active;
};
ROW(motet, F_STR(motet, introspect, .max = URL_MAX));
ROW(answer, F_BOOL(answer, active, .flags = REQUIRED));

static enum err motet_get(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	(void)f;
	return shape_decode(cx, &motet_shape, v, out);
}
ROW(well_known, F_CUSTOM(well_known, motet, motet_get));

/* An object of theirs; false for everything else that may come. What was said of it concerns nobody
 * here. */
static bool get(struct cx *cx, struct str url, int redirects, const struct shape *sh, void *out)
{
	struct fail before = cx->why;
	struct fetch_reply r = { .status = 0 };
	struct json_object *v;

	bool good = cx->fetch && cx->fetch->get(cx, cx->fetch, url, redirects, &r) == OK;
	good = good && r.status == 200 && json_parse(cx, r.body, &v) == OK &&
	    shape_decode(cx, sh, v, out) == OK;
	cx->why = before;
	return good;
}

static bool printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] <= 0x20 || s.s[i] > 0x7e)
			return false;
	return true;
}

static void learn(struct cx *cx, struct str issuer, struct known *k)
{
	struct well_known w = { .motet = { { NULL, 0 } } };

	bool there = get(cx,
	    str_of(arena_printf(
		cx->mem, "https://%.*s/.well-known/polyproto-core", (int)issuer.n, issuer.s)),
	    1, &well_known_shape, &w);
	there = there && str_starts(w.motet.introspect, "https://") &&
	    printable(w.motet.introspect) &&
	    memchr(w.motet.introspect.s, '?', w.motet.introspect.n) == NULL;
	snprintf(k->issuer, sizeof k->issuer, "%.*s", (int)issuer.n, issuer.s);
	snprintf(k->url, sizeof k->url, "%.*s", there ? (int)w.motet.introspect.n : 0,
	    there ? w.motet.introspect.s : "");
	k->until = clock_us() + (int64_t)KEEP * 1000000;
}

static const char *where(struct cx *cx, struct str issuer)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(issuer), hash);
	struct known *k = &known[hash[0] % KNOWN];
	if (!str_is(issuer, k->issuer) || k->until < clock_us())
		learn(cx, issuer, k);
	return k->url;
}

bool introspect_allows(struct cx *cx, struct str issuer, struct str token)
{
	uint8_t hash[HASH_BYTES];
	struct answer a = { .active = true };

	if (issuer.n > ISSUER_MAX || cx->fetch == NULL)
		return true;
	const char *url = where(cx, issuer);
	if (url[0] == '\0')
		return true;
	sha256(str_blob(token), hash);
	struct str hex = hex_encode(cx->mem, (struct blob){ hash, sizeof hash });
	return !get(cx, str_of(arena_printf(cx->mem, "%s?token_hash=%.*s", url, (int)hex.n, hex.s)),
		   0, &answer_shape, &a) ||
	    a.active;
}
