#include "x509/der.h"

enum { LONG_TAG = 0x1f, CONSTRUCTED = 0x20, CLASS = 0xc0 };

/* The length at p, behind the identifier octet; *used counts its octets. */
static const char *length(const uint8_t *p, size_t n, size_t *len, size_t *used)
{
	size_t octets = p[0] & 0x7f, v = 0;

	*used = 1;
	*len = p[0];
	if (p[0] < 0x80)
		return NULL;
	if (octets == 0)
		return "a length is indefinite";
	if (octets > 3 || octets >= n)
		return "a length goes past the end";
	for (size_t i = 1; i <= octets; i++)
		v = v << 8 | p[i];
	if (p[1] == 0 || v < 0x80)
		return "a length is not minimal";
	*used = 1 + octets;
	*len = v;
	return NULL;
}

static const char *next(struct blob *in, struct der *d)
{
	size_t len, used;

	if (in->n < 2)
		return "it ends within an element";
	if ((in->p[0] & LONG_TAG) == LONG_TAG)
		return "a tag number is above 30";
	const char *why = length(in->p + 1, in->n - 1, &len, &used);
	if (why)
		return why;
	if (len > in->n - 1 - used)
		return "a length goes past the end";
	*d = (struct der){ in->p[0], { in->p + 1 + used, len }, { in->p, 1 + used + len } };
	*in = (struct blob){ in->p + d->whole.n, in->n - d->whole.n };
	return NULL;
}

static bool integer_ok(struct blob b)
{
	return b.n == 1 ||
	    (b.n > 1 && !(b.p[0] == 0 && b.p[1] < 0x80) && !(b.p[0] == 0xff && b.p[1] >= 0x80));
}

/* Whole subidentifiers, none padded with 80 in front (X.690 8.19.2). */
static bool oid_ok(struct blob b)
{
	bool first = true;

	for (size_t i = 0; i < b.n; i++) {
		if (first && b.p[i] == 0x80)
			return false;
		first = b.p[i] < 0x80;
	}
	return b.n > 0 && first;
}

static bool bits_ok(struct blob b)
{
	return b.n > 0 && b.p[0] <= 7 && (b.n > 1 || b.p[0] == 0);
}

static const char *universal(uint8_t tag, struct blob b)
{
	bool group = tag == DER_SEQUENCE || tag == DER_SET;

	if (!group && (tag & CONSTRUCTED))
		return "a simple type is constructed";
	switch (tag) {
	case 0:
	case DER_SEQUENCE & ~CONSTRUCTED:
	case DER_SET & ~CONSTRUCTED:
		return "a tag that DER does not have";
	case DER_BOOLEAN:
		return b.n == 1 && (b.p[0] == 0 || b.p[0] == 0xff)
		    ? NULL
		    : "a BOOLEAN is neither 00 nor ff";
	case DER_INTEGER:
		return integer_ok(b) ? NULL : "an INTEGER is not minimal";
	case DER_BIT_STRING:
		return bits_ok(b) ? NULL : "a BIT STRING has no proper count of unused bits";
	case DER_NULL:
		return b.n == 0 ? NULL : "a NULL has contents";
	case DER_OID:
		return oid_ok(b) ? NULL : "an OBJECT IDENTIFIER is malformed";
	}
	return NULL;
}

/* X.690 11.6 pads the shorter with zeros; but of two elements neither begins with the other, so
 * they differ before that. */
static bool after(struct blob a, struct blob b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	return memcmp(a.p, b.p, n) > 0;
}

static const char *walk(struct blob in, bool set, int depth, const uint8_t **at)
{
	struct der d, last = { 0 };
	const char *why;

	if (depth == 0 && in.n)
		return "it is nested too deeply";
	for (; in.n; last = d) {
		*at = in.p;
		if ((why = next(&in, &d)))
			return why;
		if ((d.tag & CLASS) == 0 && (why = universal(d.tag, d.body)))
			return why;
		if (set && last.tag && after(last.whole, d.whole))
			return "a SET is not in order";
		if ((d.tag & CONSTRUCTED) && (why = walk(d.body, d.tag == DER_SET, depth - 1, at)))
			return why;
	}
	return NULL;
}

