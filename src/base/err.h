#ifndef MOTET_BASE_ERR_H
#define MOTET_BASE_ERR_H
#include "base/str.h"
/*
 * One enum for everything that can go wrong, made from err.def; one place (api/call.c) that turns
 * it into a status and a body.
 *
 * Whoever detects a failure says it once, everybody above passes it on with TRY():
 *   refuse(cx, ERR_BAD_REQUEST, "csr", "the subject has no %s", x)  the client is to blame. The
 * sentence and the member's name go to the client as they are, so they hold nothing but what the
 * client sent and our rules. fail(cx, ERR_UNAVAILABLE, "connect: %s", m)  we are, or the world is.
 * The text goes to the log; the client reads the sentence of the row in err.def. Both return the
 * error, so that `return refuse(…)` is the whole of a check.
 */
enum err {
	OK = 0,
#define ERR(name, status, code, text, level) ERR_##name,
#include "base/err.def"
	ERR_COUNT
};

struct fail {
	enum err err;
	const char *file;
	int line;
	char field[64]; /* the member to blame, or "" */
	char say[320];	/* for the client; "": the sentence of the row */
	char log[320];	/* for the operator */
};

struct cx;
#define fail(cx, err, ...) fail_at((cx), (err), __FILE__, __LINE__, __VA_ARGS__)
#define refuse(cx, err, field, ...) refuse_at((cx), (err), __FILE__, __LINE__, (field), __VA_ARGS__)
enum err fail_at(struct cx *, enum err, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
enum err refuse_at(struct cx *, enum err, const char *file, int line, const char *field,
    const char *fmt, ...) __attribute__((format(printf, 6, 7)));

int err_status(enum err);	    /* the HTTP status */
const char *err_code(enum err);	    /* P2CORE_… */
const char *err_text(enum err);	    /* what a client may read when nothing better was said */
const char *err_name(enum err);	    /* the row's name, for logs */
bool err_is_server_fault(enum err); /* level ERROR or WARN: an operator wants to see it */

#define must_check __attribute__((warn_unused_result))
#define TRY(e) \
	do { \
		enum err try_ = (e); \
		if (try_ != OK) \
			return try_; \
	} while (0)
#endif
