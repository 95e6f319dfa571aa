#ifndef MOTET_CORE_FOREIGN_H
#define MOTET_CORE_FOREIGN_H
#include "x509/idcert.h"
#include "core/session.h"
#include "store/q_foreign.h"
#include "store/q_idcert.h"
/*
 * Certificates of other servers and of their actors: fetched (wire.md 7.1), verified by our own
 * reader, cached exactly as long as the home server says and never used after (wire.md 7.3). Our
 * own domain is answered from our own tables and never goes over the network.
 *
 * Errors of all: ERR_NOT_FEDERATED: denied by configuration or operator, no such server, or it
 * speaks no polyproto. ERR_HOME_UNREACHABLE; ERR_HOME_INVALID: it answers, but not with what was
 * asked for; ERR_RETRY: too much is being asked at the moment. ERR_BAD_CERT (403): it lies, or the
 * certificate is not good; the sentence names the rule. Nothing of an answer that broke a rule is
 * kept but that it did: for five minutes nobody asks that server again.
 */
struct foreign_cert {
	struct idcert cert;	/* read and verified */
	struct str cacheable;	/* the home server's CacheableIDCert, verbatim JSON */
	int64_t invalidated_at; /* 0: not revoked */
	int64_t cache_not_after;
};
/* Is it our own? */
bool foreign_is_own(const struct cx *, struct str domain);
/*
 * The certificate of a server, now (at < 0) or at a time: self-signed, DCs only, CA, its domain.
 */
must_check enum err foreign_find_server(
    struct cx *, struct str domain, int64_t at, struct foreign_cert *);
/*
 * The certificate with which a server signed something at that time, by the serial that it names.
 * Not ours. It may come out another one: then there is none with that serial.
 */
must_check enum err foreign_find_server_by_serial(
    struct cx *, struct str domain, struct str serial, int64_t at, struct foreign_cert *);
/*
 * All that the home server says of an actor (session_id.n 0: of all sessions), each verified: one
 * that is not good spoils them all. ERR_NOT_FOUND: no such actor.
 */
must_check enum err foreign_list_certs(
    struct cx *, struct str fid, struct str session_id, struct foreign_cert **, size_t *n);
/* The same with all filters of idcert/actor/{fid}; those of time are always asked of the home
 * server. */
must_check enum err foreign_list_certs_where(
    struct cx *, struct str fid, const struct cert_filter *, struct foreign_cert **, size_t *n);
/* A certificate that somebody has shown: is it good now? Chain, profile, validity, and revocation
 * as its home server states it. */
must_check enum err foreign_check(struct cx *, struct blob der, struct foreign_cert *);
/* The same for one that is only named. */
must_check enum err foreign_check_named(
    struct cx *, struct str fid, struct str serial, struct foreign_cert *);
/*
 * Somebody says that there is news of this certificate: ask its home server, whatever we remember.
 * As foreign_check(), but a revoked one is OK, with invalidated_at.
 */
must_check enum err foreign_recheck(struct cx *, struct blob der, struct foreign_cert *);
/* Does the server of that origin (https://host) speak polyproto with us? OK or ERR_NOT_FEDERATED
 * (or ERR_RETRY); both answers are cached. */
must_check enum err foreign_check_origin(struct cx *, struct str origin);

/* What an operator does. `domain` is normalised and checked: ERR_BAD_REQUEST. ERR_NOT_FOUND:
 * nothing is known of it. */
must_check enum err foreign_list(struct cx *, struct foreign_item **, size_t *n);
must_check enum err foreign_show(struct cx *, struct str domain, struct foreign_item **);
/* Nothing that it has said is used any more: whoever needs it next asks again. */
must_check enum err foreign_refresh(struct cx *, struct str domain, int64_t *forgotten);
/* With its subdomains; *ended counts the sessions here that ended. */
must_check enum err foreign_block(struct cx *, struct str domain, int64_t *ended);
must_check enum err foreign_unblock(struct cx *, struct str domain);
#endif
