#include "json/federation_jws.h"
#include "json/json.h"
#include "text/origin.h"
#include <json-c/json.h>

enum { TOKEN_TEXT_SHOWN = 24 };

static enum err refuse_token(struct cx *cx, const char *why)
{
	return refuse(cx, ERR_UNAUTHORIZED, "federation_token",
	    "This federation token is not valid: %s.", why);
}

/* Cut a text for an error message; a character that is not printable ASCII becomes a question
 * mark. */
static const char *print_token_text(struct arena *mem, struct str s)
{
	char *p = arena_dup(mem, s.s, s.n < TOKEN_TEXT_SHOWN ? s.n : TOKEN_TEXT_SHOWN);

	for (char *c = p; *c; c++)
		*c = *c >= 0x20 && *c < 0x7f ? *c : '?';
	return p;
}

struct jws_parts {
	struct str header, payload, signature;
};

static bool split_compact_jws(struct str token, struct jws_parts *p)
{
	struct str rest;

	return str_cut(token, '.', &p->header, &rest) &&
	    str_cut(rest, '.', &p->payload, &p->signature) && p->header.n && p->payload.n;
}

/* Decode a part: base64url of a JSON object. */
static enum err parse_jws_object(
    struct cx *cx, const char *which, struct str part, struct json_object **o)
{
	struct blob text;

	if (!federation_jws_base64url_decode(cx->mem, part, &text))
		return refuse_token(
		    cx, arena_printf(cx->mem, "its %s must be base64url without padding", which));
	enum err e = json_parse(cx, (struct str){ (const char *)text.p, text.n }, o);
	if (e == ERR_INTERNAL)
		return e;
	if (e != OK) /* a copy, because refuse() overwrites why.say */
		return refuse_token(cx,
		    arena_printf(cx->mem, "its %s is not JSON: %s", which,
			str_z(cx->mem, str_of(cx->why.say))));
	return json_object_is_type(*o, json_type_object)
	    ? OK
	    : refuse_token(cx, arena_printf(cx->mem, "its %s must be a JSON object", which));
}

static bool get_jws_text(struct json_object *o, const char *name, struct str *out)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v) || !json_object_is_type(v, json_type_string))
		return false;
	*out = json_get_str(v);
	return true;
}

static bool get_jws_number(struct json_object *o, const char *name, int64_t *out)
{
	struct json_object *v;

	return json_object_object_get_ex(o, name, &v) && json_i64(v, out);
}

static enum err read_jws_header(struct cx *cx, struct json_object *o, struct federation_token *t)
{
	struct str alg, typ = STR("JWT");

	if (!get_jws_text(o, "alg", &alg))
		return refuse_token(cx, "its header must have alg EdDSA");
	if (!str_is(alg, "EdDSA"))
		return refuse_token(cx,
		    arena_printf(cx->mem, "its alg is \"%s\", but must be EdDSA",
			print_token_text(cx->mem, alg)));
	if (json_object_object_get_ex(o, "crit", NULL))
		return refuse_token(cx,
		    "its header must not have crit: this server supports no critical extensions");
	if (json_object_object_get_ex(o, "typ", NULL) &&
	    (!get_jws_text(o, "typ", &typ) || !str_ieq(typ, STR("JWT"))))
		return refuse_token(cx, "its typ must be JWT");
	return get_jws_text(o, "kid", &t->kid)
	    ? OK
	    : refuse_token(cx,
		  "its header must have kid, the serial number of the home server's ID-Cert "
		  "as a string");
}

/* A token with nbf after iat would need another check of the time; no server makes such tokens. */
static bool is_nbf_valid(struct json_object *o, int64_t iat)
{
	int64_t nbf;

	return !json_object_object_get_ex(o, "nbf", NULL) ||
	    (get_jws_number(o, "nbf", &nbf) && nbf <= iat);
}

/* A token whose cnf names something other than an ID-Cert is refused, since we cannot check that
 * condition. */
static bool read_jws_cnf(struct json_object *o, struct str *cnf)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, "cnf", &v))
		return true;
	return json_object_is_type(v, json_type_object) && get_jws_text(v, "x5t#S256", cnf) &&
	    cnf->n;
}

