#include "base/log.h"
#include "base/conf.h"
#include "base/log_out.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	LOG_LINE = 4096,  /* bytes; PIPE_BUF, so that a write to a pipe is atomic */
	LOG_VALUE = 1500, /* bytes of one value; a line has room for two such values and others */
	LOG_TAIL = 16,	  /* bytes reserved for the end of a cut value and of the line */
	LOG_REQUEST_ID = 65
};

static struct {
	int level;
	bool json;
	char request[LOG_REQUEST_ID]; /* ID of the current request, or "" */
} logger = { .level = LOG_LEVEL_INFO };

static const char *const log_level_names[] = { "error", "warn", "info", "debug" };

struct log_line {
	char s[LOG_LINE];
	size_t n;
	char fields[LOG_LINE]; /* the members of the line once more, as fields for the journal */
	size_t nfields;
};

bool log_open(const struct conf *c)
{
	if (!log_out_open((enum log_to)c->log_to, c->log_file))
		return false;
	logger.level = c->log_level;
	logger.json = c->log_format == LOG_FORMAT_JSON;
	return true;
}

void log_reopen(void)
{
	log_out_reopen();
}

void log_request(struct str id)
{
	snprintf(logger.request, sizeof logger.request, "%.*s",
	    id.n < LOG_REQUEST_ID ? (int)id.n : LOG_REQUEST_ID - 1, id.n ? id.s : "");
}

static void append_log_bytes(struct log_line *l, const char *s, size_t n)
{
	size_t room = LOG_LINE - 2 - l->n;

	if (n > room)
		n = room;
	memcpy(l->s + l->n, s, n);
	l->n += n;
}

static void append_log_text(struct log_line *l, const char *s)
{
	append_log_bytes(l, s, strlen(s));
}

/* The number of bytes of the UTF-8 character at s; 1 for a byte that is not part of UTF-8. */
static size_t count_char_bytes(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 1;
	return n;
}

/*
 * Control characters, quotes and backslashes are escaped as \u00XX. A value that is too long for
 * its share of the line is cut between two characters, so that the line stays well-formed.
 */
static void append_log_value(struct log_line *l, const char *s)
{
	size_t end =
		   l->n + LOG_VALUE < LOG_LINE - LOG_TAIL ? l->n + LOG_VALUE : LOG_LINE - LOG_TAIL,
	       n;

	for (; *s; s += n) {
		unsigned char c = (unsigned char)*s;
		bool odd = c < 0x20 || c == 0x7f || c == '"' || c == '\\';
		char u[8];
		n = count_char_bytes(s);
		if (l->n + (odd ? 6 : n) > end) {
			append_log_text(l, "…");
			return;
		}
		if (odd)
			snprintf(u, sizeof u, "\\u%04x", c);
		append_log_bytes(l, odd ? u : s, odd ? 6 : n);
	}
}

static void begin_log_line(struct log_line *l, int level)
{
	struct timespec t;
	struct tm tm;
	char when[64], text[160];

	if (!logger.json && log_out_adds_time())
		return;
	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof text,
	    logger.json ? "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"pid\":%d"
			: "%s.%03ldZ %s [%d]",
	    when, t.tv_nsec / 1000000, log_level_names[level], (int)getpid());
	append_log_text(l, text);
}

static void finish_log_line(struct log_line *l, int level)
{
	if (logger.json)
		append_log_text(l, "}");
	l->s[l->n++] = '\n';
	log_out_line(level, l->s, l->n, l->fields, l->nfields);
}

/* Add MOTET_NAME=value for the journal. The value is escaped as in the line, so it holds no
 * newline. */
static void add_journal_field(struct log_line *l, const char *name, const char *value, size_t n)
{
	size_t room = sizeof l->fields - l->nfields;

	if (!log_out_takes_fields() || strlen(name) + n + sizeof "MOTET_=\n" > room)
		return;
	char *to = l->fields + l->nfields;
	int at = snprintf(to, room, "MOTET_%s=%.*s\n", name, (int)n, value);
	for (char *p = to; *p != '='; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	l->nfields += (size_t)at;
}

static void append_log_member(struct log_line *l, const char *name, const char *s, int64_t i)
{
	char num[32];

	if (l->n + strlen(name) + sizeof num + 2 * LOG_TAIL > LOG_LINE)
		return;
	append_log_text(l, logger.json ? ",\"" : " ");
	append_log_text(l, name);
	append_log_text(l, logger.json ? "\":" : "=");
	if (s == NULL) {
		snprintf(num, sizeof num, "%lld", (long long)i);
		append_log_text(l, num);
		add_journal_field(l, name, num, strlen(num));
		return;
	}
	bool quote = logger.json || strpbrk(s, " \t\"=") || *s == '\0';
	append_log_text(l, quote ? "\"" : "");
	size_t from = l->n;
	append_log_value(l, s);
	add_journal_field(l, name, l->s + from, l->n - from);
	append_log_text(l, quote ? "\"" : "");
}

static void append_log_message(struct log_line *l, const char *name, const char *text)
{
	if (logger.json) {
		append_log_member(l, name, text, 0);
	} else {
		append_log_text(l, l->n ? " " : "");
		append_log_value(l, text);
	}
	if (logger.request[0])
		append_log_member(l, "id", logger.request, 0);
}

void log_at(int level, const char *fmt, ...)
{
	struct log_line l;
	char text[1024];
	va_list ap;

	if (level > logger.level)
		return;
	l.n = l.nfields = 0;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	begin_log_line(&l, level);
	append_log_message(&l, "message", text);
	finish_log_line(&l, level);
}

void log_event(int level, const char *what, const struct log_field *f, size_t n)
{
	struct log_line l;

	if (level > logger.level)
		return;
	l.n = l.nfields = 0;
	begin_log_line(&l, level);
	append_log_message(&l, "event", what);
	for (size_t i = 0; i < n; i++)
		append_log_member(&l, f[i].name, f[i].s, f[i].i);
	finish_log_line(&l, level);
}
