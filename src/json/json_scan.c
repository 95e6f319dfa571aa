#include "json/json.h"
#include "base/ascii.h"
#include <stdio.h>

/*
 * The scanner is a loop with its own stacks: one of the open containers, and one of the keys seen
 * in the open objects. Keys are stored unescaped, so that "a" and "\u0061" are equal. When an
 * object closes, its keys are sorted and neighbours compared: n keys take about n log n
 * comparisons.
 */
struct json_key {
	struct str text;
	size_t at;
};

struct json_frame {
	char close;  /* '}' or ']' */
	size_t keys; /* index of this object's first key */
};

struct json_scanner {
	struct cx *cx;
	struct str t;
	size_t i;
	struct json_frame open[JSON_DEPTH];
	size_t depth;
	struct json_key *keys;
	size_t nkeys, cap, members;
	bool lenient; /* the rules of json_scan_body() apply */
	bool in_key;
};

static enum err refuse_json(struct json_scanner *s, size_t at, const char *what)
{
	return refuse(s->cx, ERR_BAD_JSON, NULL, "byte %zu: %s", at, what);
}

/* Return the current byte, or -1 at the end. */
static int peek_byte(const struct json_scanner *s)
{
	return s->i < s->t.n ? (unsigned char)s->t.s[s->i] : -1;
}

static bool take_byte(struct json_scanner *s, char c)
{
	bool there = peek_byte(s) == c;

	s->i += there;
	return there;
}

static int skip_blanks(struct json_scanner *s)
{
	int c;

	while ((c = peek_byte(s)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		s->i++;
	return c;
}

/* The value of the four digits of \uXXXX; -1 if four digits are missing. */
static int32_t read_utf16_unit(struct str t, size_t at)
{
	int32_t u = 0;

	if (at + 4 > t.n)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		if (ascii_hex_value(t.s[i]) < 0)
			return -1;
		u = u << 4 | ascii_hex_value(t.s[i]);
	}
	return u;
}

static bool is_high_surrogate(int32_t u)
{
	return u >= 0xd800 && u < 0xdc00;
}

static bool is_low_surrogate(int32_t u)
{
	return u >= 0xdc00 && u < 0xe000;
}

/* Starts after `\u`. The two escapes of a surrogate pair are scanned together, as one character. */
static enum err scan_unicode_escape(struct json_scanner *s, size_t start)
{
	int32_t u = read_utf16_unit(s->t, s->i);

	if (u < 0)
		return refuse_json(s, start, "\\u must be followed by four hex digits");
	if (u == 0 && (s->in_key || !s->lenient))
		return refuse_json(s, start, "\\u0000 is not allowed");
	s->i += 4;
	if (is_low_surrogate(u) ||
	    (is_high_surrogate(u) &&
		!(take_byte(s, '\\') && take_byte(s, 'u') &&
		    is_low_surrogate(read_utf16_unit(s->t, s->i)))))
		return refuse_json(
		    s, start, "\\u gives half of a surrogate pair; write both halves");
	s->i += is_high_surrogate(u) ? 4 : 0;
	return OK;
}

static enum err scan_escape(struct json_scanner *s)
{
	size_t start = s->i++;
	int c = peek_byte(s);

	s->i++;
	if (c == 'u')
		return scan_unicode_escape(s, start);
	return c > 0 && strchr("\"\\/bfnrt", c)
	    ? OK
	    : refuse_json(s, start, "unknown escape; use one of JSON, such as \\n or \\u0020");
}

/* Read a string, from its opening quote on; *raw is the text between the quotes, still escaped. */
static enum err scan_string(struct json_scanner *s, struct str *raw)
{
	size_t start = ++s->i, len;
	int c;

	while ((c = peek_byte(s)) != '"') {
		if (c < 0)
			return refuse_json(s, start - 1, "this string has no closing quote");
		if (c < 0x20)
			return refuse_json(s, s->i,
			    "control character in a string; write it as an escape, such as \\n");
		if (c == '\\') {
			TRY(scan_escape(s));
			continue;
		}
		if ((len = utf8_len(s->t.s + s->i, s->t.n - s->i)) == 0)
			return refuse_json(s, s->i, "invalid UTF-8");
		s->i += len;
	}
	*raw = (struct str){ s->t.s + start, s->i++ - start };
	return OK;
}

static size_t skip_digits(struct json_scanner *s)
{
	size_t n = 0;

	for (; ascii_is_digit((char)peek_byte(s)); n++)
		s->i++;
	return n;
}

static bool fits_64_bits(struct str n)
{
	bool minus = n.s[0] == '-';
	uint64_t v = 0;

	for (size_t i = minus; i < n.n; i++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, n.s[i] - '0', &v))
			return false;
	return !minus || v <= (uint64_t)INT64_MAX + 1;
}

