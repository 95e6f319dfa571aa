#ifndef MOTET_CRYPTO_KEY_TRIAL_TEXT_H
#define MOTET_CRYPTO_KEY_TRIAL_TEXT_H
#include "crypto/ed25519.h"
/*
 * Key trials: what an actor signs to prove possession of a key. The text says for whom, what for
 * and until when, so that a client, or anybody who is shown a completed one later, sees that it was
 * not made for another server and passed on (security.md 2.12):
 *
 *	motet-keytrial-v1~example.org~auth~alice@example.com~client1~1790000000~<43 base62 digits:
 * 256 random bits>
 *
 * 83 to 253 characters, of which none but the ~ stands between the parts: letters, digits, . - _ +
 *@ are within them. An actor or session not known is "-". A domain or federation ID of more than 60
 * characters, and a session ID that is "-", longer than 32 or has other characters than letters,
 * digits, . - _, is replaced by "h_" and 43 base62 digits of its SHA-256.
 */
enum { KEY_TRIAL_TEXT_MIN = 64, KEY_TRIAL_TEXT_MAX = 256, KEY_TRIAL_TEXT_PURPOSE_MAX = 12 };
struct key_trial_text {
	struct str domain;     /* ours */
	struct str purpose;    /* 1 to KEY_TRIAL_TEXT_PURPOSE_MAX of a-z 0-9 - */
	struct str fid;	       /* empty: not known */
	struct str session_id; /* empty: not known */
	int64_t expires;       /* seconds since 1970, 10 digits */
};
/* A new one, in the arena. ERR_INTERNAL for values out of range, and when the system has no random
 * bits. */
must_check enum err key_trial_text_new(
    struct cx *, const struct key_trial_text *, struct str *text);
/*
 * Is this a text that key_trial_text_new() makes? The parts come out as they are written, pointing
 * into it: "-" as empty, hashes as hashes. It proves nothing: that it is one of ours, not used yet,
 * only the store of challenges knows.
 */
bool key_trial_text_parse(struct str text, struct key_trial_text *);
/* Was it made for exactly these values (want.expires does not count), and is `now` not past its
 * end? */
bool key_trial_text_matches(
    struct arena *, struct str text, const struct key_trial_text *want, int64_t now);
/* 128 hex digits, either case. ERR_BAD_REQUEST, field "signature". */
must_check enum err key_trial_text_read_signature(
    struct cx *, struct str hex, uint8_t sig[ED25519_SIG]);
/* Strict (ed25519_verify). ERR_UNAUTHORIZED, field "signature". */
must_check enum err key_trial_text_verify(
    struct cx *, const uint8_t key[ED25519_KEY], struct str text, const uint8_t sig[ED25519_SIG]);
#endif
