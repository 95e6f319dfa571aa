#include "crypto/key_trial_text.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "text/fid.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>

enum {
	TRIAL_CLEAR_MAX = 60,
	TRIAL_SESSION_MAX = 32,
	TRIAL_DIGITS = 43,
	TRIAL_HASHED = 2 + TRIAL_DIGITS
}; /* 62^43 > 2^256 */
static const char trial_magic[] = "motet-keytrial-v1", hash_mark[] = "h_", unknown_part[] = "-";

static bool is_base62_or(struct str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.s[i]) && !ascii_is_one_of(s.s[i], more))
			return false;
	return true;
}

static bool is_clear_session_id(struct str s)
{
	return s.n <= TRIAL_SESSION_MAX && !str_is(s, unknown_part) && is_base62_or(s, ".-_");
}

/* Write a part of the text: in clear, as a hash, or as "-". */
static struct str write_part(struct arena *mem, struct str s, bool clear)
{
	uint8_t octets[HASH_BYTES];
	char digits[TRIAL_DIGITS];

	if (s.n == 0)
		return str_of(unknown_part);
	if (clear)
		return s;
	sha256(str_blob(s), octets);
	base62_encode(octets, HASH_BYTES, digits, TRIAL_DIGITS);
	return str_of(arena_printf(mem, "%s%.*s", hash_mark, TRIAL_DIGITS, digits));
}

static struct key_trial_text write_parts(struct arena *mem, const struct key_trial_text *c)
{
	struct key_trial_text w = *c;

	w.domain = write_part(mem, c->domain, c->domain.n <= TRIAL_CLEAR_MAX);
	w.fid = write_part(mem, c->fid, c->fid.n <= TRIAL_CLEAR_MAX);
	w.session_id = write_part(mem, c->session_id, is_clear_session_id(c->session_id));
	return w;
}

static bool is_purpose_char(char c)
{
	return c == '-' || ascii_is_lower(c) || ascii_is_digit(c);
}

static bool is_trial_purpose(struct str s)
{
	return s.n >= 1 && s.n <= KEY_TRIAL_TEXT_PURPOSE_MAX && ascii_all(s, is_purpose_char);
}

static bool is_trial_fid(struct arena *mem, struct str fid)
{
	struct str local, domain;

	return fid.n == 0 ||
	    (fid_parse(mem, fid, &local, &domain) && memcmp(local.s, fid.s, fid.n) == 0);
}

enum err key_trial_text_new(struct cx *cx, const struct key_trial_text *c, struct str *text)
{
	struct key_trial_text w = write_parts(cx->mem, c);
	struct buf b = { .mem = cx->mem };
	uint8_t octets[HASH_BYTES];
	char digits[TRIAL_DIGITS];

	if (!domain_ok(c->domain) || !is_trial_purpose(c->purpose) ||
	    !is_trial_fid(cx->mem, c->fid) || !clock_is_ten_digits(c->expires))
		return fail(
		    cx, ERR_INTERNAL, "key trial: invalid domain, purpose, federation ID or time");
	if (RAND_bytes(octets, sizeof octets) != 1)
		return fail(cx, ERR_UNAVAILABLE, "key trial: OpenSSL has no random bytes");
	base62_encode(octets, HASH_BYTES, digits, TRIAL_DIGITS);
	buf_printf(&b, "%s~%.*s~%.*s~", trial_magic, (int)w.domain.n, w.domain.s, (int)w.purpose.n,
	    w.purpose.s);
	buf_printf(&b, "%.*s~%.*s~", (int)w.fid.n, w.fid.s, (int)w.session_id.n, w.session_id.s);
	buf_printf(&b, "%lld~%.*s", (long long)c->expires, TRIAL_DIGITS, digits);
	*text = buf_done(&b);
	return OK;
}

static bool is_hashed_part(struct str s)
{
	return s.n == TRIAL_HASHED && str_starts(s, hash_mark) && is_base62_or(str_from(s, 2), "");
}

/* Does `s` have the form of a part of the text, in clear or hashed? Only key_trial_text_matches()
 * checks which name the part stands for. */
static bool is_trial_part(struct str s, size_t max, const char *more)
{
	return is_hashed_part(s) || (s.n >= 1 && s.n <= max && is_base62_or(s, more));
}

bool key_trial_text_parse(struct str text, struct key_trial_text *out)
{
	struct str head, expires, random = { NULL, 0 };
	struct key_trial_text c = { .expires = 0 };

	if (text.n > KEY_TRIAL_TEXT_MAX || !str_cut(text, '~', &head, &text) ||
	    !str_is(head, trial_magic) || !str_cut(text, '~', &c.domain, &text) ||
	    !str_cut(text, '~', &c.purpose, &text) || !str_cut(text, '~', &c.fid, &text) ||
	    !str_cut(text, '~', &c.session_id, &text) || !str_cut(text, '~', &expires, &random))
		return false;
	if (!is_trial_part(c.domain, TRIAL_CLEAR_MAX, ".-") || !is_trial_purpose(c.purpose) ||
	    !is_trial_part(c.fid, TRIAL_CLEAR_MAX, "._+-@") ||
	    !is_trial_part(c.session_id, TRIAL_SESSION_MAX, ".-_") ||
	    !str_i64(expires, &c.expires) || !clock_is_ten_digits(c.expires) ||
	    random.n != TRIAL_DIGITS || !is_base62_or(random, ""))
		return false;
	if (str_is(c.fid, unknown_part))
		c.fid.n = 0;
	if (str_is(c.session_id, unknown_part))
		c.session_id.n = 0;
	*out = c;
	return true;
}

static struct str read_unknown_part(struct str written)
{
	return str_is(written, unknown_part) ? (struct str){ "", 0 } : written;
}

bool key_trial_text_matches(
    struct arena *mem, struct str text, const struct key_trial_text *want, int64_t now)
{
	struct key_trial_text c, w = write_parts(mem, want);

	return key_trial_text_parse(text, &c) && str_eq(c.domain, w.domain) &&
	    str_eq(c.purpose, w.purpose) && str_eq(c.fid, read_unknown_part(w.fid)) &&
	    str_eq(c.session_id, read_unknown_part(w.session_id)) && now <= c.expires;
}

enum err key_trial_text_read_signature(struct cx *cx, struct str text, uint8_t sig[ED25519_SIG])
{
	struct blob raw;
	bool good = text.n == 2 * ED25519_SIG ? hex_decode(cx->mem, text, &raw)
					      : base64_decode(cx->mem, text, &raw);

	if (!good || raw.n != ED25519_SIG)
		return refuse(cx, ERR_BAD_REQUEST, "signature",
		    "The signature must be the 64 bytes of an Ed25519 signature, as 128 hex digits "
		    "or as base64.");
	memcpy(sig, raw.p, ED25519_SIG);
	return OK;
}

enum err key_trial_text_verify(
    struct cx *cx, const uint8_t key[ED25519_KEY], struct str text, const uint8_t sig[ED25519_SIG])
{
	if (!ed25519_verify(key, str_blob(text), sig))
		return refuse(cx, ERR_UNAUTHORIZED, "signature",
		    "The signature is not by the key of this ID-Cert over the text of the key "
		    "trial; sign that exact text with that key.");
	return OK;
}
