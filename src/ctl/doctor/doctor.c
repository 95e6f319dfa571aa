#include "ctl/doctor/doctor.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

static struct doctor_verdict format_verdict(
    struct doctor *d, enum doctor_state state, const char *fix, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof text, fmt, ap);
	return (struct doctor_verdict){ state, arena_dup(d->mem, text, strlen(text)), fix };
}

#define RETURN_VERDICT(state, fix) \
	va_list ap; \
	va_start(ap, fmt); \
	struct doctor_verdict v = format_verdict(d, state, fix, fmt, ap); \
	va_end(ap); \
	return v

struct doctor_verdict doctor_good(struct doctor *d, const char *fmt, ...)
{
	RETURN_VERDICT(DOCTOR_GOOD, NULL);
}

struct doctor_verdict doctor_warn(struct doctor *d, const char *fix, const char *fmt, ...)
{
	RETURN_VERDICT(DOCTOR_WARN, fix);
}

struct doctor_verdict doctor_bad(struct doctor *d, const char *fix, const char *fmt, ...)
{
	RETURN_VERDICT(DOCTOR_BAD, fix);
}

struct doctor_verdict doctor_skipped(struct doctor *d, const char *fmt, ...)
{
	RETURN_VERDICT(DOCTOR_SKIPPED, NULL);
}

bool doctor_is_hidden(int error)
{
	return error == EACCES || error == EPERM;
}

struct doctor_verdict doctor_warn_hidden(struct doctor *d, const char *what, const char *path)
{
	return doctor_warn(d, "run this command as root or as motetd's user",
	    "%s %s: this user is not permitted to look there, so doctor does not know whether it "
	    "exists",
	    what, path);
}

const char *doctor_take_error(struct doctor *d)
{
	const struct fail *why = &d->c->cx.why;
	const char *said = why->say[0] ? why->say
	    : why->log[0]	       ? why->log
				       : "the check failed without a message",
		   *text = arena_dup(d->mem, said, strlen(said));

	d->c->cx.why = (struct fail){ .err = OK };
	d->c->status = EX_OK;
	return text;
}

struct doctor_verdict doctor_bad_error(struct doctor *d, const char *fix)
{
	return doctor_bad(d, fix, "%s", doctor_take_error(d));
}
