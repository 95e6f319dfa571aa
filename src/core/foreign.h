#ifndef MOTET_CORE_FOREIGN_H
#define MOTET_CORE_FOREIGN_H
#include "x509/idcert.h"
#include "core/session.h"
#include "store/q_foreign.h"
#include "store/q_idcert.h"
/*
 * Certificates of foreign servers and their actors: fetched (wire.md 7.1), verified with our own
 * reader, cached exactly as long as the home server states and never used after that (wire.md 7.3).
 * For our own domain the answers come from our own tables, without network requests.
 *
 * Errors of all functions: ERR_NOT_FEDERATED: the configuration or an operator blocks the server,
 * there is no such server, or it does not speak polyproto. ERR_HOME_UNREACHABLE. ERR_HOME_INVALID:
 * the answer makes no sense. ERR_RETRY: too many outbound requests at the moment. ERR_BAD_CERT
 * (403): a certificate or statement breaks a rule, which the message names. Of a bad answer only
 * the failure is cached: for some seconds, or for up to five minutes if it repeats. A failure never
 * replaces a good answer whose statement has not expired. cx->retry_after says when to try again.
 */
struct foreign_cert {
	struct idcert cert;	/* read and verified */
	struct str cacheable;	/* the home server's CacheableIDCert, verbatim JSON */
	int64_t invalidated_at; /* 0: not revoked */
	int64_t cache_not_after;
};
/* Is this our own domain? */
bool foreign_is_own(const struct cx *, struct str domain);
/* Find the certificate that a server has now (at < 0) or had at a time. The certificate must be a
 * self-signed CA certificate whose subject is exactly the DCs (domain components) of the domain. */
must_check enum err foreign_find_server(
    struct cx *, struct str domain, int64_t at, struct foreign_cert *);
/*
 * Find the certificate whose key a foreign server used at time `at`; the caller expects the one
 * with this serial. The caller must compare the serial of the result: if it differs, the server had
 * no certificate with this serial at that time.
 */
must_check enum err foreign_find_server_by_serial(
    struct cx *, struct str domain, struct str serial, int64_t at, struct foreign_cert *);
/*
 * List all good certificates that the home server lists for an actor (session_id.n 0: of all
 * sessions). Bad certificates are left out; if all are bad, an error is returned. ERR_NOT_FOUND: no
 * such actor. While the home server fails, the certificates in the cache are returned.
 */
must_check enum err foreign_list_certs(
    struct cx *, struct str fid, struct str session_id, struct foreign_cert **, size_t *n);
/* List certificates as foreign_list_certs() does, with all filters of the route idcert/actor/{fid};
 * if there is a filter by time, the home server is always asked. */
must_check enum err foreign_list_certs_where(
    struct cx *, struct str fid, const struct cert_filter *, struct foreign_cert **, size_t *n);
/* Make sure that the cache has the certificates of an actor, or of one session, from a list that is
 * seconds old at most, if the home server answers. Errors are those of foreign_list_certs(). */
must_check enum err foreign_prefetch_certs(struct cx *, struct str fid, struct str session_id);
/*
 * Ask the home server for all certificates of an actor, even if they are cached. What the home
 * server says about the actor's sessions here takes effect (sql_foreign_store_certs).
 * ERR_NOT_FOUND: no such actor.
 */
must_check enum err foreign_ask_about(struct cx *, struct str fid);
/* Note that a server is up, because it has just signed something, even if it did not answer us. */
void foreign_note_heard(struct cx *, struct str domain);
/* Check that a presented certificate is good now: chain, profile, validity, and revocation as
 * its home server states it. */
must_check enum err foreign_check(struct cx *, struct blob der, struct foreign_cert *);
/* Do foreign_check() for a certificate that is given by its actor and serial. */
must_check enum err foreign_check_named(
    struct cx *, struct str fid, struct str serial, struct foreign_cert *);
/* Check a certificate as foreign_check() does, but ask the home server even when the certificate is
 * cached, and return OK for a revoked certificate, with invalidated_at set. */
must_check enum err foreign_recheck(struct cx *, struct blob der, struct foreign_cert *);
/* Check that a polyproto server that we federate with answers at this origin (https://host).
 * Returns OK or ERR_NOT_FEDERATED, which are both cached, or ERR_RETRY. */
must_check enum err foreign_check_origin(struct cx *, struct str origin);

/* For the operator. `domain` is normalised; ERR_BAD_REQUEST when it is not a domain name;
 * ERR_NOT_FOUND when the server is unknown. */
must_check enum err foreign_list(struct cx *, struct foreign_item **, size_t *n);
must_check enum err foreign_show(struct cx *, struct str domain, struct foreign_item **);
/* Forget all cached answers of the server, so that it is asked again when something needs them. */
must_check enum err foreign_refresh(struct cx *, struct str domain, int64_t *forgotten);
/* Block a domain with its subdomains; *ended is the number of sessions here that ended. */
must_check enum err foreign_block(struct cx *, struct str domain, int64_t *ended);
must_check enum err foreign_unblock(struct cx *, struct str domain);
#endif
