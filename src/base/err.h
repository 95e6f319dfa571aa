#ifndef MOTET_BASE_ERR_H
#define MOTET_BASE_ERR_H
#include "base/str.h"
/*
 * All errors are one enum, made from err.def. Only api/call.c turns an error into an HTTP response.
 *
 * The function that detects an error reports it, once; its callers pass it on with TRY():
 *
 *	refuse(cx, ERR_BAD_REQUEST, "csr", "the subject has no %s", x)
 *		The client is to blame. The sentence and the name of the member are sent to the
 *		client, so they may contain only what the client sent and our rules.
 *	fail(cx, ERR_UNAVAILABLE, "connect: %s", m)
 *		This server, its database or another server is to blame. The text is logged; the
 *		client gets the sentence of the row in err.def.
 *
 * Both return the error, so that a caller can write `return refuse(…)`.
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
	char field[64]; /* name of the member to blame, or "" */
	char say[320];	/* sentence for the client; "": use err_text() */
	char log[320];	/* the text that is logged */
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
const char *err_text(enum err);	    /* the row's sentence, sent if refuse() gave none */
const char *err_name(enum err);	    /* name of the row, for logs */
bool err_is_server_fault(enum err); /* level WARN or ERROR: the server is to blame */

#define must_check __attribute__((warn_unused_result))
#define TRY(e) \
	do { \
		enum err try_ = (e); \
		if (try_ != OK) \
			return try_; \
	} while (0)
#endif
