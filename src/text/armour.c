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
	if (l.n && l.s[l.n - 1] == '\r')
		l.n--;
	return l;
}

/* The label is what stands between `head` and five dashes. */
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

/* The label for an error message: cut, with printable ASCII only. */
static const char *print_pem_label(struct str label, char buf[PEM_LABEL_SHOWN + 1])
{
	size_t n = label.n < PEM_LABEL_SHOWN ? label.n : PEM_LABEL_SHOWN;

	for (size_t i = 0; i < n; i++)
		buf[i] = label.s[i] >= 0x20 && label.s[i] < 0x7f ? label.s[i] : '?';
	buf[n] = '\0';
	return buf;
}

static enum err check_begin_line(
    struct cx *cx, const char *field, const char *want, struct str l, struct str *label)
{
	char found[PEM_LABEL_SHOWN + 1], why[160];

	if (!read_pem_label(l, pem_begin, label)) {
		snprintf(why, sizeof why, "PEM must begin with a line -----BEGIN %s-----", want);
		return refuse_armour(cx, field, why);
	}
	if (is_wanted_label(*label, want))
		return OK;
	snprintf(why, sizeof why, "this is a %s; send a %s", print_pem_label(*label, found), want);
	return refuse_armour(cx, field, why);
}

/* *body: the base64 between the BEGIN and END lines. *rest: what follows the END line. */
static enum err read_pem_body(
    struct cx *cx, const char *field, struct str label, struct str *rest, struct str *body)
{
	struct str l, last;
	size_t columns = 0, nlines = 0;
	bool shorter = false;

	*body = *rest;
	while (rest->n && !str_starts(*rest, pem_dashes)) {
		l = read_pem_line(rest);
		nlines++;
		if (l.n == 0 || shorter || (columns && l.n > columns) ||
		    (nlines > 1 && columns > PEM_COLUMNS))
			return refuse_armour(cx, field,
			    "PEM lines must have 64 columns; only the last may be shorter");
		shorter = columns && l.n < columns;
		columns = columns ? columns : l.n;
	}
	body->n = (size_t)(rest->s - body->s);
	l = read_pem_line(rest);
	if (!read_pem_label(l, pem_end, &last))
		return refuse_armour(cx, field, "add the -----END line; it is missing");
	return str_eq(last, label)
	    ? OK
	    : refuse_armour(
		  cx, field, "the -----BEGIN and -----END lines must have the same label");
}

enum err pem_decode(
    struct cx *cx, const char *field, const char *label, struct str text, struct blob *der)
{
	struct str found, body, rest = str_trim(text);

	TRY(check_begin_line(cx, field, label, read_pem_line(&rest), &found));
	TRY(read_pem_body(cx, field, found, &rest, &body));
	if (rest.n)
		return refuse_armour(cx, field,
		    str_starts(str_trim(rest), pem_begin)
			? "send only one PEM block"
			: "remove the text after the -----END line");
	for (size_t i = 0; i < body.n; i++)
		if (body.s[i] == ' ' || body.s[i] == '\t')
			return refuse_armour(
			    cx, field, "remove the blanks from the lines of this PEM");
	if (!base64_decode(cx->mem, body, der) || der->n == 0)
		return refuse_armour(
		    cx, field, "the text between the -----BEGIN and -----END lines must be base64");
	return OK;
}

static bool looks_like_pem(struct str s)
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
	if (looks_like_pem(text))
		return pem_decode(cx, field, label, text, der);
	if (!base64_decode(cx->mem, text, der) || der->n == 0)
		return refuse_armour(cx, field, "this must be PEM, DER, or base64 of one of them");
	inner = (struct str){ (const char *)der->p, der->n };
	if (looks_like_pem(inner))
		return pem_decode(cx, field, label, inner, der);
	return der->p[0] == 0x30
	    ? OK
	    : refuse_armour(cx, field, "this is base64, but must encode DER or PEM");
}
