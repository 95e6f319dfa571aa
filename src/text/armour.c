#include "text/encoding.h"
#include <stdio.h>

enum { COLUMNS = 64, LABEL = 40 };
static const char begin[] = "-----BEGIN ", end[] = "-----END ", dashes[] = "-----";

struct str pem_encode(struct arena *mem, const char *label, struct blob der)
{
	struct str body = base64_encode(mem, der);
	struct buf b = { .mem = mem };

	buf_printf(&b, "%s%s%s\n", begin, label, dashes);
	for (size_t i = 0; i < body.n; i += COLUMNS) {
		buf_put(&b, body.s + i, body.n - i < COLUMNS ? body.n - i : COLUMNS);
		buf_z(&b, "\n");
	}
	buf_printf(&b, "%s%s%s\n", end, label, dashes);
	return buf_done(&b);
}

static enum err bad(struct cx *cx, const char *field, const char *why)
{
	return refuse(
	    cx, ERR_BAD_REQUEST, field, "%s%s%s", field ? field : "", field ? ": " : "", why);
}

static struct str line(struct str *rest)
{
	struct str l;

	str_cut(*rest, '\n', &l, rest);
	if (l.n && l.s[l.n - 1] == '\r')
		l.n--;
	return l;
}

/* Between `head` and five dashes. */
static bool label_of(struct str l, const char *head, struct str *label)
{
	size_t n = strlen(head), tail = sizeof dashes - 1;

	if (!str_starts(l, head) || l.n < n + tail || memcmp(l.s + l.n - tail, dashes, tail) != 0)
		return false;
	*label = (struct str){ l.s + n, l.n - n - tail };
	return true;
}

static bool wanted(struct str label, const char *want)
{
	return str_is(label, want) ||
	    (strcmp(want, "CERTIFICATE REQUEST") == 0 && str_is(label, "NEW CERTIFICATE REQUEST"));
}

/* As much of it as may be shown to whoever sent it. */
static const char *shown(struct str label, char buf[LABEL + 1])
{
	size_t n = label.n < LABEL ? label.n : LABEL;

	for (size_t i = 0; i < n; i++)
		buf[i] = label.s[i] >= 0x20 && label.s[i] < 0x7f ? label.s[i] : '?';
	buf[n] = '\0';
	return buf;
}

static enum err first_line(
    struct cx *cx, const char *field, const char *want, struct str l, struct str *label)
{
	char found[LABEL + 1], why[160];

	if (!label_of(l, begin, label)) {
		snprintf(why, sizeof why, "PEM begins with a line -----BEGIN %s-----", want);
		return bad(cx, field, why);
	}
	if (wanted(*label, want))
		return OK;
	snprintf(why, sizeof why, "this is a %s, a %s is needed", shown(*label, found), want);
	return bad(cx, field, why);
}

/* The base64 between the two lines; *rest is left behind the last. */
static enum err body_lines(
    struct cx *cx, const char *field, struct str label, struct str *rest, struct str *body)
{
	struct str l, last;
	size_t columns = 0, nlines = 0;
	bool shorter = false;

	*body = *rest;
	while (rest->n && !str_starts(*rest, dashes)) {
		l = line(rest);
		nlines++;
		if (l.n == 0 || shorter || (columns && l.n > columns) ||
		    (nlines > 1 && columns > COLUMNS))
			return bad(cx, field,
			    "the lines of PEM have 64 columns, only the last may be shorter");
		shorter = columns && l.n < columns;
		columns = columns ? columns : l.n;
	}
	body->n = (size_t)(rest->s - body->s);
	l = line(rest);
	if (!label_of(l, end, &last))
		return bad(cx, field, "the -----END line is missing");
	return str_eq(last, label)
	    ? OK
	    : bad(cx, field, "the labels of the -----BEGIN and the -----END line differ");
}

enum err pem_decode(
    struct cx *cx, const char *field, const char *label, struct str text, struct blob *der)
{
	struct str found, body, rest = str_trim(text);

	TRY(first_line(cx, field, label, line(&rest), &found));
	TRY(body_lines(cx, field, found, &rest, &body));
	if (rest.n)
		return bad(cx, field,
		    str_starts(str_trim(rest), begin) ? "there is more than one PEM block"
						      : "something follows the -----END line");
	for (size_t i = 0; i < body.n; i++)
		if (body.s[i] == ' ' || body.s[i] == '\t')
			return bad(cx, field, "there are blanks in the lines of this PEM");
	if (!base64_decode(cx->mem, body, der) || der->n == 0)
		return bad(cx, field,
		    "what is between the -----BEGIN and the -----END line is not base64");
	return OK;
}

static bool is_pem(struct str s)
{
	return str_starts(str_trim(s), "-----BEGIN");
}

enum err armour_decode(
    struct cx *cx, const char *field, const char *label, struct str text, struct blob *der)
{
	struct str inner;

	if (text.n && text.s[0] == 0x30) {
		*der = str_blob(text);
		return OK;
	}
	if (is_pem(text))
		return pem_decode(cx, field, label, text, der);
	if (!base64_decode(cx->mem, text, der) || der->n == 0)
		return bad(cx, field, "this is neither PEM, nor DER, nor base64 of one of them");
	inner = (struct str){ (const char *)der->p, der->n };
	if (is_pem(inner))
		return pem_decode(cx, field, label, inner, der);
	return der->p[0] == 0x30 ? OK
				 : bad(cx, field, "this is base64, but of neither DER nor PEM");
}
