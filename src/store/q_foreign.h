#ifndef MOTET_STORE_Q_FOREIGN_H
#define MOTET_STORE_Q_FOREIGN_H
#include "db/db.h"
/* What other servers have said: rows of q_foreign.sql. */
struct foreign_server_found {
	int64_t now;
	bool blocked;
	struct str api, domain;	  /* s NULL: nothing that may still be used */
	struct str failure, said; /* s NULL: the place is good */
	struct str cacheable;	  /* of its current certificate */
};
/* `place`: a domain or an origin; `host`: the domain that a block would name. */
must_check enum err q_foreign_find_server(
    struct cx *, struct str place, struct str host, struct foreign_server_found **);
struct foreign_server_row {
	struct str place, api, domain, serial, failure, said;
	int64_t fresh_until;
};
must_check enum err q_foreign_store_server(struct cx *, const struct foreign_server_row *);
/* The CacheableIDCert that may still be used; s NULL: there is none. */
must_check enum err q_foreign_cert_find(
    struct cx *, struct str subject, struct str serial, struct str *cacheable);
must_check enum err q_foreign_cert_at(
    struct cx *, struct str subject, int64_t at, struct str *cacheable);
/* n 0: not known; one with s NULL: known, and there is none. session_id.s NULL: all. */
must_check enum err q_foreign_cert_list(
    struct cx *, struct str fid, struct str session_id, struct str **cacheables, size_t *n);
/* Of one subject. */
struct foreign_certs {
	struct str domain, subject;
	struct str *serial, *session_id, *cacheable;
	int64_t *not_before, *not_after, *usable_until, *invalidated;
	size_t n;
};
/* *refused s NULL: stored. Else one that was revoked before and is said not to be now: nothing is
 * stored. */
must_check enum err q_foreign_store_certs(
    struct cx *, const struct foreign_certs *, struct str *refused);
/* session_id empty: all sessions. */
must_check enum err q_foreign_mark_listed(
    struct cx *, struct str fid, struct str session_id, struct str domain, int64_t fresh_until);
/* fid.s NULL: all of the domain. */
must_check enum err q_foreign_forget(
    struct cx *, struct str domain, struct str fid, int64_t *forgotten);
/* The next ID-Cert of a session, in place of the one with the serial `old`; *renewed 0: there is no
 * such session any more. */
struct foreign_renewal {
	struct str fid, session_id, old, serial;
	struct blob key, cert;
	int64_t not_after;
	struct str event;
};
must_check enum err q_foreign_session_renew(
    struct cx *, const struct foreign_renewal *, int64_t *renewed);
must_check enum err q_foreign_block(struct cx *, struct str domain, int64_t *ended);
must_check enum err q_foreign_unblock(struct cx *, struct str domain, bool *was);
struct foreign_item {
	struct str place, state, domain, api, said;
	int64_t checked_at, fresh_until, blocked_at, certificates, sessions;
};
/* place.s NULL: all. */
must_check enum err q_foreign_list(
    struct cx *, struct str place, struct foreign_item **, size_t *n);
extern const struct stmt *const q_foreign_stmts[];
#endif
