#include "base/cx.h"
#include <stdarg.h>
#include <stdio.h>

enum { INFO, WARN, ERROR };

static const struct {
	const char *name;
	int status;
	const char *code, *text;
	int level;
} err_rows[] = {
	[OK] = { "OK", 200, "", "", INFO },
#define ERR(name, status, code, text, level) [ERR_##name] = { #name, status, code, text, level },
#include "base/err.def"
};

int err_status(enum err e)
{
	return err_rows[e].status;
}

const char *err_code(enum err e)
{
	return err_rows[e].code;
}

const char *err_text(enum err e)
{
	return err_rows[e].text;
}

const char *err_name(enum err e)
{
	return err_rows[e].name;
}

bool err_is_server_fault(enum err e)
{
	return err_rows[e].level != INFO;
}

static void record_place(struct fail *f, enum err e, const char *file, int line)
{
	*f = (struct fail){ .err = e, .file = file, .line = line };
}

enum err fail_at(struct cx *cx, enum err e, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	record_place(&cx->why, e, file, line);
	va_start(ap, fmt);
	vsnprintf(cx->why.log, sizeof cx->why.log, fmt, ap);
	va_end(ap);
	return e;
}

enum err refuse_at(
    struct cx *cx, enum err e, const char *file, int line, const char *field, const char *fmt, ...)
{
	va_list ap;

	record_place(&cx->why, e, file, line);
	snprintf(cx->why.field, sizeof cx->why.field, "%s", field ? field : "");
	va_start(ap, fmt);
	vsnprintf(cx->why.say, sizeof cx->why.say, fmt, ap);
	va_end(ap);
	return e;
}
