#ifndef MOTET_CTL_DOCTOR_DOCTOR_H
#define MOTET_CTL_DOCTOR_DOCTOR_H
#include "ctl/cmd.h"
#include "store/q_doctor.h"
/*
 * motetctl doctor: tables of checks, one line of output each. A check looks at one thing and
 * changes nothing. Its line says what it found; if that is not good, a second line says what to do,
 * with the exact command or configuration line. A check is skipped if the checks that it needs have
 * failed.
 */
enum doctor_state {
	DOCTOR_GOOD,
	DOCTOR_WARN,
	DOCTOR_BAD,
	DOCTOR_SKIPPED,
	DOCTOR_ACCEPTED, /* a fault that --accept names */
	DOCTOR_UNSEEN,	 /* something that no check can look at */
	DOCTOR_STATES
};
struct doctor_verdict {
	enum doctor_state state;
	const char *text, *fix; /* fix is NULL if there is nothing to do */
};
/* Bits of doctor.have: they say what earlier checks found good. */
enum {
	HAVE_CONF = 1,
	HAVE_DOMAIN = 2,
	HAVE_DATABASE = 4,
	HAVE_SCHEMA = 8,
	HAVE_SOCKET = 16,
	HAVE_WEB = 32,
	HAVE_PROBE = 64,
	HAVE_IDENTITY = 128,
	HAVE_TABLES = 256,
	HAVE_OPENSSL = 512,
	DOCTOR_NEEDS_PROBE = HAVE_WEB | HAVE_PROBE
};
struct doctor;
struct doctor_check {
	const char *id, *section;
	const char *text; /* what is checked, for the line that lists skipped checks */
	struct doctor_verdict (*fn)(struct doctor *, const struct doctor_check *);
	/* needs: the check runs only if doctor.have has these bits. gives: bits that doctor.have
	 * gets if the check is good or warns; --accept refuses the name of such a check. */
	unsigned needs, gives;
	const char *arg; /* tells fn which row it runs for, if several rows share fn */
};
/* doctor_connections.c */
struct doctor_verdict doctor_check_pooler(struct doctor *, const struct doctor_check *);
struct doctor_verdict doctor_check_connections(struct doctor *, const struct doctor_check *);
/* A row without an id ends each table. */
extern const struct doctor_check doctor_host_checks[], doctor_database_checks[],
    doctor_web_checks[], doctor_web_parts_checks[], doctor_web_body_checks[],
    doctor_web_client_checks[], doctor_machine_checks[], doctor_unseen[];

struct doctor {
	struct ctl *c;
	struct arena *mem;
	unsigned have;
	const char *accepted;	      /* names of checks from --accept, separated by commas */
	struct doctor_server *server; /* set if HAVE_DATABASE is set */
	int64_t clock_offset_ms;      /* the database's clock minus this host's, ms */
	int64_t round_trip_us;
	const char *ctl;	/* the command that runs motetctl with this configuration */
	const char *url;	/* URL of the server; NULL: no checks through the web server */
	struct doctor_web *web; /* made by doctor_web_open(); NULL: no URL was given */
};
struct doctor_verdict doctor_good(struct doctor *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* `fix` says what to do, in the imperative; it must live as long as d->mem. */
struct doctor_verdict doctor_warn(struct doctor *, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), nonnull(2)));
struct doctor_verdict doctor_bad(struct doctor *, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), nonnull(2)));
struct doctor_verdict doctor_skipped(struct doctor *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Does this errno mean that this user may not look at the file or directory? Then doctor does not
 * know whether the file exists. */
bool doctor_is_hidden(int error);
struct doctor_verdict doctor_warn_hidden(struct doctor *, const char *what, const char *path);
/* Return a copy of the last error's message, in d->mem; clear the error and the exit status. */
const char *doctor_take_error(struct doctor *);
/* Make a bad verdict from the message of the last error. */
struct doctor_verdict doctor_bad_error(struct doctor *, const char *fix)
    __attribute__((nonnull(2)));

/*
 * Open and close d->web, which the checks through the web server share. Open splits d->url (scheme,
 * host, port, base_path) and sends nothing. A bad URL is a usage error (EX_USAGE).
 */
must_check enum err doctor_web_open(struct doctor *);
void doctor_web_close(struct doctor *);
#endif
