#ifndef MOTET_CORE_ISSUE_H
#define MOTET_CORE_ISSUE_H
#include "x509/idcsr.h"
/*
 * Issue an ID-Cert and its session token. The certificate leaves this process only after the
 * statement that stores it is committed. If the database's answer is lost, the same statement is
 * sent again: it finds the result of the first attempt, or does the work if that attempt failed. A
 * repeated CSR gets the same certificate with a new token.
 */
struct issue_request {
	int64_t actor_id;
	struct str local; /* local name of the actor */
	const struct idcsr *csr;
	int64_t replaces; /* serial of the certificate that is replaced; 0: a new session */
	bool by_password; /* a log-in: it has its own limit of certificates, and is never refused
			     for too many sessions: the statement ends the session with the ID
			     `ends`, and then the oldest sessions */
	struct str ends; /* ID of the session that a log-in ends; s NULL or no such session: it ends
			    none */
	struct blob keep; /* hash of the token of the session whose certificate is replaced. The
			     session keeps that token, and the grant has none. p NULL: make a
			     new token */
	bool repeats; /* a repeated request: `replaces` was replaced already, so only look up the
			 result */
};
struct grant {
	struct str id_cert; /* PEM */
	struct str token;
};
/* cx->now must be the database's time. ERR_BAD_CSR: the CSR names another actor or domain, or a
 * session ID that is the name of a route. ERR_SESSION_ID_IN_USE, ERR_KEY_IN_USE. ERR_UNAUTHORIZED:
 * the session whose certificate is to be replaced has just ended. */
must_check enum err issue_idcert(struct cx *, const struct issue_request *, struct grant *);
#endif
