#ifndef MOTET_FUZZ_H
#define MOTET_FUZZ_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/*
 * A target defines seeds, and LLVMFuzzerTestOneInput(), which aborts when a promise is broken. With
 * -DLIBFUZZER libFuzzer provides main(). Otherwise this main() runs mutations of the seeds. The
 * environment sets their number, FUZZ_RUNS (5000), and the random seed, FUZZ_SEED (1).
 */
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
#define PROMISE(cond) \
	do { \
		if (!(cond)) { \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #cond); \
			abort(); \
		} \
	} while (0)

#ifdef LIBFUZZER
#define FUZZ_MAIN(...)
#else
#define FUZZ_MAIN(...) \
	static const char *const seeds[] = { __VA_ARGS__ }; \
	int main(void) \
	{ \
		return fuzz(seeds, sizeof seeds / sizeof seeds[0]); \
	}

static uint64_t fuzz_state;

static uint64_t fuzz_random(uint64_t below)
{
	fuzz_state ^= fuzz_state << 13;
	fuzz_state ^= fuzz_state >> 7;
	fuzz_state ^= fuzz_state << 17;
	return fuzz_state % below;
}

static long fuzz_number(const char *name, long otherwise)
{
	const char *v = getenv(name);

	return v ? strtol(v, NULL, 10) : otherwise;
}

/* Changes, inserts, deletes, repeats or cuts octets at a random place. */
static size_t fuzz_mutate(uint8_t *p, size_t n, size_t cap)
{
	static const char bytes[] = "\"\\{}[],:u0/%.?&=+-eE \n\0\x80\xc3\xed\xf4\xff";
	size_t at = fuzz_random(n + 1), len = fuzz_random(8) + 1;
	uint8_t c =
	    (uint8_t)(fuzz_random(3) ? bytes[fuzz_random(sizeof bytes)] : (char)fuzz_random(256));

	switch (fuzz_random(5)) {
	case 0:
		if (at < n)
			p[at] = c;
		return n;
	case 1:
		if (n == cap)
			return n;
		memmove(p + at + 1, p + at, n - at);
		p[at] = c;
		return n + 1;
	case 2:
		len = len > n - at ? n - at : len;
		memmove(p + at, p + at + len, n - at - len);
		return n - len;
	case 3:
		if (len > n - at || n + len > cap)
			return n;
		memmove(p + at + len, p + at, n - at);
		return n + len;
	}
	return fuzz_random(8) ? n : at;
}

static int fuzz(const char *const *seeds, size_t nseeds)
{
	long runs = fuzz_number("FUZZ_RUNS", 5000), seed = fuzz_number("FUZZ_SEED", 1);
	uint8_t buf[2048];

	fuzz_state = 0x9e3779b97f4a7c15u * (uint64_t)(seed + 1);
	printf("# seed %ld, %ld runs\n", seed, runs);
	for (long i = 0; i < runs; i++) {
		const char *s = seeds[fuzz_random(nseeds)];
		size_t n = strlen(s);
		memcpy(buf, s, n);
		for (uint64_t k = fuzz_random(6); k > 0; k--)
			n = fuzz_mutate(buf, n, sizeof buf);
		LLVMFuzzerTestOneInput(buf, n);
	}
	printf("ok 1 - no promise was broken\n1..1\n");
	return 0;
}
#endif
#endif
