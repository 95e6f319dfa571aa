#include "x509/der.h"

enum { TAG_NUMBER_LONG = 0x1f, TAG_CONSTRUCTED = 0x20, TAG_CLASS = 0xc0 };

/* Read the length at p, after the identifier octet; *used: how many octets it has. */
static const char *read_der_length(const uint8_t *p, size_t n, size_t *len, size_t *used)
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

static const char *take_der_element(struct blob *in, struct der *d)
{
	size_t len, used;

	if (in->n < 2)
		return "it ends inside an element";
	if ((in->p[0] & TAG_NUMBER_LONG) == TAG_NUMBER_LONG)
		return "a tag number is above 30";
	const char *why = read_der_length(in->p + 1, in->n - 1, &len, &used);
	if (why)
		return why;
	if (len > in->n - 1 - used)
		return "a length goes past the end";
	*d = (struct der){ in->p[0], { in->p + 1 + used, len }, { in->p, 1 + used + len } };
	*in = (struct blob){ in->p + d->whole.n, in->n - d->whole.n };
	return NULL;
}

static bool is_minimal_integer(struct blob b)
{
	return b.n == 1 ||
	    (b.n > 1 && !(b.p[0] == 0 && b.p[1] < 0x80) && !(b.p[0] == 0xff && b.p[1] >= 0x80));
}

/* Is the last subidentifier complete, and does none start with the padding octet 80 (X.690
 * 8.19.2)? */
static bool is_whole_oid(struct blob b)
{
	bool first = true;

	for (size_t i = 0; i < b.n; i++) {
		if (first && b.p[i] == 0x80)
			return false;
		first = b.p[i] < 0x80;
	}
	return b.n > 0 && first;
}

static bool is_valid_bit_string(struct blob b)
{
	return b.n > 0 && b.p[0] <= 7 && (b.n > 1 || b.p[0] == 0);
}

static const char *check_universal_type(uint8_t tag, struct blob b)
{
	bool group = tag == DER_SEQUENCE || tag == DER_SET;

	if (!group && (tag & TAG_CONSTRUCTED))
		return "a primitive type is constructed";
	switch (tag) {
	case 0:
	case DER_SEQUENCE & ~TAG_CONSTRUCTED:
	case DER_SET & ~TAG_CONSTRUCTED:
		return "a tag is not allowed in DER";
	case DER_BOOLEAN:
		return b.n == 1 && (b.p[0] == 0 || b.p[0] == 0xff)
		    ? NULL
		    : "a BOOLEAN is neither 00 nor ff";
	case DER_INTEGER:
		return is_minimal_integer(b) ? NULL : "an INTEGER is not minimal";
	case DER_BIT_STRING:
		return is_valid_bit_string(b) ? NULL
					      : "a BIT STRING has a wrong count of unused bits";
	case DER_NULL:
		return b.n == 0 ? NULL : "a NULL has contents";
	case DER_OID:
		return is_whole_oid(b) ? NULL : "an OBJECT IDENTIFIER is malformed";
	}
	return NULL;
}

/* X.690 11.6 compares as if the shorter element were padded with zeros. No element is a prefix of
 * another element, so two elements always differ before the end of the shorter one. */
static bool sorts_after(struct blob a, struct blob b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	return memcmp(a.p, b.p, n) > 0;
}

static const char *check_der_elements(struct blob in, bool set, int depth, const uint8_t **at)
{
	struct der d, last = { 0 };
	const char *why;

	if (depth == 0 && in.n)
		return "it is nested too deeply";
	for (; in.n; last = d) {
		*at = in.p;
		if ((why = take_der_element(&in, &d)))
			return why;
		if ((d.tag & TAG_CLASS) == 0 && (why = check_universal_type(d.tag, d.body)))
			return why;
		if (set && last.tag && sorts_after(last.whole, d.whole))
			return "the elements of a SET are not in order";
		if ((d.tag & TAG_CONSTRUCTED) &&
		    (why = check_der_elements(d.body, d.tag == DER_SET, depth - 1, at)))
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
	const char *why = take_der_element(&rest, &d);
	if (why)
		return why;
	*at = d.whole.n;
	if (rest.n)
		return "something follows the element";
	why = check_der_elements(in, false, DER_DEPTH, &bad);
	*at = (size_t)(bad - in.p);
	return why;
}

bool der_next(struct blob *in, struct der *d)
{
	return take_der_element(in, d) == NULL;
}

static bool take_tagged_element(struct blob *in, uint8_t tag, struct der *d)
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
	bool got = take_tagged_element(in, tag, &d);

	if (got)
		*body = d.body;
	return got;
}

bool der_get_whole(struct blob *in, uint8_t tag, struct blob *whole)
{
	struct der d;
	bool got = take_tagged_element(in, tag, &d);

	if (got)
		*whole = d.whole;
	return got;
}

bool der_get_literal(struct blob *in, struct blob octets)
{
	if (in->n < octets.n || memcmp(in->p, octets.p, octets.n) != 0)
		return false;
	*in = (struct blob){ in->p + octets.n, in->n - octets.n };
	return true;
}

bool der_is_set_order(struct blob in)
{
	struct der d, last = { 0 };

	for (; in.n; last = d)
		if (!der_next(&in, &d) || (last.tag && sorts_after(last.whole, d.whole)))
			return false;
	return true;
}

static bool read_time_digits(struct blob b, size_t at, int *v)
{
	unsigned hi = b.p[at] - '0', lo = b.p[at + 1] - '0';

	*v = (int)(hi * 10 + lo);
	return hi <= 9 && lo <= 9;
}

/* Read MMDDHHMMSSZ, the part of a time after the year. timegm() carries a value out of range into
 * the next field; a changed field therefore means an invalid time. */
static bool read_month_to_second(struct blob b, int year, int64_t *t)
{
	struct tm tm = { .tm_year = year - 1900 };

	if (b.n != 11 || b.p[10] != 'Z' || !read_time_digits(b, 0, &tm.tm_mon) ||
	    !read_time_digits(b, 2, &tm.tm_mday) || !read_time_digits(b, 4, &tm.tm_hour) ||
	    !read_time_digits(b, 6, &tm.tm_min) || !read_time_digits(b, 8, &tm.tm_sec))
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

bool der_get_time(struct blob *in, int64_t *t)
{
	struct blob rest = *in;
	struct der d;
	int century = 0, year;

	if (!der_next(&rest, &d))
		return false;
	size_t skip = d.tag == DER_GENERALIZED_TIME ? 2 : 0;
	if ((d.tag != DER_UTC_TIME && !skip) || d.body.n != skip + 13)
		return false;
	if ((skip && !read_time_digits(d.body, 0, &century)) ||
	    !read_time_digits(d.body, skip, &year))
		return false;
	if (!skip)
		century = year < 50 ? 20 : 19; /* RFC 5280 4.1.2.5.1 */
	if (!read_month_to_second(
		(struct blob){ d.body.p + skip + 2, 11 }, century * 100 + year, t))
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
