#include "json/federation_jws.h"
#include "base/ascii.h"
#include "crypto/hash.h"
#include "text/fid.h"
#include "json/json.h"
#include "text/origin.h"
#include "text/encoding.h"
#include <json-c/json.h>

#define JWS_TIME_MAX \
	INT64_C( \
	    253402300799) /* end of the year 9999, so that the sum of two times never overflows */

static bool is_base64url_char(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_';
}

static bool is_base64url(struct str s)
{
	return ascii_all(s, is_base64url_char);
}

struct str federation_jws_base64url_encode(struct arena *mem, struct blob b)
{
	struct str s = base64_encode(mem, b);
	char *p = arena_dup(mem, s.s, s.n);

	while (s.n && p[s.n - 1] == '=')
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		p[i] = p[i] == '+' ? '-' : p[i] == '/' ? '_' : p[i];
	return (struct str){ p, s.n };
}

bool federation_jws_base64url_decode(struct arena *mem, struct str s, struct blob *out)
{
	char *p = arena_alloc(mem, s.n + 3);
	size_t n = 0;

	if (!is_base64url(s) || s.n % 4 == 1)
		return false;
	for (; n < s.n; n++)
		p[n] = s.s[n] == '-' ? '+' : s.s[n] == '_' ? '/' : s.s[n];
	while (n % 4)
		p[n++] = '=';
	return base64_decode(mem, (struct str){ p, n }, out);
}

struct str federation_jws_thumbprint(struct arena *mem, struct blob cert)
{
	uint8_t hash[HASH_BYTES];

	sha256(cert, hash);
	return federation_jws_base64url_encode(mem, (struct blob){ hash, sizeof hash });
}

static bool is_serial(struct str s)
{
	return s.n >= 1 && s.n <= FEDERATION_JWS_KID_MAX && s.s[0] != '0' &&
	    ascii_all(s, ascii_is_digit);
}

const char *federation_jws_check(struct arena *mem, const struct federation_token *t)
{
	struct str local, domain, origin;

	if (!is_serial(t->kid))
		return "kid must be the serial number of the home server's ID-Cert, in decimal";
	if (!domain_ok(t->iss))
		return "iss must be the domain of the home server, in lower case";
	if (!fid_parse(mem, t->sub, &local, &domain) || memcmp(local.s, t->sub.s, t->sub.n) != 0)
		return "sub must be a federation ID, in lower case";
	if (!str_eq(domain, t->iss))
		return "sub must be an actor of the home server that iss names";
	if (origin_read(mem, t->aud, ORIGIN_HTTP | ORIGIN_ADDRESS, &origin) ||
	    !str_eq(origin, t->aud))
		return "aud must be the origin of one server, such as https://example.org";
	if (t->jti.n < FEDERATION_JWS_JTI_MIN || t->jti.n > FEDERATION_JWS_JTI_MAX ||
	    !is_base64url(t->jti))
		return "jti must be 22 to 64 characters of base64url";
	if (t->cnf.n && (t->cnf.n != FEDERATION_JWS_CNF || !is_base64url(t->cnf)))
		return "x5t#S256 in cnf must be the SHA-256 of an ID-Cert, in base64url";
	if (t->iat < 1 || t->exp > JWS_TIME_MAX || t->iat >= t->exp)
		return "iat must be a time before exp, both in seconds since 1970";
	return NULL;
}

static void append_claim(struct cx *cx, struct buf *b, const char *name, struct str value)
{
	buf_printf(b, "\"%s\":", name);
	buf_str(b, json_text(cx, json_from_str(value)));
	buf_z(b, ",");
}

struct str federation_jws_signing_input(struct cx *cx, const struct federation_token *t)
{
	struct buf header = { .mem = cx->mem }, payload = { .mem = cx->mem },
		   input = { .mem = cx->mem };

	buf_z(&header, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":");
	buf_str(&header, json_text(cx, json_from_str(t->kid)));
	buf_z(&header, "}");
	buf_z(&payload, "{");
	append_claim(cx, &payload, "iss", t->iss);
	append_claim(cx, &payload, "sub", t->sub);
	append_claim(cx, &payload, "aud", t->aud);
	append_claim(cx, &payload, "jti", t->jti);
	if (t->cnf.n)
		buf_printf(&payload, "\"cnf\":{\"x5t#S256\":\"%.*s\"},", (int)t->cnf.n, t->cnf.s);
	buf_printf(&payload, "\"iat\":%lld,\"exp\":%lld}", (long long)t->iat, (long long)t->exp);
	buf_str(&input, federation_jws_base64url_encode(cx->mem, str_blob(buf_done(&header))));
	buf_z(&input, ".");
	buf_str(&input, federation_jws_base64url_encode(cx->mem, str_blob(buf_done(&payload))));
	return buf_done(&input);
}

struct str federation_jws_compact(struct cx *cx, struct str input, const uint8_t sig[ED25519_SIG])
{
	struct buf b = { .mem = cx->mem };

	buf_str(&b, input);
	buf_z(&b, ".");
	buf_str(&b, federation_jws_base64url_encode(cx->mem, (struct blob){ sig, ED25519_SIG }));
	return buf_done(&b);
}
