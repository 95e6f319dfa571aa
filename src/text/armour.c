#include "text/encoding.h"
#include <stdio.h>

enum { PEM_COLUMNS = 64, PEM_LABEL_SHOWN = 40 };
static const char pem_begin[] = "-----BEGIN ", pem_end[] = "-----END ", pem_dashes[] = "-----";

struct str pem_encode(struct arena *mem, const char *label, struct blob der)
{
	struct str body = base64_encode(mem, der);
	struct buf b = { .mem = mem };

	buf_printf(&b, "%s%s%s\n", pem_begin, label, pem_dashes);
	for (size_t i = 0; i < body.n; i += PEM_COLUMNS) {
		buf_put(&b, body.s + i, body.n - i < PEM_COLUMNS ? body.n - i : PEM_COLUMNS);
		buf_z(&b, "\n");
	}
	buf_printf(&b, "%s%s%s\n", pem_end, label, pem_dashes);
	return buf_done(&b);
}

static enum err refuse_armour(struct cx *cx, const char *field, const char *why)
{
	return refuse(
	    cx, ERR_BAD_REQUEST, field, "%s%s%s", field ? field : "", field ? ": " : "", why);
}

static struct str read_pem_line(struct str *rest)
{
	struct str l;

	str_cut(*rest, '\n', &l, rest);
	while (l.n && (l.s[l.n - 1] == '\r' || l.s[l.n - 1] == ' ' || l.s[l.n - 1] == '\t'))
		l.n--;
	return l;
}

/* The label of a block is the text between `head` and five dashes. */
static bool read_pem_label(struct str l, const char *head, struct str *label)
{
	size_t n = strlen(head), tail = sizeof pem_dashes - 1;

	if (!str_starts(l, head) || l.n < n + tail ||
	    memcmp(l.s + l.n - tail, pem_dashes, tail) != 0)
		return false;
	*label = (struct str){ l.s + n, l.n - n - tail };
	return true;
}

static bool is_wanted_label(struct str label, const char *want)
{
	return str_is(label, want) ||
	    (strcmp(want, "CERTIFICATE REQUEST") == 0 && str_is(label, "NEW CERTIFICATE REQUEST"));
}

/* Make a label fit for an error message: cut it, and replace what is not printable ASCII. */
static const char *print_pem_label(struct str label, char buf[PEM_LABEL_SHOWN + 1])
{
	size_t n = label.n < PEM_LABEL_SHOWN ? label.n : PEM_LABEL_SHOWN;

	for (size_t i = 0; i < n; i++)
		buf[i] = label.s[i] >= 0x20 && label.s[i] < 0x7f ? label.s[i] : '?';
	buf[n] = '\0';
	return buf;
}

static bool has_pem_end(struct str line)
{
	for (; line.n; line = str_from(line, 1))
		if (str_starts(line, pem_end))
			return true;
	return false;
}

static enum err check_begin_line(
    struct cx *cx, const char *field, const char *want, struct str l, struct str *label)
{
	char found[PEM_LABEL_SHOWN + 1], why[160];

	if (str_starts(l, pem_begin) && has_pem_end(l))
		return refuse_armour(
		    cx, field, "the line breaks of this PEM are lost; send them, as \\n in JSON");
	if (!read_pem_label(l, pem_begin, label)) {
		snprintf(why, sizeof why, "PEM must begin with a line -----BEGIN %s-----", want);
		return refuse_armour(cx, field, why);
	}
	if (is_wanted_label(*label, want))
		return OK;
	snprintf(why, sizeof why, "this is a %s; send a %s", print_pem_label(*label, found), want);
	return refuse_armour(cx, field, why);
}

/* *body: the base64 between the BEGIN and END lines. *rest: the text after the END line. */
static enum err read_pem_body(
    struct cx *cx, const char *field, struct str label, struct str *rest, struct str *body)
{
	struct buf lines = { .mem = cx->mem };
	struct str l, last;
	bool blanks = false;

	while (rest->n && !str_starts(*rest, pem_dashes)) {
		l = read_pem_line(rest);
		blanks = blanks || memchr(l.s, ' ', l.n) || memchr(l.s, '\t', l.n);
		buf_str(&lines, l);
	}
	*body = buf_done(&lines);
	l = read_pem_line(rest);
	if (!read_pem_label(l, pem_end, &last))
		return refuse_armour(cx, field, "add the -----END line; it is missing");
	if (blanks)
		return refuse_armour(cx, field, "remove the blanks from the lines of this PEM");
	return str_eq(last, label)
	    ? OK
	    : refuse_armour(
		  cx, field, "the -----BEGIN and -----END lines must have the same label");
}

static bool is_begin_line(struct str s)
{
	return str_starts(s, pem_begin);
}

/* Text may stand before a block (RFC 7468 2): move *rest to the line that begins it. False: no line
 * begins a block, and *rest is unchanged. */
static bool go_to_begin_line(struct str *rest)
{
	struct str at = *rest;

	while (at.n && !is_begin_line(at))
		read_pem_line(&at);
	if (at.n)
		*rest = at;
	return at.n > 0;
}

enum err pem_decode(
    struct cx *cx, const char *field, const char *label, struct str text, struct blob *der)
{
	struct str found, body, rest = str_trim(text);

	go_to_begin_line(&rest);
	TRY(check_begin_line(cx, field, label, read_pem_line(&rest), &found));
	TRY(read_pem_body(cx, field, found, &rest, &body));
	if (go_to_begin_line(&rest))
		return refuse_armour(cx, field, "send only one PEM block");
	if (!base64_decode(cx->mem, body, der) || der->n == 0)
		return refuse_armour(
		    cx, field, "the text between the -----BEGIN and -----END lines must be base64");
	return OK;
}

static bool looks_like_pem(struct str s)
{
	s = str_trim(s);
	return go_to_begin_line(&s);
}

/* Convert base64url (RFC 4648 5), with or without padding, to base64. A text with + or / is
 * returned unchanged. */
static struct str read_base64url(struct arena *mem, struct str s)
{
	struct buf b = { .mem = mem };

	if (memchr(s.s, '+', s.n) || memchr(s.s, '/', s.n))
		return s;
	for (size_t i = 0; i < s.n; i++)
		buf_put(&b, s.s[i] == '-' ? "+" : s.s[i] == '_' ? "/" : s.s + i, 1);
	while (b.n % 4)
		buf_z(&b, "=");
	return buf_done(&b);
}

static bool decode_any_base64(struct arena *mem, struct str text, struct blob *der)
{
	return (base64_decode(mem, text, der) ||
		   base64_decode(mem, read_base64url(mem, str_trim(text)), der)) &&
	    der->n > 0;
}

enum err armour_decode(
    struct cx *cx, const char *field, const char *label, struct str text, struct blob *der)
{
	struct str inner;

	if (str_starts(text, "\xef\xbb\xbf"))
		text = str_from(text, 3);
	if (text.n && text.s[0] == 0x30) {
		*der = str_blob(text);
		return OK;
	}
	if (looks_like_pem(text))
		return pem_decode(cx, field, label, text, der);
	if (!decode_any_base64(cx->mem, text, der))
		return refuse_armour(cx, field, "this must be PEM, DER, or base64 of one of them");
	inner = (struct str){ (const char *)der->p, der->n };
	if (looks_like_pem(inner))
		return pem_decode(cx, field, label, inner, der);
	return der->p[0] == 0x30
	    ? OK
	    : refuse_armour(cx, field, "this is base64, but must encode DER or PEM");
}
