#ifndef MOTET_STORE_Q_FOREIGN_H
#define MOTET_STORE_Q_FOREIGN_H
#include "db/db.h"
/* What other servers have said: the statements of q_foreign.sql. */
struct foreign_server_found {
	int64_t now;
	bool blocked;
	struct str api, domain;	  /* s NULL: nothing usable is stored */
	struct str failure, said; /* s NULL: no failure */
	int64_t wait;		  /* seconds until the stored answer or failure expires */
	struct str cacheable;	  /* CacheableIDCert of the server's current certificate */
};
/* `place`: a domain or an origin. `host`: the domain of `place`; the server is blocked if this
 * domain or a domain above it is blocked. */
must_check enum err q_foreign_find_server(
    struct cx *, struct str place, struct str host, struct foreign_server_found **);
struct foreign_server_row {
	struct str place, api, domain, serial;
	int64_t fresh_until;
};
must_check enum err q_foreign_store_server(struct cx *, const struct foreign_server_row *);
/* Store a failure under the name of its error: for 5 seconds, or for up to 5 minutes if it repeats.
 * A good server whose statement has not expired is left unchanged. */
must_check enum err q_foreign_store_failure(
    struct cx *, struct str place, struct str failure, struct str said);
/* Note why a server could not be reached, for operators. is_new: store the reason even if the
 * server is not known yet. */
must_check enum err q_foreign_note_trouble(
    struct cx *, struct str place, struct str failure, struct str said, bool is_new);
/* Find the usable CacheableIDCert with this serial number, or the one that was valid at this time.
 * s NULL: there is no such CacheableIDCert. */
must_check enum err q_foreign_cert_find(
    struct cx *, struct str subject, struct str serial, struct str *cacheable);
must_check enum err q_foreign_cert_at(
    struct cx *, struct str subject, int64_t at, struct str *cacheable);
/*
 * List the usable CacheableIDCerts of an actor's session, or (session_id.s NULL) of all his
 * sessions. n 0: the list is not cached, or is older than max_age seconds. One entry with s NULL:
 * the cached list is empty.
 */
must_check enum err q_foreign_cert_list(struct cx *, struct str fid, struct str session_id,
    int64_t max_age, struct str **cacheables, size_t *n);
/* Verified certificates of one subject: one array for each column, n long. */
struct foreign_certs {
	struct str domain, subject;
	struct str *serial, *session_id, *cacheable;
	int64_t *not_before, *not_after, *usable_until, *invalidated;
	size_t n;
};
/*
 * *refused s NULL: all are stored. Otherwise it lists the serial numbers, with spaces between them,
 * of the certificates that were revoked before and are now said to be valid; these certificates are
 * not stored.
 */
must_check enum err q_foreign_store_certs(
    struct cx *, const struct foreign_certs *, struct str *refused);
/* Note that all certificates of the actor, or of one session, are now stored; the list counts as
 * complete until fresh_until. session_id empty: all sessions. */
must_check enum err q_foreign_mark_listed(
    struct cx *, struct str fid, struct str session_id, struct str domain, int64_t fresh_until);
/* Expire what the domain has said about one actor, or (fid.s NULL) everything. Revocations stay. */
must_check enum err q_foreign_forget(
    struct cx *, struct str domain, struct str fid, int64_t *forgotten);
must_check enum err q_foreign_block(struct cx *, struct str domain, int64_t *ended);
must_check enum err q_foreign_unblock(struct cx *, struct str domain, bool *was);
struct foreign_item {
	struct str place, state, domain, api, said;
	int64_t checked_at, fresh_until, blocked_at, certificates, sessions;
};
/* List one server, or all (place.s NULL). */
must_check enum err q_foreign_list(
    struct cx *, struct str place, struct foreign_item **, size_t *n);
extern const struct stmt *const q_foreign_stmts[];
#endif
