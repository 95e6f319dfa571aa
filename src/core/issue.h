#ifndef MOTET_CORE_ISSUE_H
#define MOTET_CORE_ISSUE_H
#include "x509/idcsr.h"
/*
 * Issuing an ID-Cert and the session token that goes with it. The certificate leaves this process
 * only after the statement that records it has been committed. When the answer of the database is
 * lost, the very same statement is sent again: it either finds that it was done, or does it. The
 * same CSR again gets the same certificate, with a new token.
 */
struct issue_request {
	int64_t actor_id;
	struct str local; /* of the actor who asks */
	const struct idcsr *csr;
	int64_t replaces; /* serial of the certificate that ends with this; 0: a new session */
	struct blob keep; /* p not NULL: the hash of the token of `replaces`, which stays; the grant
			     has none then */
};
struct grant {
	struct str id_cert; /* PEM */
	struct str token;
};
/*
 * cx->now must have been set by the database. ERR_BAD_CSR: not this actor, not this domain.
 * ERR_SESSION_ID_IN_USE, ERR_KEY_IN_USE. ERR_UNAUTHORIZED: what it should replace has ended
 * meanwhile.
 */
must_check enum err issue_idcert(struct cx *, const struct issue_request *, struct grant *);
#endif