static enum err scan_number(struct json_scanner *s)
{
	size_t start = s->i;
	bool whole = true;

	take_byte(s, '-');
	if (!take_byte(s, '0') && skip_digits(s) == 0)
		return refuse_json(s, start, "this number has no digit");
	if (take_byte(s, '.')) {
		whole = false;
		if (skip_digits(s) == 0)
			return refuse_json(s, start, "this number has no digit after its point");
	}
	if (take_byte(s, 'e') || take_byte(s, 'E')) {
		whole = false;
		if (!take_byte(s, '+'))
			take_byte(s, '-');
		if (skip_digits(s) == 0)
			return refuse_json(s, start, "this number has no digit in its exponent");
	}
	if (whole && !s->lenient && !fits_64_bits((struct str){ s->t.s + start, s->i - start }))
		return refuse_json(
		    s, start, "this number does not fit into 64 bits; send it as a string");
	return OK;
}

static enum err scan_literal(struct json_scanner *s)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_starts(str_from(s->t, s->i), words[i])) {
			s->i += strlen(words[i]);
			return OK;
		}
	return refuse_json(s, s->i, "expected a value");
}

static enum err open_container(struct json_scanner *s, char close)
{
	if (s->depth == JSON_DEPTH)
		return refuse(s->cx, ERR_BAD_JSON, NULL, "byte %zu: more than %d levels of nesting",
		    s->i, JSON_DEPTH);
	s->open[s->depth++] = (struct json_frame){ .close = close, .keys = s->nkeys };
	s->i++;
	return OK;
}

/* Read a scalar completely, or only the opening bracket of an array or object. */
static enum err scan_value(struct json_scanner *s, bool *opened)
{
	struct str raw;
	int c = skip_blanks(s);

	*opened = c == '{' || c == '[';
	if (*opened)
		return open_container(s, c == '{' ? '}' : ']');
	if (c == '"')
		return scan_string(s, &raw);
	if (c == '-' || ascii_is_digit((char)c))
		return scan_number(s);
	if (c < 0)
		return refuse_json(s, s->i, "the text ends where a value is expected");
	return scan_literal(s);
}

static void append_utf8(struct buf *b, int32_t c)
{
	char u[4] = { (char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 63)),
		(char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63)) };
	size_t skip = c < 0x80 ? 3 : c < 0x800 ? 2 : c < 0x10000 ? 1 : 0;

	if (skip == 3)
		u[3] = (char)c;
	else if (skip)
		u[skip] = (char)((skip == 2 ? 0xc0 : 0xe0) | c >> (skip == 2 ? 6 : 12));
	buf_put(b, u + skip, 4 - skip);
}

/* Append the character of the escape at raw.s[i], which scan_string() has checked. Returns the
 * length of the escape. */
static size_t unescape_char(struct buf *b, struct str raw, size_t i)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	int32_t u;

	if (raw.s[i + 1] != 'u') {
		buf_put(b, bytes + (strchr(names, raw.s[i + 1]) - names), 1);
		return 2;
	}
	u = read_utf16_unit(raw, i + 2);
	append_utf8(b,
	    is_high_surrogate(u)
		? 0x10000 + ((u - 0xd800) << 10) + (read_utf16_unit(raw, i + 8) - 0xdc00)
		: u);
	return is_high_surrogate(u) ? 12 : 6;
}

static struct str unescape_string(struct arena *mem, struct str raw)
{
	struct buf b = { .mem = mem };

	if (raw.n == 0 || memchr(raw.s, '\\', raw.n) == NULL)
		return raw;
	for (size_t i = 0; i < raw.n;) {
		if (raw.s[i] == '\\')
			i += unescape_char(&b, raw, i);
		else
			buf_put(&b, raw.s + i++, 1);
	}
	return buf_done(&b);
}

static void remember_key(struct json_scanner *s, struct str text, size_t at)
{
	if (s->nkeys == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 32;
		struct json_key *keys = arena_alloc(s->cx->mem, cap * sizeof *keys);
		if (s->nkeys)
			memcpy(keys, s->keys, s->nkeys * sizeof *keys);
		s->keys = keys;
		s->cap = cap;
	}
	s->keys[s->nkeys++] = (struct json_key){ text, at };
}

/* Read a key and its colon. */
static enum err scan_key(struct json_scanner *s)
{
	struct str raw;
	size_t at;

	if (skip_blanks(s) != '"')
		return refuse_json(s, s->i, "expected a key in quotes");
	at = s->i;
	s->in_key = true;
	TRY(scan_string(s, &raw));
	s->in_key = false;
	remember_key(s, unescape_string(s->cx->mem, raw), at);
	skip_blanks(s);
	return take_byte(s, ':') ? OK : refuse_json(s, s->i, "expected a colon");
}

