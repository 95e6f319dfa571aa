#include "x509/cacheable.h"
#include "base/clock.h"
#include "json/shape.h"
#include "text/encoding.h"
#include <inttypes.h>
#include <json-c/json.h>

struct cacheable_members {
	struct str idCertPem, cacheSignature;
	int64_t cacheNotValidBefore, cacheNotValidAfter, invalidatedAt;
	bool invalidated;
	bool strings; /* the times came as JSON strings */
};
/* A number that does not fit into int64_t becomes -1, which check_cacheable_members() refuses as a
 * time. */
static enum err decode_cache_time(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	int64_t *t = out;

	if (json_number(v, t))
		return OK;
	if (!json_object_is_type(v, json_type_int))
		return shape_refuse(cx, f, "must be a time in seconds since 1970");
	*t = -1;
	return OK;
}
ROW(cacheable_members,
    F_STR(cacheable_members, idCertPem, .alias = "id_cert", .flags = REQUIRED, .max = 16384),
    F_CUSTOM(cacheable_members, cacheNotValidBefore, decode_cache_time,
	.alias = "cacheValidNotBefore", .flags = REQUIRED),
    F_CUSTOM(cacheable_members, cacheNotValidAfter, decode_cache_time,
	.alias = "cacheValidNotAfter", .flags = REQUIRED),
    F_CUSTOM(cacheable_members, invalidatedAt, decode_cache_time),
    F_STR(cacheable_members, cacheSignature, .flags = REQUIRED),
    F_BOOL(cacheable_members, invalidated));

/* Readers write their error messages for a client that sent bad input. Here another server has sent
 * it: put `what` in front of the message and change the error. */
static enum err blame_home_server(struct cx *cx, enum err e, enum err now, const char *what)
{
	const char *say = arena_printf(cx->mem, "%s", cx->why.say[0] ? cx->why.say : err_text(e));

	return refuse(cx, now, "id_cert", "%s: %s", what, say);
}

