#ifndef MOTET_CRYPTO_TOTP_H
#define MOTET_CRYPTO_TOTP_H
#include "base/str.h"
/*
 * Time-based one-time passwords, TOTP (RFC 6238), in the form that every authenticator app
 * supports: HMAC-SHA-1, 6 digits, steps of 30 seconds since 1970. The caller supplies the time.
 */
enum { TOTP_SECRET = 20, TOTP_DIGITS = 6, TOTP_STEP = 30, TOTP_WINDOW = 1 };
/* Compute the code of a time step, 0 to 999999 (RFC 4226 5.3). */
uint32_t totp_code(const uint8_t secret[TOTP_SECRET], int64_t step);
/*
 * Which step has this code: the step of `now` (seconds since 1970), or one of TOTP_WINDOW steps
 * before and after it? Returns the latest step that matches, or 0 if no step matches. The
 * comparison takes the same time for every code of six digits. The caller must accept each step
 * only once (RFC 6238 5.2).
 */
int64_t totp_match(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now);
/* Is the text exactly six digits? */
bool totp_is_code(struct str);
/* The URI that apps import as text or QR code: otpauth://totp/<issuer>:<account>?secret=… The
 * issuer is a domain. */
struct str totp_uri(
    struct arena *, const uint8_t secret[TOTP_SECRET], struct str issuer, struct str account);
#endif
