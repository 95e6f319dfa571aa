#ifndef MOTET_CTL_DOCTOR_DOCTOR_H
#define MOTET_CTL_DOCTOR_DOCTOR_H
#include "ctl/cmd.h"
#include "store/q_doctor.h"
/*
 * motetctl doctor: tables of checks, one line each. A check looks at one thing and says what it has
 * found; for what is wrong also what to do about it, as the very command or line. It changes
 * nothing, and is not run when something that it needs was not good: then that is the line to put
 * right.
 */
enum doctor_state { DOCTOR_GOOD, DOCTOR_WARN, DOCTOR_BAD, DOCTOR_SKIPPED };
struct doctor_verdict {
	enum doctor_state state;
	const char *text, *fix; /* fix NULL: it is good, or was not looked at */
};
/* What earlier checks must have found good; bits of doctor.have. */
enum {
	HAVE_CONF = 1,
	HAVE_DOMAIN = 2,
	HAVE_DATABASE = 4,
	HAVE_SCHEMA = 8,
	HAVE_SOCKET = 16,
	HAVE_WEB = 32,
	HAVE_PROBE = 64,
	DOCTOR_NEEDS_PROBE = HAVE_WEB | HAVE_PROBE
};
struct doctor;
struct doctor_check {
	const char *id, *section;
	const char *text; /* what is looked at, for when it is not */
	struct doctor_verdict (*fn)(struct doctor *, const struct doctor_check *);
	unsigned needs, gives; /* gives: when it is not bad */
	const char *arg;       /* of fn, where several rows share it */
};
/* A row without an id ends each. */
extern const struct doctor_check doctor_host_checks[], doctor_database_checks[],
    doctor_web_checks[], doctor_web_parts_checks[], doctor_web_body_checks[],
    doctor_web_client_checks[];

struct doctor {
	struct ctl *c;
	struct arena *mem;
	unsigned have;
	struct doctor_server *server; /* HAVE_DATABASE */
	int64_t apart_ms;	      /* the database's clock minus ours */
	int64_t reached_us;
	const char *ctl;	/* how to call this program with this configuration */
	const char *url;	/* NULL: none was given */
	struct doctor_web *web; /* doctor_web_open.c */
};
struct doctor_verdict doctor_good(struct doctor *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What is not good is never told without what to do about it. */
struct doctor_verdict doctor_warn(struct doctor *, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), nonnull(2)));
struct doctor_verdict doctor_bad(struct doctor *, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), nonnull(2)));
struct doctor_verdict doctor_skipped(struct doctor *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What an error has said, taken out of the context; and that as a verdict: bad. */
const char *doctor_take_error(struct doctor *);
struct doctor_verdict doctor_bad_error(struct doctor *, const char *fix)
    __attribute__((nonnull(2)));

/* Open and close what doctor_web_checks share. The URL is that of the server: scheme,
 * host, port, and base_path; nothing is asked yet. */
must_check enum err doctor_web_open(struct doctor *);
void doctor_web_close(struct doctor *);
#endif
