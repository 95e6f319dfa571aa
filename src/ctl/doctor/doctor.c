#include "ctl/doctor/doctor.h"
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

static struct verdict verdict(
    struct doctor *d, enum doctor_state state, const char *fix, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof text, fmt, ap);
	return (struct verdict){ state, arena_dup(d->mem, text, strlen(text)), fix };
}

#define VERDICT(state, fix) \
	va_list ap; \
	va_start(ap, fmt); \
	struct verdict v = verdict(d, state, fix, fmt, ap); \
	va_end(ap); \
	return v

struct verdict doctor_good(struct doctor *d, const char *fmt, ...)
{
	VERDICT(DOCTOR_GOOD, NULL);
}

struct verdict doctor_warn(struct doctor *d, const char *fix, const char *fmt, ...)
{
	VERDICT(DOCTOR_WARN, fix);
}

struct verdict doctor_bad(struct doctor *d, const char *fix, const char *fmt, ...)
{
	VERDICT(DOCTOR_BAD, fix);
}

struct verdict doctor_skipped(struct doctor *d, const char *fmt, ...)
{
	VERDICT(DOCTOR_SKIPPED, NULL);
}

const char *doctor_said(struct doctor *d)
{
	const struct fail *why = &d->c->cx.why;
	const char *said = why->say[0] ? why->say
	    : why->log[0]	       ? why->log
				       : "it failed without a word",
		   *text = arena_dup(d->mem, said, strlen(said));

	d->c->cx.why = (struct fail){ .err = OK };
	d->c->status = EX_OK;
	return text;
}

struct verdict doctor_error(struct doctor *d, const char *fix)
{
	return doctor_bad(d, fix, "%s", doctor_said(d));
}
