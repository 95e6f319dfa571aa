#ifndef MOTET_CRYPTO_KEY_TRIAL_TEXT_H
#define MOTET_CRYPTO_KEY_TRIAL_TEXT_H
#include "crypto/ed25519.h"
/*
 * Key trials: a text that an actor signs to prove possession of a key. The text names the server,
 * the purpose and the time of expiry, so that the client, and anybody who checks the signed text
 * later, can see that the text was not relayed from another server (security.md 2.12):
 *
 *	motet-keytrial-v1~example.org~auth~alice@example.com~client1~1790000000~RANDOM
 *
 * RANDOM is 43 base62 digits: 256 random bits. A complete text has 83 to 253 characters. The parts
 * are separated by ~ and hold only letters, digits and . - _ + @. An unknown actor or session is
 * "-". "h_" and the 43 base62 digits of its SHA-256 replace a domain or federation ID of more than
 * 60 characters, and a session ID that is "-", has more than 32 characters, or has characters other
 * than letters, digits and . - _.
 */
enum { KEY_TRIAL_TEXT_MIN = 64, KEY_TRIAL_TEXT_MAX = 256, KEY_TRIAL_TEXT_PURPOSE_MAX = 12 };
struct key_trial_text {
	struct str domain;     /* domain of this server */
	struct str purpose;    /* 1 to KEY_TRIAL_TEXT_PURPOSE_MAX characters of a-z 0-9 - */
	struct str fid;	       /* empty: not known */
	struct str session_id; /* empty: not known */
	int64_t expires;       /* seconds since 1970, 10 digits */
};
/* Make a new text, in cx->mem. ERR_INTERNAL: a value is invalid. ERR_UNAVAILABLE: no random
 * bytes. */
must_check enum err key_trial_text_new(
    struct cx *, const struct key_trial_text *, struct str *text);
/*
 * Does the text have the form that key_trial_text_new() makes? The returned parts point into the
 * text; "-" becomes an empty part, a hash stays a hash. The form alone proves nothing: only the
 * database knows whether this server issued the text and whether it was used.
 */
bool key_trial_text_parse(struct str text, struct key_trial_text *);
/* Was the text made for these values (want->expires is ignored), and is it valid at `now`? */
bool key_trial_text_matches(
    struct arena *, struct str text, const struct key_trial_text *want, int64_t now);
/* Read a signature: 128 hex digits, in either case, or base64. ERR_BAD_REQUEST, field
 * "signature". */
must_check enum err key_trial_text_read_signature(
    struct cx *, struct str text, uint8_t sig[ED25519_SIG]);
/* Verify the signature of the text with ed25519_verify(). ERR_UNAUTHORIZED, field "signature". */
must_check enum err key_trial_text_verify(
    struct cx *, const uint8_t key[ED25519_KEY], struct str text, const uint8_t sig[ED25519_SIG]);
#endif
