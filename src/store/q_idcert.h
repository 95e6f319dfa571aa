#ifndef MOTET_STORE_Q_IDCERT_H
#define MOTET_STORE_Q_IDCERT_H
#include "db/db.h"
/* ID-Certs of actors: the statements of q_idcert.sql. */
struct new_idcert {
	int64_t actor_id, serial, server_serial;
	struct str session_id;
	struct blob key, csr_hash, cert, token_hash;
	int64_t not_before, not_after;
	int64_t most_today, most_sessions;
	int64_t replaces; /* serial number of the certificate that the new one replaces; 0: none */
	bool keep;	  /* the session of the replaced certificate keeps its token, whose hash is
			     token_hash */
	bool by_password; /* a log-in: it has its own limit of certificates, and ends the oldest
			     sessions beyond most_sessions */
	struct str ends;  /* a log-in: the ID of the session that it ends first; s NULL: none */
};
struct idcert_issued {
	bool issued, landed, current;
	int64_t told;	  /* number of sessions that got an event */
	int64_t today;	  /* other certificates of this kind that count for the last day */
	int64_t sessions; /* live sessions other than this one */
	bool ours;	  /* the public key is a key of the server */
	int64_t ended;	  /* number of sessions that the log-in ended */
	int64_t wait;	  /* seconds until most_today allows one more certificate; 0: it does now */
};
struct cert_item {
	struct blob cert; /* p NULL: the actor has no matching certificate */
	int64_t serial, invalidated_at, now;
	int64_t signer; /* serial number of the server's current key */
};
struct cert_filter {
	int64_t at, not_before, not_after; /* -1: no condition */
	struct str session_id;		   /* s NULL: all */
};
/* ERR_CONFLICT: the serial number was used before. Other errors: ERR_SESSION_ID_IN_USE,
 * ERR_KEY_IN_USE. */
must_check enum err q_idcert_issue(struct cx *, const struct new_idcert *, struct idcert_issued **);
/* Find the live certificate that an earlier try of the same request (CSR) got, and give its session
 * a new token. *out NULL: there is no such certificate. */
struct reissued_cert {
	int64_t serial;
	struct blob cert;
};
must_check enum err q_idcert_renew_token(
    struct cx *, const struct new_idcert *, struct reissued_cert **out);
/* For a session that keeps its token: find the certificate `serial`, or the one that replaced it,
 * if it was issued for this CSR. */
must_check enum err q_idcert_find_by_csr(struct cx *, int64_t actor_id, int64_t serial,
    struct blob csr_hash, struct reissued_cert **out);
/* List the certificates of an actor. n 0: there is no such actor. */
must_check enum err q_idcert_list(
    struct cx *, struct str local, const struct cert_filter *, struct cert_item **, size_t *n);
extern const struct stmt *const q_idcert_stmts[];
#endif
