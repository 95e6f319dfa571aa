#include "crypto/totp.h"
#include "base/ascii.h"
#include "text/encoding.h"
#include "text/form.h"
#include <openssl/hmac.h>
#include <stdlib.h>

uint32_t totp_code(const uint8_t secret[TOTP_SECRET], int64_t step)
{
	uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	for (int i = 0; i < 8; i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), secret, TOTP_SECRET, counter, sizeof counter, mac, &n) == NULL ||
	    n != 20)
		abort();
	const uint8_t *p = mac + (mac[19] & 15);
	return ((uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]) %
	    1000000;
}

bool totp_is_code(struct str s)
{
	return s.n == TOTP_DIGITS && ascii_all(s, ascii_is_digit);
}

int64_t totp_match(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now)
{
	int64_t found = 0;
	uint32_t v = 0;

	if (!totp_is_code(code))
		return 0;
	for (size_t i = 0; i < code.n; i++)
		v = 10 * v + (uint32_t)(code.s[i] - '0');
	for (int64_t step = now / TOTP_STEP - TOTP_WINDOW; step <= now / TOTP_STEP + TOTP_WINDOW;
	     step++) {
		int64_t same = -(int64_t)(((totp_code(secret, step) ^ v) - 1) >> 31);
		found = (found & ~same) | (step & same);
	}
	return found;
}

struct str totp_uri(
    struct arena *mem, const uint8_t secret[TOTP_SECRET], struct str issuer, struct str account)
{
	struct buf b = { .mem = mem };

	buf_z(&b, "otpauth://totp/");
	form_encode(&b, issuer, "");
	buf_z(&b, ":");
	form_encode(&b, account, "");
	buf_z(&b, "?secret=");
	buf_str(&b, base32_encode(mem, (struct blob){ secret, TOTP_SECRET }));
	buf_z(&b, "&issuer=");
	form_encode(&b, issuer, "");
	buf_printf(&b, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP);
	return buf_done(&b);
}