static enum err read_jws_payload(struct cx *cx, struct json_object *o, struct federation_token *t)
{
	const struct {
		const char *name;
		struct str *text;
		int64_t *number;
	} members[] = {
		{ "iss", .text = &t->iss },
		{ "sub", .text = &t->sub },
		{ "aud", .text = &t->aud },
		{ "jti", .text = &t->jti },
		{ "iat", .number = &t->iat },
		{ "exp", .number = &t->exp },
	};

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		const char *name = members[i].name;
		if (members[i].text ? !get_jws_text(o, name, members[i].text)
				    : !get_jws_number(o, name, members[i].number))
			return refuse_token(cx,
			    arena_printf(cx->mem, "it must have %s, a %s", name,
				members[i].text ? "string" : "whole number"));
	}
	if (!is_nbf_valid(o, t->iat))
		return refuse_token(cx, "its nbf must be a whole number that is not after iat");
	if (!read_jws_cnf(o, &t->cnf))
		return refuse_token(cx, "its cnf must be an object with x5t#S256, a string");
	const char *wrong = origin_read(cx->mem, t->aud, ORIGIN_HTTP | ORIGIN_ADDRESS, &t->aud);
	if (wrong)
		return refuse_token(cx, arena_printf(cx->mem, "its aud %s", wrong));
	return (wrong = federation_jws_check(cx->mem, t)) != NULL ? refuse_token(cx, wrong) : OK;
}

enum err federation_jws_read(struct cx *cx, struct str token, struct federation_token *out,
    struct blob *input, uint8_t sig[ED25519_SIG])
{
	struct federation_token t = { .iat = 0 };
	struct json_object *o;
	struct jws_parts parts;
	struct blob raw;

	if (token.n > FEDERATION_JWS_MAX)
		return refuse_token(cx, "it must have at most 4096 characters");
	if (!split_compact_jws(token, &parts))
		return refuse_token(
		    cx, "it must be a compact JWS: three parts of base64url, separated by dots");
	TRY(parse_jws_object(cx, "header", parts.header, &o));
	TRY(read_jws_header(cx, o, &t));
	TRY(parse_jws_object(cx, "payload", parts.payload, &o));
	TRY(read_jws_payload(cx, o, &t));
	if (!federation_jws_base64url_decode(cx->mem, parts.signature, &raw) ||
	    raw.n != ED25519_SIG)
		return refuse_token(cx, "its signature must be base64url of 64 bytes");
	memcpy(sig, raw.p, ED25519_SIG);
	*input = (struct blob){ (const uint8_t *)token.s, parts.header.n + 1 + parts.payload.n };
	*out = t;
	return OK;
}

enum err federation_jws_verify(struct cx *cx, const uint8_t key[ED25519_KEY], struct blob input,
    const uint8_t sig[ED25519_SIG])
{
	return ed25519_verify(key, input, sig)
	    ? OK
	    : refuse_token(cx, "the home server's key did not make its signature");
}

enum err federation_jws_check_times(
    struct cx *cx, const struct federation_token *t, int64_t now, int64_t skew, int64_t longest)
{
	if (t->exp - t->iat > longest)
		return refuse_token(cx,
		    arena_printf(cx->mem,
			"it is valid for %lld seconds, but at most %lld are allowed",
			(long long)(t->exp - t->iat), (long long)longest));
	if (t->iat > now + skew)
		return refuse_token(
		    cx, "its iat is in the future; check the clocks of both servers");
	return t->exp > now - skew
	    ? OK
	    : refuse_token(cx, "it has expired; ask the home server for a new one");
}

static enum err join_flattened_jws(struct cx *cx, struct json_object *o, struct str *compact)
{
	struct jws_parts p;
	struct buf b = { .mem = cx->mem };

	if (!get_jws_text(o, "protected", &p.header) || !get_jws_text(o, "payload", &p.payload) ||
	    !get_jws_text(o, "signature", &p.signature))
		return refuse_token(cx,
		    "an object must have either token, or protected, payload and signature, "
		    "all strings");
	if (json_object_object_get_ex(o, "header", NULL))
		return refuse_token(cx, "it must not have an unprotected header");
	/* Refuse a member with a dot inside, which would move the borders between the parts of the
	 * token. */
	if (memchr(p.header.s, '.', p.header.n) || memchr(p.payload.s, '.', p.payload.n))
		return refuse_token(cx, "protected and payload must be base64url, without dots");
	buf_str(&b, p.header);
	buf_z(&b, ".");
	buf_str(&b, p.payload);
	buf_z(&b, ".");
	buf_str(&b, p.signature);
	*compact = buf_done(&b);
	return OK;
}

enum err federation_jws_from_json(struct cx *cx, struct json_object *o, struct str *compact)
{
	if (json_object_is_type(o, json_type_string)) {
		*compact = json_get_str(o);
		return OK;
	}
	if (!json_object_is_type(o, json_type_object))
		return refuse_token(cx, "it must be a string or an object");
	if (!json_object_object_get_ex(o, "token", NULL))
		return join_flattened_jws(cx, o, compact);
	if (json_object_object_get_ex(o, "protected", NULL))
		return refuse_token(
		    cx, "an object must have either token, or protected, payload and signature");
	return get_jws_text(o, "token", compact) ? OK : refuse_token(cx, "token must be a string");
}
