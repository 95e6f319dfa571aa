#ifndef MOTET_CRYPTO_OTP_H
#define MOTET_CRYPTO_OTP_H
#include "base/str.h"
/*
 * Time-based one-time codes, TOTP (RFC 6238), in the one form that every authenticator app has: HMAC-SHA-1, 6 digits, steps of 30 seconds
 * since 1970. The clock is the caller's.
 */
enum { OTP_SECRET = 20, OTP_DIGITS = 6, OTP_STEP = 30, OTP_WINDOW = 1 };
/* The code of a step, below 10^6 (RFC 4226 5.3). */
uint32_t otp_code(const uint8_t secret[OTP_SECRET], int64_t step);
/*
 * The step whose code this is, of `now` and OTP_WINDOW steps before and after, the latest if there are two; 0: none of them. Takes the same
 * time whatever the code. That a step is used once only is the caller's to see to (RFC 6238 5.2).
 */
int64_t otp_match(const uint8_t secret[OTP_SECRET], struct str code, int64_t now);
/* Six digits, and nothing else? */
bool otp_is_code(struct str);
/* What apps take in, as text or as QR code: otpauth://totp/<issuer>:<account>?secret=…&issuer=… The issuer is a domain. */
struct str otp_uri(struct arena *, const uint8_t secret[OTP_SECRET], struct str issuer, struct str account);
#endif
