#ifndef MOTET_CTL_DOCTOR_DOCTOR_WEB_H
#define MOTET_CTL_DOCTOR_DOCTOR_WEB_H
#include "ctl/doctor/doctor.h"
#include "net/net_ask.h"
/* What the checks through the web server share: the connection, the Server header, and probes. */
enum { DOCTOR_WEB_RETRY_STATUSES = 2 };
/* Who refused the last request with 429: motetd, or the web server or a proxy before it. */
enum doctor_web_limit {
	DOCTOR_WEB_NOT_LIMITED,
	DOCTOR_WEB_LIMITED_BY_MOTETD,
	DOCTOR_WEB_LIMITED_BY_FRONT
};
struct doctor_web {
	struct net_ask_client *client; /* NULL before the first request */
	const char *origin, *base; /* the URL in two parts: https://example.org, and "" or /~jo */
	bool tls, local;	   /* tls: https; local: the host is a loopback address */
	bool ignore_cert;	   /* send requests although the certificate is not valid */
	const char *untrusted;	   /* why the certificate is not valid; NULL: it is valid */
	const char *server;	   /* the Server header of the first answer, "" for none */
	struct net_answer first;   /* the answer to the first request */
	/* Faults that a check has reported; later checks that depend on them are skipped. */
	bool no_delete, no_large, no_query;
	int64_t waited_s[DOCTOR_WEB_RETRY_STATUSES]; /* seconds waited in this run, by status */
	enum doctor_web_limit limited; /* who refused the last request; then the check is void */
};
/* What arrived, according to the answer of /.motet/v1/probe (api/ops/probe.c). */
struct doctor_echo {
	struct str method, target, text, base_path, authorization, body_sha256, host, remote, fill;
	int64_t body_length;
	bool https;
};
/* A request. `target` is a path below base_path; if there is a token, the request is a probe, and
 * `target` follows the token in its path. */
struct doctor_web_request {
	struct net_ask q;
	const char *target;
	struct str token;
};
/*
 * Send a request. After a 429 or 503 with a Retry-After (RFC 9110 10.2.3) of 5 seconds at most,
 * wait and send it again, five times at most. A whole run waits 30 s after 429s and 4 s after 503s;
 * then the 429 or 503 is the answer. The answer lives in d->mem.
 */
void doctor_web_send(struct doctor *, struct doctor_web_request *, struct net_answer *);
/* Like doctor_web_send(), for a target that is not below base_path. */
void doctor_web_send_raw(struct doctor *, const struct net_ask *, struct net_answer *);
/*
 * Send a request as a probe, with a new token. NULL: motetd answered, and *echo says what arrived
 * there (for HEAD, *echo is not set). Otherwise the text says what happened instead: "status 403",
 * "no answer: …", or the message of a database error.
 */
const char *doctor_web_probe(
    struct doctor *, struct doctor_web_request *, struct net_answer *, struct doctor_echo *);
/* Like doctor_web_probe(), but also compare the body. NULL: the body arrived unchanged. */
const char *doctor_web_probe_body(
    struct doctor *, struct doctor_web_request *, struct net_answer *);
/* Return the SHA-256 of the text in hex, for comparison with struct doctor_echo. */
struct str doctor_web_hash_text(struct doctor *, struct str text);
/* Return the verdict of a failed check, with its fix. If the last answer was a 429, the verdict
 * says only that the check was not possible. */
struct doctor_verdict doctor_web_fault(struct doctor *, const struct doctor_check *,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Find in doctor_fix.c what to do about a failed check with the web server that the Server header
 * names. NULL: there is no row. */
const char *doctor_web_find_fix(struct doctor *, const char *id);
/* Tell whether host, a name or an address, is loopback (localhost, 127.0.0.0/8, ::1). */
bool doctor_web_is_loopback(struct str host);
#endif
