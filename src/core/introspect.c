#include "core/introspect.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/fetch.h"
#include "base/log.h"
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

enum introspect_reply { REPLY_OBJECT, REPLY_OTHER, REPLY_NONE };

/* Fetch and decode an object. The error in cx->why is discarded. REPLY_NONE: the server could not
 * be asked, or failed (429, 5xx); REPLY_OTHER: the server sent anything but such an object. */
static enum introspect_reply fetch_json_object(
    struct cx *cx, struct str url, int redirects, const struct shape *sh, void *out)
{
	struct fail before = cx->why;
	struct fetch_reply r = { .status = 0 };
	struct json_object *v;

	enum err e = cx->fetch->get(cx, cx->fetch, url, redirects, &r);
	bool good = e == OK && r.status == 200 && json_parse(cx, r.body, &v) == OK &&
	    shape_decode(cx, sh, v, out) == OK;
	cx->why = before;
	if (good)
		return REPLY_OBJECT;
	return e != OK || r.status == 429 || r.status >= 500 ? REPLY_NONE : REPLY_OTHER;
}

static bool is_printable_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] <= 0x20 || s.s[i] > 0x7e)
			return false;
	return true;
}

static bool is_introspect_url(struct str s)
{
	return str_starts(s, "https://") && is_printable_ascii(s) && memchr(s.s, '?', s.n) == NULL;
}

/* False: the issuer does not answer; nothing about it is stored. */
static bool fetch_introspect_url(struct cx *cx, struct str issuer, struct issuer *k)
{
	struct well_known_introspect w = { .motet = { { NULL, 0 } } };
	const char *url = arena_printf(
	    cx->mem, "https://%.*s/.well-known/polyproto-core", (int)issuer.n, issuer.s);

	enum introspect_reply r =
	    fetch_json_object(cx, str_of(url), 1, &well_known_introspect_shape, &w);
	if (r == REPLY_NONE)
		return false;
	struct str there = r == REPLY_OBJECT && is_introspect_url(w.motet.introspect)
	    ? w.motet.introspect
	    : STR("");
	snprintf(k->issuer, sizeof k->issuer, "%.*s", (int)issuer.n, issuer.s);
	snprintf(k->url, sizeof k->url, "%.*s", (int)there.n, there.s);
	k->until = clock_us() + (int64_t)ISSUER_FRESH * 1000000;
	return true;
}

/* NULL: the issuer does not answer. */
static const char *find_introspect_url(struct cx *cx, struct str issuer)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(issuer), hash);
	struct issuer *k = &issuers[hash[0] % ISSUERS];
	if (str_is(issuer, k->issuer) && k->until >= clock_us())
		return k->url;
	return fetch_introspect_url(cx, issuer, k) ? k->url : NULL;
}

/* An issuer that names a route and returns nonsense there counts as not answering. */
static bool ask_issuer(struct cx *cx, struct str issuer, struct str token, bool *active)
{
	uint8_t hash[HASH_BYTES];
	struct introspect_answer a = { .active = true };

	*active = true;
	const char *url = find_introspect_url(cx, issuer);
	if (url == NULL || url[0] == '\0')
		return url != NULL;
	sha256(str_blob(token), hash);
	struct str hex = hex_encode(cx->mem, (struct blob){ hash, sizeof hash });
	enum introspect_reply r = fetch_json_object(cx,
	    str_of(arena_printf(cx->mem, "%s?token_hash=%.*s", url, (int)hex.n, hex.s)), 0,
	    &introspect_answer_shape, &a);
	*active = a.active;
	return r == REPLY_OBJECT;
}

enum err introspect_token(struct cx *cx, struct str issuer, struct str token, bool *active)
{
	bool open = cx->conf->federation_token_unconfirmed;

	*active = true;
	if (issuer.n > ISSUER_NAME_MAX || cx->fetch == NULL ||
	    ask_issuer(cx, issuer, token, active))
		return OK;
	log_warn("%.*s does not say whether a federation token was deleted: %s", (int)issuer.n,
	    issuer.s,
	    open ? "accepted (federation_token_unconfirmed = on)"
		 : "refused (federation_token_unconfirmed = off)");
	if (open)
		return OK;
	return refuse(cx, ERR_HOME_UNREACHABLE, "federation_token",
	    "%.*s does not say whether this federation token was deleted; send the same request "
	    "again in a moment.",
	    (int)issuer.n, issuer.s);
}
