#include "crypto/key_trial_text.h"
#include "text/fid.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>

enum { CLEAR = 60, SESSION = 32, DIGITS = 43, HASHED = 2 + DIGITS }; /* 62^43 > 2^256 */
#define TIME_MIN INT64_C(1000000000)
#define TIME_MAX INT64_C(9999999999)
static const char magic[] = "motet-keytrial-v1", mark[] = "h_", unknown[] = "-";
static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* The 32 octets as a number of 43 digits; they are zero afterwards. */
static void base62(uint8_t octets[HASH_BYTES], char out[DIGITS])
{
	for (size_t at = DIGITS; at--;) {
		unsigned rest = 0;
		for (size_t i = 0; i < HASH_BYTES; i++) {
			rest = rest << 8 | octets[i];
			octets[i] = (uint8_t)(rest / 62);
			rest %= 62;
		}
		out[at] = alphabet[rest];
	}
}

static bool all(struct str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] == '\0' || (!strchr(alphabet, s.s[i]) && !strchr(more, s.s[i])))
			return false;
	return true;
}

static bool session_clear(struct str s)
{
	return s.n <= SESSION && !str_is(s, unknown) && all(s, ".-_");
}

/* A part as the text has it. */
static struct str part(struct arena *mem, struct str s, bool clear)
{
	uint8_t octets[HASH_BYTES];
	char digits[DIGITS];

	if (s.n == 0)
		return str_of(unknown);
	if (clear)
		return s;
	sha256(str_blob(s), octets);
	base62(octets, digits);
	return str_of(arena_printf(mem, "%s%.*s", mark, DIGITS, digits));
}

static struct key_trial_text written(struct arena *mem, const struct key_trial_text *c)
{
	struct key_trial_text w = *c;

	w.domain = part(mem, c->domain, c->domain.n <= CLEAR);
	w.fid = part(mem, c->fid, c->fid.n <= CLEAR);
	w.session_id = part(mem, c->session_id, session_clear(c->session_id));
	return w;
}

static bool purpose_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] != '-' && !(s.s[i] >= 'a' && s.s[i] <= 'z') &&
		    !(s.s[i] >= '0' && s.s[i] <= '9'))
			return false;
	return s.n >= 1 && s.n <= KEY_TRIAL_TEXT_PURPOSE_MAX;
}

static bool time_ok(int64_t t)
{
	return t >= TIME_MIN && t <= TIME_MAX;
}

static bool fid_ok(struct arena *mem, struct str fid)
{
	struct str local, domain;

	return fid.n == 0 ||
	    (fid_parse(mem, fid, &local, &domain) && memcmp(local.s, fid.s, fid.n) == 0);
}

enum err key_trial_text_new(struct cx *cx, const struct key_trial_text *c, struct str *text)
{
	struct key_trial_text w = written(cx->mem, c);
	struct buf b = { .mem = cx->mem };
	uint8_t octets[HASH_BYTES];
	char digits[DIGITS];

	if (!domain_ok(c->domain) || !purpose_ok(c->purpose) || !fid_ok(cx->mem, c->fid) ||
	    !time_ok(c->expires))
		return fail(cx, ERR_INTERNAL,
		    "challenge: a domain, purpose, federation ID or time that is none");
	if (RAND_bytes(octets, sizeof octets) != 1)
		return fail(cx, ERR_INTERNAL, "challenge: no random bits");
	base62(octets, digits);
	buf_printf(
	    &b, "%s~%.*s~%.*s~", magic, (int)w.domain.n, w.domain.s, (int)w.purpose.n, w.purpose.s);
	buf_printf(&b, "%.*s~%.*s~", (int)w.fid.n, w.fid.s, (int)w.session_id.n, w.session_id.s);
	buf_printf(&b, "%lld~%.*s", (long long)c->expires, DIGITS, digits);
	*text = buf_done(&b);
	return OK;
}

static bool hashed(struct str s)
{
	return s.n == HASHED && str_starts(s, mark) && all(str_from(s, 2), "");
}

/* In clear or hashed, with what makes sense of a name in clear left to whoever compares. */
static bool part_ok(struct str s, size_t max, const char *more)
{
	return hashed(s) || (s.n >= 1 && s.n <= max && all(s, more));
}

bool key_trial_text_parse(struct str text, struct key_trial_text *out)
{
	struct str head, expires, random = { NULL, 0 };
	struct key_trial_text c = { .expires = 0 };

	if (text.n > KEY_TRIAL_TEXT_MAX || !str_cut(text, '~', &head, &text) ||
	    !str_is(head, magic) || !str_cut(text, '~', &c.domain, &text) ||
	    !str_cut(text, '~', &c.purpose, &text) || !str_cut(text, '~', &c.fid, &text) ||
	    !str_cut(text, '~', &c.session_id, &text) || !str_cut(text, '~', &expires, &random))
		return false;
	if (!part_ok(c.domain, CLEAR, ".-") || !purpose_ok(c.purpose) ||
	    !part_ok(c.fid, CLEAR, "._+-@") || !part_ok(c.session_id, SESSION, ".-_") ||
	    !str_i64(expires, &c.expires) || !time_ok(c.expires) || random.n != DIGITS ||
	    !all(random, ""))
		return false;
	if (str_is(c.fid, unknown))
		c.fid.n = 0;
	if (str_is(c.session_id, unknown))
		c.session_id.n = 0;
	*out = c;
	return true;
}

static struct str as_parsed(struct str written)
{
	return str_is(written, unknown) ? (struct str){ "", 0 } : written;
}

bool key_trial_text_is(
    struct arena *mem, struct str text, const struct key_trial_text *want, int64_t now)
{
	struct key_trial_text c, w = written(mem, want);

	return key_trial_text_parse(text, &c) && str_eq(c.domain, w.domain) &&
	    str_eq(c.purpose, w.purpose) && str_eq(c.fid, as_parsed(w.fid)) &&
	    str_eq(c.session_id, as_parsed(w.session_id)) && now <= c.expires;
}

enum err key_trial_text_signature(struct cx *cx, struct str hex, uint8_t sig[ED25519_SIG])
{
	struct blob raw;

	if (hex.n != 2 * ED25519_SIG || !hex_decode(cx->mem, hex, &raw))
		return refuse(cx, ERR_BAD_REQUEST, "signature",
		    "The signature must be 128 hex digits: the 64 octets that Ed25519 makes.");
	memcpy(sig, raw.p, ED25519_SIG);
	return OK;
}

enum err key_trial_text_verify(
    struct cx *cx, const uint8_t key[ED25519_KEY], struct str text, const uint8_t sig[ED25519_SIG])
{
	if (!ed25519_verify(key, str_blob(text), sig))
		return refuse(cx, ERR_UNAUTHORIZED, "signature",
		    "The signature over the key trial is not by the key of this ID-Cert.");
	return OK;
}
