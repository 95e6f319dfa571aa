#ifndef MOTET_CTL_DOCTOR_DOCTOR_WEB_H
#define MOTET_CTL_DOCTOR_DOCTOR_WEB_H
#include "ctl/doctor/doctor.h"
#include "net/net_ask.h"
/* What the checks through the web server share: the connection, what the server calls itself, and
 * probes. */
enum { DOCTOR_WEB_RETRIES = 2 };
enum doctor_web_limit {
	DOCTOR_WEB_UNLIMITED,
	DOCTOR_WEB_LIMITED,
	DOCTOR_WEB_LIMITED_BEFORE
}; /* by motetd; by what stands before it */
struct doctor_web {
	struct net_asker *asker;   /* NULL before the first request */
	const char *origin, *base; /* the URL in two: https://example.org, and "" or /~jo */
	bool tls, local;	   /* https; the host is this one */
	bool anyhow;		   /* the certificate is not good, which is said once: */
	const char *untrusted;
	const char *server;		    /* the Server header of the first answer, "" for none */
	struct net_told first;		    /* the answer to the first request */
	bool no_delete, no_large, no_query; /* said once, too */
	int64_t waited_s[DOCTOR_WEB_RETRIES]; /* since the server had said so: after a 429, after a
						 503 */
	enum doctor_web_limit
	    limited; /* of the last answer; a 429 says nothing of what was looked at */
};
/* What /.motet/v1/probe says has arrived (api/ops/probe.c). */
struct doctor_echo {
	struct str method, target, text, base_path, authorization, body_sha256, host, remote, fill;
	int64_t body_length;
	bool https;
};
/* A request; its target is below base_path. With the token of a probe in `token`, it is the
 * probe's, and `target` what follows the token. */
struct doctor_web_request {
	struct net_ask q;
	const char *target;
	struct str token;
};
/*
 * Send it. After a 429 or a 503 with a Retry-After (RFC 9110 10.2.3) of few seconds it waits and
 * sends it again, five times at most; in all of a run it waits half a minute after 429s, and four
 * seconds after 503s. Then that is the answer.
 */
void doctor_web_send(struct doctor *, struct doctor_web_request *, struct net_told *);
/* The same for a target that is not below base_path. */
void doctor_web_send_raw(struct doctor *, const struct net_ask *, struct net_told *);
/*
 * Send it as a probe, with a token of its own. NULL: an answer came from motetd, and *echo says
 * what arrived there. Else in words what came instead: "403", "no answer: …". ERR_* of the database
 * become such words, too.
 */
const char *doctor_web_probe(
    struct doctor *, struct doctor_web_request *, struct net_told *, struct doctor_echo *);
/* The same with the body of the request. NULL: it arrived as it was sent. */
const char *doctor_web_probe_body(struct doctor *, struct doctor_web_request *, struct net_told *);
/* SHA-256 of the text in hex, in the form of struct doctor_echo. */
struct str doctor_web_hash_text(struct doctor *, struct str text);
/* A check is not good, with its row of doctor_fix.c; or the last answer was a 429: then only that
 * is said. */
struct doctor_verdict doctor_web_fault(struct doctor *, const struct doctor_check *,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* What to do about a check that is not good, for the web server that this one calls itself: a row
 * of doctor_fix.c. */
const char *doctor_web_find_fix(struct doctor *, const char *id);
/* Is this host, a name or an address, the machine that we run on? */
bool doctor_web_is_loopback(struct arena *, struct str host);
#endif
