/* One-time codes by the vectors of RFC 4226 and RFC 6238, base32 by those of RFC 4648, and secrets
 * for people to copy. */
#include "../tap.h"
#include "crypto/totp.h"
#include "crypto/readable_code.h"
#include "text/encoding.h"
#include <stdlib.h>

static const uint8_t secret[TOTP_SECRET] = { '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1',
	'2', '3', '4', '5', '6', '7', '8', '9', '0' };

/* RFC 6238 appendix B has codes of eight digits; our codes are the last six digits. */
static const struct {
	int64_t time;
	uint32_t code;
} times[] = {
	{ 59, 94287082 },
	{ 1111111109, 7081804 },
	{ 1111111111, 14050471 },
	{ 1234567890, 89005924 },
	{ 2000000000, 69279037 },
	{ 20000000000, 65353130 },
};
/* RFC 4226 appendix D. */
static const uint32_t counters[] = { 755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583,
	399871, 520489 };

static struct str digits(struct arena *mem, uint32_t code)
{
	return str_of(arena_printf(mem, "%06u", code));
}

static void vectors(struct arena *mem)
{
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct str code = digits(mem, times[i].code % 1000000);
		ok(totp_code(secret, times[i].time / TOTP_STEP) == times[i].code % 1000000 &&
			totp_match(secret, code, times[i].time) == times[i].time / TOTP_STEP,
		    "the code at %lld is %s", (long long)times[i].time, code.s);
	}
	for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
		ok(totp_code(secret, (int64_t)i) == counters[i], "step %zu: %06u", i, counters[i]);
}

static void window(struct arena *mem)
{
	const int64_t now = 1700000015, step = now / TOTP_STEP;

	for (int64_t d = -3; d <= 3; d++) {
		int64_t found = totp_match(secret, digits(mem, totp_code(secret, step + d)), now);
		ok(found == (d >= -TOTP_WINDOW && d <= TOTP_WINDOW ? step + d : 0),
		    "the code of the step %+lld: %lld", (long long)d, (long long)found);
	}
	int good = 0;
	for (uint32_t v = 0; v < 1000000; v++)
		good += totp_match(secret, digits(mem, v), now) != 0;
	ok(good == 3, "of a million codes %d match", good);
}

static void no_codes(struct arena *mem)
{
	static const char *const texts[] = { "", "1", "12345", "1234567", "12345a", " 12345",
		"-12345", "+12345", "12345 ", "0x1234", "１２", "12\t345" };
	const int64_t now = 59;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		ok(!totp_is_code(str_of(texts[i])) &&
			totp_match(secret, str_of(texts[i]), now) == 0,
		    "not a code: '%s'", texts[i]);
	ok(!totp_is_code((struct str){ "123\000456", 6 }), "a code with NUL does not match");
	struct str code = digits(mem, 287082);
	ok(totp_match(secret, code, now) == 1 &&
		totp_match((const uint8_t *)"another secret here!", code, now) == 0,
	    "another secret has other codes");
}

static void as_text(struct arena *mem)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "MY" }, { "fo", "MZXQ" },
		{ "foo", "MZXW6" }, { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" },
		{ "foobar", "MZXW6YTBOI" } };

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		ok(str_is(base32_encode(mem, str_blob(str_of(pairs[i][0]))), pairs[i][1]),
		    "base32 of '%s' is '%s'", pairs[i][0], pairs[i][1]);
	struct str uri = totp_uri(mem, secret, STR("example.org"), STR("a+b_c@example.org"));
	ok(str_is(uri,
	       "otpauth://totp/example.org:a%2Bb_c%40example.org"
	       "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=example.org&algorithm=SHA1"
	       "&digits=6&period=30"),
	    "%s", uri.s);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, READABLE_CODE_DIGITS);
}

static void readable(struct arena *mem)
{
	enum { N = 2000 };
	static char all[N][READABLE_CODE_DIGITS];
	struct str d, again;
	int bad = 0, twice = 0;

	for (int i = 0; i < N; i++) {
		struct str r = readable_code_new(mem);
		bad += r.n != READABLE_CODE_LENGTH || !readable_code_normalize(mem, r, &d) ||
		    d.n != READABLE_CODE_DIGITS || memchr(d.s, 'l', d.n) || memchr(d.s, '0', d.n);
		memcpy(all[i], d.s, READABLE_CODE_DIGITS);
	}
	qsort(all, N, READABLE_CODE_DIGITS, compare);
	for (int i = 1; i < N; i++)
		twice += compare(all[i - 1], all[i]) == 0;
	ok(bad == 0 && twice == 0, "%d codes have the right form and are all different", N);
	ok(readable_code_normalize(mem, STR("abcde-fghij-kmnpq-rstuv"), &d) &&
		str_is(d, "abcdefghijkmnpqrstuv"),
	    "a code as it was printed");
	ok(readable_code_normalize(mem, STR(" ABCDE fghijKMNPQ-rst uv "), &again) &&
		str_eq(d, again),
	    "a code as a person types it");
	ok(!readable_code_normalize(mem, STR("abcde-fghij-kmnpq-rstu"), &d) &&
		!readable_code_normalize(mem, STR("abcde-fghij-kmnpq-rstuvw"), &d) &&
		!readable_code_normalize(mem, STR("abcde-fghij-kmnpq-rstu1"), &d) &&
		!readable_code_normalize(mem, (struct str){ "abcdefghijkmnpqrstu\0", 20 }, &d),
	    "one character more, less or different is refused");
}

int main(void)
{
	struct arena *mem = arena_new(512 << 20);

	vectors(mem);
	window(mem);
	no_codes(mem);
	as_text(mem);
	readable(mem);
	arena_free(mem);
	return done();
}
