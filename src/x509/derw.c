#include "x509/derw.h"

static size_t write_der_length(uint8_t *p, size_t n)
{
	size_t octets = 0;

	if (n < 0x80) {
		p[0] = (uint8_t)n;
		return 1;
	}
	for (size_t v = n; v; v >>= 8)
		octets++;
	p[0] = (uint8_t)(0x80 | octets);
	for (size_t i = octets; i; i--, n >>= 8)
		p[i] = (uint8_t)n;
	return 1 + octets;
}

struct blob derw_of(struct arena *mem, uint8_t tag, const struct blob *parts, size_t n)
{
	size_t total = 0, at = 1;

	for (size_t i = 0; i < n; i++)
		total += parts[i].n;
	uint8_t *p = arena_alloc(mem, 1 + 1 + sizeof total + total);
	p[0] = tag;
	at += write_der_length(p + 1, total);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n)
			memcpy(p + at, parts[i].p, parts[i].n);
		at += parts[i].n;
	}
	return (struct blob){ p, at };
}

struct blob derw_integer(struct arena *mem, uint64_t v)
{
	uint8_t b[9];
	size_t at = sizeof b;

	do {
		b[--at] = (uint8_t)v;
		v >>= 8;
	} while (v);
	if (b[at] & 0x80)
		b[--at] = 0;
	return derw(mem, 0x02, (struct blob){ b + at, sizeof b - at });
}

bool derw_time(struct arena *mem, int64_t t, struct blob *out)
{
	time_t when = (time_t)t;
	struct tm tm;
	char text[80];

	if (t < 0 || gmtime_r(&when, &tm) == NULL || tm.tm_year > 9999 - 1900)
		return false;
	bool late = tm.tm_year >= 2050 - 1900;
	int n = snprintf(text, sizeof text, "%04d%02d%02d%02d%02d%02dZ", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	size_t skip = late ? 0 : 2;
	*out = derw(mem, late ? 0x18 : 0x17,
	    (struct blob){ (const uint8_t *)text + skip, (size_t)n - skip });
	return true;
}
