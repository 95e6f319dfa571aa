#include "base/log.h"
#include "base/conf.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE = 4096,		/* octets; a pipe takes so many at once */
	VALUE = 1500,		/* of one value: two long ones leave room for all others */
	TAIL = 16		/* to end a value that was cut, and the line */
};

static struct {
	int fd, level;
	bool json;
	const char *file;
} lg = { .fd = 2, .level = LOG_LEVEL_INFO };

static const char *const levels[] = { "error", "warn", "info", "debug" };

struct line {
	char s[LINE];
	size_t n;
};

bool log_open(const struct conf *c)
{
	int fd = 2;

	if (c->log_file[0])
		fd = open(c->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return false;
	if (lg.fd > 2)
		close(lg.fd);
	lg.fd = fd;
	lg.level = c->log_level;
	lg.json = c->log_format == LOG_FORMAT_JSON;
	lg.file = c->log_file;
	return true;
}

void log_reopen(void)
{
	if (lg.file == NULL || lg.file[0] == '\0')
		return;
	int fd = open(lg.file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd >= 0) {
		dup3(fd, lg.fd, O_CLOEXEC);
		close(fd);
	}
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

/* Octets of the character at s that can be left out only together; a stray octet is one by itself. */
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
 * Control characters and what JSON or a reader of lines would trip over leave as \u00XX. A value too long for its share of the line is
 * cut between characters: the line around it stays whole.
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
		snprintf(u, sizeof u, "\\u%04x", c);
		add(l, odd ? u : s, odd ? 6 : n);
	}
}

static void head(struct line *l, int level)
{
	struct timespec t;
	struct tm tm;
	char when[64], text[160];

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof text, lg.json ? "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"pid\":%d" : "%s.%03ldZ %s [%d]", when,
	    t.tv_nsec / 1000000, levels[level], (int)getpid());
	addz(l, text);
}

static void finish(struct line *l)
{
	if (lg.json)
		addz(l, "}");
	l->s[l->n++] = '\n';
	while (write(lg.fd, l->s, l->n) < 0 && errno == EINTR)
		;
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
		return;
	}
	bool quote = lg.json || strpbrk(s, " \t\"=") || *s == '\0';
	addz(l, quote ? "\"" : "");
	quoted(l, s);
	addz(l, quote ? "\"" : "");
}

void log_at(int level, const char *fmt, ...)
{
	struct line l = { .n = 0 };
	char text[1024];
	va_list ap;

	if (level > lg.level)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	head(&l, level);
	if (lg.json)
		member(&l, "message", text, 0);
	else {
		addz(&l, " ");
		quoted(&l, text);
	}
	finish(&l);
}

void log_event(int level, const char *what, const struct log_field *f, size_t n)
{
	struct line l = { .n = 0 };

	if (level > lg.level)
		return;
	head(&l, level);
	if (lg.json)
		member(&l, "event", what, 0);
	else {
		addz(&l, " ");
		addz(&l, what);
	}
	for (size_t i = 0; i < n; i++)
		member(&l, f[i].name, f[i].s, f[i].i);
	finish(&l);
}
