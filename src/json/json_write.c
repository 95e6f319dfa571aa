#include "json/json.h"
#include "base/ascii.h"
#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void write_json_value(struct buf *, struct json_object *);

/* RFC 8785 3.2.2.2: only the characters that RFC 8259 demands are escaped, each in its shortest
 * form. */
static void write_string(struct buf *b, struct str s)
{
	static const char named[] = "btn\0fr"; /* the escapes of the octets 8 to 13 */

	buf_z(b, "\"");
	for (size_t from = 0, i = 0; i <= s.n; i++) {
		unsigned char c = i < s.n ? (unsigned char)s.s[i] : '"';
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(b, s.s + from, i - from);
		from = i + 1;
		if (i == s.n)
			break;
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c >= 8 && c <= 13 && named[c - 8])
			buf_printf(b, "\\%c", named[c - 8]);
		else
			buf_printf(b, "\\u%04x", c);
	}
	buf_z(b, "\"");
}

/* Find the fewest digits that read back as the same number; *point: position of the decimal point,
 * counted from the first digit. */
static size_t find_shortest_digits(double v, char digits[18], int *point)
{
	char text[40];
	size_t n = 0;

	for (int precision = 0; precision < 17; precision++) {
		snprintf(text, sizeof text, "%.*e", precision, v);
		if (strtod(text, NULL) == v)
			break;
	}
	for (const char *p = text; *p != 'e'; p++)
		if (ascii_is_digit(*p))
			digits[n++] = *p;
	*point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
	return n;
}

/* Write a number as ECMA-262 6.1.6.1.20 does; RFC 8785 3.2.2.3 requires this. */
static void write_double(struct buf *b, double v)
{
	static const char zeros[] = "00000000000000000000";
	char digits[18];
	int point;

	if (!isfinite(v)) {
		buf_z(b, "null");
		return;
	}
	if (v < 0)
		buf_z(b, "-");
	size_t n = find_shortest_digits(fabs(v), digits, &point);
	size_t whole = point > 0 ? (size_t)point : 0;
	if (v == 0) {
		buf_z(b, "0");
	} else if (point > 21 || point < -5) {
		buf_put(b, digits, 1);
		buf_put(b, ".", n > 1);
		buf_put(b, digits + 1, n - 1);
		buf_printf(b, "e%+d", point - 1);
	} else if (whole >= n) {
		buf_put(b, digits, n);
		buf_put(b, zeros, whole - n);
	} else if (whole) {
		buf_put(b, digits, whole);
		buf_z(b, ".");
		buf_put(b, digits + whole, n - whole);
	} else {
		buf_z(b, "0.");
		buf_put(b, zeros, (size_t)-point);
		buf_put(b, digits, n);
	}
}

/* Write all digits of a whole number. If it may be too large for a double, the caller must make it
 * a string. */
static void write_integer(struct buf *b, struct json_object *o)
{
	int64_t v = json_object_get_int64(o);

	if (v == INT64_MAX)
		buf_printf(b, "%" PRIu64, json_object_get_uint64(o));
	else
		buf_printf(b, "%" PRId64, v);
}

static void write_array(struct buf *b, struct json_object *o)
{
	buf_z(b, "[");
	for (size_t i = 0; i < json_object_array_length(o); i++) {
		buf_z(b, i ? "," : "");
		write_json_value(b, json_object_array_get_idx(o, i));
	}
	buf_z(b, "]");
}

/* Compare in the order of UTF-16, where surrogates (in UTF-8: 4 octets, the first from 0xf0 on)
 * come before U+E000 to U+FFFF (first octet 0xee or 0xef). */
static int rank_octet(unsigned char c)
{
	return c == 0xee || c == 0xef ? c + 8 : c;
}

struct member {
	const char *name;
	struct json_object *value;
};

static int compare_members(const void *left, const void *right)
{
	const char *a = ((const struct member *)left)->name;
	const char *b = ((const struct member *)right)->name;

	while (*a && *a == *b)
		a++, b++;
	return rank_octet((unsigned char)*a) - rank_octet((unsigned char)*b);
}

/* Write the members sorted by the UTF-16 code units of their names (RFC 8785 3.2.3). */
static void write_object(struct buf *b, struct json_object *o)
{
	size_t n = (size_t)json_object_object_length(o), i = 0;
	struct member *v = arena_alloc(b->mem, n * sizeof *v + 1);

	json_object_object_foreach(o, name, value)
	{
		v[i++] = (struct member){ name, value };
	}
	qsort(v, n, sizeof *v, compare_members);
	buf_z(b, "{");
	for (i = 0; i < n; i++) {
		buf_z(b, i ? "," : "");
		write_string(b, str_of(v[i].name));
		buf_z(b, ":");
		write_json_value(b, v[i].value);
	}
	buf_z(b, "}");
}

static void write_json_value(struct buf *b, struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_object:
		write_object(b, o);
		break;
	case json_type_array:
		write_array(b, o);
		break;
	case json_type_string:
		write_string(b, json_get_str(o));
		break;
	case json_type_int:
		write_integer(b, o);
		break;
	case json_type_double:
		write_double(b, json_object_get_double(o));
		break;
	case json_type_boolean:
		buf_z(b, json_object_get_boolean(o) ? "true" : "false");
		break;
	case json_type_null:
		buf_z(b, "null");
		break;
	}
}

struct str json_text(struct cx *cx, struct json_object *o)
{
	struct buf b = { .mem = cx->mem };

	write_json_value(&b, json_own(cx, o));
	return buf_done(&b);
}