const char *der_check(struct blob in, size_t *at)
{
	const uint8_t *bad = in.p;
	struct blob rest = in;
	struct der d;

	*at = 0;
	const char *why = next(&rest, &d);
	if (why)
		return why;
	*at = d.whole.n;
	if (rest.n)
		return "something follows its end";
	why = walk(in, false, DER_DEPTH, &bad);
	*at = (size_t)(bad - in.p);
	return why;
}

bool der_next(struct blob *in, struct der *d)
{
	return next(in, d) == NULL;
}

static bool expect(struct blob *in, uint8_t tag, struct der *d)
{
	struct blob rest = *in;

	if (!der_next(&rest, d) || d->tag != tag)
		return false;
	*in = rest;
	return true;
}

bool der_get(struct blob *in, uint8_t tag, struct blob *body)
{
	struct der d;
	bool got = expect(in, tag, &d);

	if (got)
		*body = d.body;
	return got;
}

bool der_whole(struct blob *in, uint8_t tag, struct blob *whole)
{
	struct der d;
	bool got = expect(in, tag, &d);

	if (got)
		*whole = d.whole;
	return got;
}

bool der_literal(struct blob *in, struct blob octets)
{
	if (in->n < octets.n || memcmp(in->p, octets.p, octets.n) != 0)
		return false;
	*in = (struct blob){ in->p + octets.n, in->n - octets.n };
	return true;
}

bool der_ordered(struct blob in)
{
	struct der d, last = { 0 };

	for (; in.n; last = d)
		if (!der_next(&in, &d) || (last.tag && after(last.whole, d.whole)))
			return false;
	return true;
}

static bool two(struct blob b, size_t at, int *v)
{
	unsigned hi = b.p[at] - '0', lo = b.p[at + 1] - '0';

	*v = (int)(hi * 10 + lo);
	return hi <= 9 && lo <= 9;
}

/* MMDDHHMMSSZ behind the year. timegm() carries what is out of range over into the next field: then
 * the fields differ. */
static bool moment(struct blob b, int year, int64_t *t)
{
	struct tm tm = { .tm_year = year - 1900 };

	if (b.n != 11 || b.p[10] != 'Z' || !two(b, 0, &tm.tm_mon) || !two(b, 2, &tm.tm_mday) ||
	    !two(b, 4, &tm.tm_hour) || !two(b, 6, &tm.tm_min) || !two(b, 8, &tm.tm_sec))
		return false;
	tm.tm_mon--;
	struct tm same = tm;
	int64_t v = timegm(&same);
	if (same.tm_mon != tm.tm_mon || same.tm_mday != tm.tm_mday || same.tm_hour != tm.tm_hour ||
	    same.tm_min != tm.tm_min || same.tm_sec != tm.tm_sec || same.tm_year != tm.tm_year)
		return false;
	*t = v;
	return true;
}

bool der_time(struct blob *in, int64_t *t)
{
	struct blob rest = *in;
	struct der d;
	int century = 0, year;

	if (!der_next(&rest, &d))
		return false;
	size_t skip = d.tag == DER_GENERALIZED_TIME ? 2 : 0;
	if ((d.tag != DER_UTC_TIME && !skip) || d.body.n != skip + 13)
		return false;
	if ((skip && !two(d.body, 0, &century)) || !two(d.body, skip, &year))
		return false;
	if (!skip)
		century = year < 50 ? 20 : 19; /* RFC 5280 4.1.2.5.1 */
	if (!moment((struct blob){ d.body.p + skip + 2, 11 }, century * 100 + year, t))
		return false;
	*in = rest;
	return true;
}

bool der_oid_print(struct blob oid, char *buf, size_t size)
{
	size_t n = 0;
	uint64_t v = 0;
	bool first = true;

	buf[0] = '\0';
	for (size_t i = 0; i < oid.n; i++) {
		if (v > UINT64_MAX >> 7)
			return false;
		v = v << 7 | (oid.p[i] & 0x7f);
		if (oid.p[i] >= 0x80)
			continue;
		uint64_t root = v >= 80 ? 2 : v / 40;
		int put = first ? snprintf(buf + n, size - n, "%d.%llu", (int)root,
				      (unsigned long long)(v - root * 40))
				: snprintf(buf + n, size - n, ".%llu", (unsigned long long)v);
		n += (size_t)put;
		if (n >= size)
			return false;
		v = 0;
		first = false;
	}
	return true;
}

const char *der_oid_text(struct blob oid, char *buf, size_t size)
{
	(void)!der_oid_print(oid, buf, size);
	return buf;
}
