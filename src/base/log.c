#include "base/log.h"
#include "base/conf.h"
#include "base/log_out.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE = 4096,  /* octets; a pipe takes so many at once */
	VALUE = 1500, /* of one value: two long ones leave room for all others */
	TAIL = 16,    /* to end a value that was cut, and the line */
	REQUEST = 65
};

static struct {
	int level;
	bool json;
	char request[REQUEST]; /* the id of the request at hand, or "" */
} lg = { .level = LOG_LEVEL_INFO };

static const char *const levels[] = { "error", "warn", "info", "debug" };

struct line {
	char s[LINE];
	size_t n;
	char fields[LINE]; /* the members once more, for the journal */
	size_t nfields;
};

bool log_open(const struct conf *c)
{
	if (!log_out_open((enum log_to)c->log_to, c->log_file))
		return false;
	lg.level = c->log_level;
	lg.json = c->log_format == LOG_FORMAT_JSON;
	return true;
}

void log_reopen(void)
{
	log_out_reopen();
}

void log_request(struct str id)
{
	snprintf(lg.request, sizeof lg.request, "%.*s", id.n < REQUEST ? (int)id.n : REQUEST - 1,
	    id.n ? id.s : "");
}

static void add(struct line *l, const char *s, size_t n)
{
	size_t room = LINE - 2 - l->n;

	if (n > room)
		n = room;
	memcpy(l->s + l->n, s, n);
	l->n += n;
}

static void addz(struct line *l, const char *s)
{
	add(l, s, strlen(s));
}

/* Octets of the character at s that can be left out only together; a stray octet is one by itself.
 */
static size_t character(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 1;
	return n;
}

/*
 * Control characters and what JSON or a reader of lines would trip over leave as \u00XX. A value
 * too long for its share of the line is cut between characters: the line around it stays whole.
 */
static void quoted(struct line *l, const char *s)
{
	size_t end = l->n + VALUE < LINE - TAIL ? l->n + VALUE : LINE - TAIL, n;

	for (; *s; s += n) {
		unsigned char c = (unsigned char)*s;
		bool odd = c < 0x20 || c == 0x7f || c == '"' || c == '\\';
		char u[8];
		n = character(s);
		if (l->n + (odd ? 6 : n) > end) {
			addz(l, "…");
			return;
		}
		if (odd)
			snprintf(u, sizeof u, "\\u%04x", c);
		add(l, odd ? u : s, odd ? 6 : n);
	}
}

static void head(struct line *l, int level)
{
	struct timespec t;
	struct tm tm;
	char when[64], text[160];

	if (!lg.json && log_out_dates())
		return;
	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof text,
	    lg.json ? "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"pid\":%d" : "%s.%03ldZ %s [%d]",
	    when, t.tv_nsec / 1000000, levels[level], (int)getpid());
	addz(l, text);
}

static void finish(struct line *l, int level)
{
	if (lg.json)
		addz(l, "}");
	l->s[l->n++] = '\n';
	log_out_line(level, l->s, l->n, l->fields, l->nfields);
}

/* MOTET_NAME=value; the value is what stands in the line, where nothing can be mistaken for its
 * end. */
static void field(struct line *l, const char *name, const char *value, size_t n)
{
	size_t room = sizeof l->fields - l->nfields;

	if (!log_out_fields() || strlen(name) + n + sizeof "MOTET_=\n" > room)
		return;
	char *to = l->fields + l->nfields;
	int at = snprintf(to, room, "MOTET_%s=%.*s\n", name, (int)n, value);
	for (char *p = to; *p != '='; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	l->nfields += (size_t)at;
}

static void member(struct line *l, const char *name, const char *s, int64_t i)
{
	char num[32];

	if (l->n + strlen(name) + sizeof num + 2 * TAIL > LINE)
		return;
	addz(l, lg.json ? ",\"" : " ");
	addz(l, name);
	addz(l, lg.json ? "\":" : "=");
	if (s == NULL) {
		snprintf(num, sizeof num, "%lld", (long long)i);
		addz(l, num);
		field(l, name, num, strlen(num));
		return;
	}
	bool quote = lg.json || strpbrk(s, " \t\"=") || *s == '\0';
	addz(l, quote ? "\"" : "");
	size_t from = l->n;
	quoted(l, s);
	field(l, name, l->s + from, l->n - from);
	addz(l, quote ? "\"" : "");
}

static void say(struct line *l, const char *name, const char *text)
{
	if (lg.json) {
		member(l, name, text, 0);
	} else {
		addz(l, l->n ? " " : "");
		quoted(l, text);
	}
	if (lg.request[0])
		member(l, "id", lg.request, 0);
}

void log_at(int level, const char *fmt, ...)
{
	struct line l;
	char text[1024];
	va_list ap;

	if (level > lg.level)
		return;
	l.n = l.nfields = 0;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	head(&l, level);
	say(&l, "message", text);
	finish(&l, level);
}

void log_event(int level, const char *what, const struct log_field *f, size_t n)
{
	struct line l;

	if (level > lg.level)
		return;
	l.n = l.nfields = 0;
	head(&l, level);
	say(&l, "event", what);
	for (size_t i = 0; i < n; i++)
		member(&l, f[i].name, f[i].s, f[i].i);
	finish(&l, level);
}