static int compare_keys(const void *a, const void *b)
{
	const struct json_key *x = a, *y = b;
	int d = x->text.n != y->text.n ? (x->text.n < y->text.n ? -1 : 1)
	    : x->text.n		       ? memcmp(x->text.s, y->text.s, x->text.n)
				       : 0;

	return d ? d : x->at < y->at ? -1 : 1;
}

static enum err refuse_duplicate_key(struct json_scanner *s, const struct json_key *k)
{
	char name[33];
	size_t n = k->text.n < sizeof name ? k->text.n : sizeof name - 1;

	for (size_t i = 0; i < n; i++)
		name[i] = k->text.s[i] >= 0x20 && k->text.s[i] < 0x7f ? k->text.s[i] : '?';
	name[n] = '\0';
	return refuse(s->cx, ERR_BAD_JSON, NULL, "byte %zu: duplicate key \"%s%s\"", k->at, name,
	    n < k->text.n ? "..." : "");
}

static enum err close_container(struct json_scanner *s)
{
	struct json_frame *f = &s->open[--s->depth];
	struct json_key *keys, *again = NULL;
	size_t n = s->nkeys - f->keys;

	s->i++;
	s->nkeys = f->keys;
	if (n < 2)
		return OK;
	keys = s->keys + f->keys;
	qsort(keys, n, sizeof *keys, compare_keys);
	for (size_t i = 1; i < n; i++)
		if (str_eq(keys[i].text, keys[i - 1].text) &&
		    (again == NULL || keys[i].at < again->at))
			again = &keys[i];
	return again ? refuse_duplicate_key(s, again) : OK;
}

/* After a value or an opening bracket (`fresh`): close the containers that end here, and go to the
 * start of the next value. *more: there is a next value. */
static enum err go_to_next_value(struct json_scanner *s, bool fresh, bool *more)
{
	for (; s->depth; fresh = false) {
		char close = s->open[s->depth - 1].close;
		if (skip_blanks(s) == close) {
			TRY(close_container(s));
			continue;
		}
		if (!fresh && !take_byte(s, ','))
			return refuse_json(s, s->i,
			    close == '}' ? "expected a comma or }" : "expected a comma or ]");
		if (++s->members > JSON_MEMBERS)
			return refuse(s->cx, ERR_BAD_JSON, NULL,
			    "byte %zu: more than %d members and elements", s->i, JSON_MEMBERS);
		*more = true;
		return close == '}' ? scan_key(s) : OK;
	}
	*more = false;
	return skip_blanks(s) < 0 ? OK : refuse_json(s, s->i, "unexpected text after the value");
}

/* Does the text look like a form: a name and `=`, before any character of JSON? */
static bool begins_like_form(struct str t)
{
	static const char other[] = "_-.%+[]0123456789";
	size_t i = 0;

	while (i < t.n &&
	    (((t.s[i] | 32) >= 'a' && (t.s[i] | 32) <= 'z') ||
		(i && memchr(other, t.s[i], sizeof other - 1))))
		i++;
	return i > 0 && i < t.n && t.s[i] == '=';
}

/* If the text cannot be JSON in UTF-8, say what it is instead. NULL: it may be JSON. */
static const char *name_other_encoding(struct str t)
{
	if (str_trim(t).n == 0)
		return "This is empty; send JSON.";
	if (str_starts(t, "\x1f\x8b"))
		return "This is compressed with gzip; send JSON as it is.";
	if (str_starts(t, "\xff\xfe") || str_starts(t, "\xfe\xff") ||
	    (t.n > 1 && (t.s[0] == '\0') != (t.s[1] == '\0')))
		return "This is UTF-16 or UTF-32; send JSON in UTF-8.";
	if (str_starts(t, "--") && !str_starts(t, "-----"))
		return "This is a multipart form; send JSON.";
	return begins_like_form(t) ? "This is a form (name=value); send JSON." : NULL;
}

static enum err scan_text(struct cx *cx, struct str text, bool lenient)
{
	struct json_scanner s = { .cx = cx, .t = text, .lenient = lenient };
	const char *other = name_other_encoding(text);
	bool opened, more = true;

	if (other)
		return refuse(cx, ERR_BAD_JSON, NULL, "%s", other);
	while (more) {
		TRY(scan_value(&s, &opened));
		TRY(go_to_next_value(&s, opened, &more));
	}
	return OK;
}

enum err json_scan(struct cx *cx, struct str text)
{
	return scan_text(cx, text, false);
}

enum err json_scan_body(struct cx *cx, struct str text)
{
	return scan_text(cx, text, true);
}