/* The member names that cacheable_json() writes and that the shape reads. */
static bool is_cacheable_member(const char *name)
{
	static const char *const names[] = { "idCertPem", "id_cert", "cacheNotValidBefore",
		"cacheValidNotBefore", "cacheNotValidAfter", "cacheValidNotAfter", "invalidatedAt",
		"cacheSignature", "invalidated" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool has_other_members(struct json_object *o)
{
	json_object_object_foreach(o, name, value)
	{
		(void)value;
		if (!is_cacheable_member(name))
			return true;
	}
	return false;
}

static enum err decode_cacheable_members(
    struct cx *cx, struct str text, struct cacheable_members *m, bool *others)
{
	struct json_object *o;
	enum err e = json_parse(cx, text, &o);

	if (e == OK && !json_object_is_type(o, json_type_object))
		e = ERR_BAD_JSON;
	if (e == OK)
		e = shape_decode(cx, &cacheable_members_shape, o, m);
	*others = e == OK && has_other_members(o);
	m->strings = e == OK && json_get_str(json_object_object_get(o, "cacheNotValidAfter")).n;
	return e == OK ? OK
		       : blame_home_server(cx, e, ERR_HOME_INVALID,
			     "The other server's answer is not a CacheableIDCert");
}

#define REFUSE_CACHEABLE(cx, ...) refuse((cx), ERR_BAD_CERT, "id_cert", __VA_ARGS__)

static enum err check_cacheable_members(
    struct cx *cx, const struct cacheable_members *m, struct cacheable *out)
{
	struct blob sig;

	if (m->invalidated && m->invalidatedAt == 0)
		return REFUSE_CACHEABLE(cx,
		    "The home server marks the ID-Cert as invalidated but sends no invalidatedAt.");
	if (!clock_is_ten_digits(m->cacheNotValidBefore) ||
	    !clock_is_ten_digits(m->cacheNotValidAfter) ||
	    (m->invalidatedAt && !clock_is_ten_digits(m->invalidatedAt)))
		return REFUSE_CACHEABLE(cx,
		    "The home server must send times of exactly 10 digits; others are ambiguous.");
	if (m->cacheSignature.n != 2 * ED25519_SIG || !hex_decode(cx->mem, m->cacheSignature, &sig))
		return REFUSE_CACHEABLE(
		    cx, "The cacheSignature of the home server must be 128 hex digits.");
	memcpy(out->sig, sig.p, ED25519_SIG);
	return OK;
}

static struct str rewrite_cacheable(struct cx *cx, const struct cacheable *c, bool strings)
{
	const struct cache_claim claim = { .not_before = c->not_before,
		.not_after = c->not_after,
		.invalidated = c->invalidated };

	return json_text(cx, cacheable_json(cx, c->cert.der, &claim, c->sig, strings));
}

enum err cacheable_read(struct cx *cx, struct str text, struct cacheable *out)
{
	struct cacheable_members m = { .invalidatedAt = 0 };
	struct blob der;
	bool others;

	TRY(decode_cacheable_members(cx, text, &m, &others));
	*out = (struct cacheable){ .text = text,
		.not_before = m.cacheNotValidBefore,
		.not_after = m.cacheNotValidAfter,
		.invalidated = m.invalidatedAt };
	TRY(check_cacheable_members(cx, &m, out));
	enum err e = pem_decode(cx, "id_cert", "CERTIFICATE", m.idCertPem, &der);
	if (e == OK)
		e = idcert_read(cx, der, &out->cert);
	if (e == OK && (others || text.n > CACHEABLE_TEXT_MAX))
		out->text = rewrite_cacheable(cx, out, m.strings);
	return e == OK
	    ? OK
	    : blame_home_server(cx, e, ERR_BAD_CERT, "The certificate that the home server sent");
}

/* Take one value off the front of the text, up to the comma or bracket after the value. The text
 * has passed json_parse(). */
static struct str take_array_element(struct str *rest)
{
	bool quoted = false;
	int depth = 0;
	size_t i = 0;

	for (; i < rest->n; i++) {
		char c = rest->s[i];
		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (c == '[' || c == '{')
			depth++;
		else if (depth == 0 && (c == ',' || c == ']'))
			break;
		else if (c == ']' || c == '}')
			depth--;
	}
	struct str v = { rest->s, i };
	*rest = str_from(*rest, i + 1);
	return str_trim(v);
}

enum err cacheable_split(struct cx *cx, struct str text, struct strs *out)
{
	struct json_object *o;
	enum err e = json_parse(cx, text, &o);

	if (e != OK || !json_object_is_type(o, json_type_array))
		return blame_home_server(cx, e == OK ? ERR_BAD_JSON : e, ERR_HOME_INVALID,
		    "The other server's answer is not a list of certificates");
	size_t n = json_object_array_length(o);
	struct str rest = str_from(str_trim(text), 1);
	*out = (struct strs){ arena_alloc(cx->mem, n * sizeof *out->v + 1), n };
	for (size_t i = 0; i < n; i++)
		out->v[i] = take_array_element(&rest);
	return OK;
}

/* Write the text that cache_statement() writes, but for a serial number of any length. */
static struct str rebuild_cache_statement(
    struct arena *mem, const struct cacheable *c, const char *gap)
{
	const char *live = arena_printf(mem, "%.*s%s%" PRId64 "%s%" PRId64, (int)c->cert.serial.n,
	    c->cert.serial.s, gap, c->not_before, gap, c->not_after);

	return str_of(
	    c->invalidated ? arena_printf(mem, "%s%s%" PRId64, live, gap, c->invalidated) : live);
}

/* Accept both forms of the statement: since beta.13 with spaces between the numbers, before that
 * without. */
static bool is_statement_of(
    struct cx *cx, const struct cacheable *c, const uint8_t key[ED25519_KEY])
{
	return ed25519_verify(key, str_blob(rebuild_cache_statement(cx->mem, c, " ")), c->sig) ||
	    ed25519_verify(key, str_blob(rebuild_cache_statement(cx->mem, c, "")), c->sig);
}

enum err cacheable_check(
    struct cx *cx, const struct cacheable *c, const uint8_t key[ED25519_KEY], int64_t now)
{
	bool revoked = c->invalidated && c->invalidated <= now + CACHEABLE_SKEW;

	if (!is_statement_of(cx, c, key))
		return REFUSE_CACHEABLE(
		    cx, "The cacheSignature does not verify with the home server's key.");
	if (c->not_before > c->not_after || c->not_before > now + CACHEABLE_SKEW)
		return REFUSE_CACHEABLE(
		    cx, "The home server's statement about the ID-Cert is not valid yet.");
	if (c->not_after < now)
		return REFUSE_CACHEABLE(
		    cx, "The home server's statement about the ID-Cert has expired.");
	if (!revoked && c->not_after > now + CACHEABLE_TTL_MAX + CACHEABLE_SKEW)
		return REFUSE_CACHEABLE(
		    cx, "The home server's statement about the ID-Cert covers more than 12 hours.");
	return OK;
}

static struct json_object *render_time(int64_t v, bool as_string)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRId64, v);
	return as_string ? json_object_new_string(text) : json_object_new_int64(v);
}

struct json_object *cacheable_json(struct cx *cx, struct blob cert, const struct cache_claim *claim,
    const uint8_t sig[ED25519_SIG], bool strings)
{
	struct json_object *o = json_object_new_object();
	struct str pem = pem_encode(cx->mem, "CERTIFICATE", cert);

	json_object_object_add(o, "idCertPem", json_from_str(pem));
	if (claim->invalidated)
		json_object_object_add(
		    o, "invalidatedAt", render_time(claim->invalidated, strings));
	json_object_object_add(o, "cacheNotValidBefore", render_time(claim->not_before, strings));
	json_object_object_add(o, "cacheValidNotBefore", render_time(claim->not_before, true));
	json_object_object_add(o, "cacheNotValidAfter", render_time(claim->not_after, strings));
	json_object_object_add(o, "cacheValidNotAfter", render_time(claim->not_after, true));
	json_object_object_add(o, "cacheSignature",
	    json_from_str(hex_encode(cx->mem, (struct blob){ sig, ED25519_SIG })));
	json_object_object_add(o, "id_cert", json_from_str(pem));
	json_object_object_add(o, "invalidated", json_object_new_boolean(claim->invalidated != 0));
	return o;
}

struct str cacheable_event(struct cx *cx, struct blob cert)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "cert", json_from_str(pem_encode(cx->mem, "CERTIFICATE", cert)));
	return json_text(cx, o);
}
