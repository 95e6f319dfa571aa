#include "core/introspect.h"
#include "base/clock.h"
#include "base/fetch.h"
#include "crypto/hash.h"
#include "json/shape.h"
#include "text/encoding.h"

enum { ISSUER_NAME_MAX = 253, INTROSPECT_URL_MAX = 500, ISSUERS = 64, ISSUER_FRESH = 600 };

/* Introspection URLs of issuers, in this process; url "": the issuer has none. */
static struct issuer {
	char issuer[ISSUER_NAME_MAX + 1], url[INTROSPECT_URL_MAX + 1];
	int64_t until;
} issuers[ISSUERS];

struct well_known_motet {
	struct str introspect;
};
struct well_known_introspect {
	struct well_known_motet motet;
};
struct introspect_answer {
	bool active;
};
ROW(well_known_motet, F_STR(well_known_motet, introspect, .max = INTROSPECT_URL_MAX));
ROW(introspect_answer, F_BOOL(introspect_answer, active, .flags = REQUIRED));

static enum err read_motet_member(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	(void)f;
	return shape_decode(cx, &well_known_motet_shape, v, out);
}
ROW(well_known_introspect, F_CUSTOM(well_known_introspect, motet, read_motet_member));

/* Fetch and decode an object; false for anything else. The error in cx->why is discarded. */
static bool fetch_json_object(
    struct cx *cx, struct str url, int redirects, const struct shape *sh, void *out)
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

static bool is_printable_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] <= 0x20 || s.s[i] > 0x7e)
			return false;
	return true;
}

static void fetch_introspect_url(struct cx *cx, struct str issuer, struct issuer *k)
{
	struct well_known_introspect w = { .motet = { { NULL, 0 } } };

	bool there = fetch_json_object(cx,
	    str_of(arena_printf(
		cx->mem, "https://%.*s/.well-known/polyproto-core", (int)issuer.n, issuer.s)),
	    1, &well_known_introspect_shape, &w);
	there = there && str_starts(w.motet.introspect, "https://") &&
	    is_printable_ascii(w.motet.introspect) &&
	    memchr(w.motet.introspect.s, '?', w.motet.introspect.n) == NULL;
	snprintf(k->issuer, sizeof k->issuer, "%.*s", (int)issuer.n, issuer.s);
	snprintf(k->url, sizeof k->url, "%.*s", there ? (int)w.motet.introspect.n : 0,
	    there ? w.motet.introspect.s : "");
	k->until = clock_us() + (int64_t)ISSUER_FRESH * 1000000;
}

static const char *find_introspect_url(struct cx *cx, struct str issuer)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(issuer), hash);
	struct issuer *k = &issuers[hash[0] % ISSUERS];
	if (!str_is(issuer, k->issuer) || k->until < clock_us())
		fetch_introspect_url(cx, issuer, k);
	return k->url;
}

bool introspect_allows(struct cx *cx, struct str issuer, struct str token)
{
	uint8_t hash[HASH_BYTES];
	struct introspect_answer a = { .active = true };

	if (issuer.n > ISSUER_NAME_MAX || cx->fetch == NULL)
		return true;
	const char *url = find_introspect_url(cx, issuer);
	if (url[0] == '\0')
		return true;
	sha256(str_blob(token), hash);
	struct str hex = hex_encode(cx->mem, (struct blob){ hash, sizeof hash });
	return !fetch_json_object(cx,
		   str_of(arena_printf(cx->mem, "%s?token_hash=%.*s", url, (int)hex.n, hex.s)), 0,
		   &introspect_answer_shape, &a) ||
	    a.active;
}
