#ifndef MOTET_CRYPTO_TOTP_H
#define MOTET_CRYPTO_TOTP_H
#include "base/str.h"
/*
 * Time-based one-time codes, TOTP (RFC 6238), in the one form that every authenticator app has:
 * HMAC-SHA-1, 6 digits, steps of 30 seconds since 1970. The clock is the caller's.
 */
enum { TOTP_SECRET = 20, TOTP_DIGITS = 6, TOTP_STEP = 30, TOTP_WINDOW = 1 };
/* The code of a step, below 10^6 (RFC 4226 5.3). */
uint32_t totp_code(const uint8_t secret[TOTP_SECRET], int64_t step);
/*
 * The step whose code this is, of `now` and TOTP_WINDOW steps before and after, the latest if there
 * are two; 0: none of them. Takes the same time whatever the code. That a step is used once only is
 * the caller's to see to (RFC 6238 5.2).
 */
int64_t totp_match(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now);
/* Six digits, and nothing else? */
bool totp_is_code(struct str);
/* What apps take in, as text or as QR code: otpauth://totp/<issuer>:<account>?secret=…&issuer=… The
 * issuer is a domain. */
struct str totp_uri(
    struct arena *, const uint8_t secret[TOTP_SECRET], struct str issuer, struct str account);
#endif
