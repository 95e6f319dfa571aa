#include "ctl/term/progress.h"
#include "base/clock.h"
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { PROGRESS_INTERVAL_US = 200 * 1000 };

void progress_begin(struct progress *p)
{
	*p = (struct progress){ .shown = isatty(STDERR_FILENO), .begun_us = clock_us() };
}

bool progress_due(struct progress *p)
{
	int64_t now = clock_us();

	if (!p->shown || now < p->next_us)
		return false;
	p->next_us = now + PROGRESS_INTERVAL_US;
	return true;
}

void progress_line(const struct progress *p, const char *fmt, ...)
{
	va_list ap;

	if (!p->shown)
		return;
	va_start(ap, fmt);
	fputs("\r\033[K", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
}

void progress_end(const struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
}

double progress_seconds(const struct progress *p)
{
	return (double)(clock_us() - p->begun_us) / 1e6;
}
