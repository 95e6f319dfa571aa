#ifndef MOTET_CORE_FOREIGN_H
#define MOTET_CORE_FOREIGN_H
#include "codec/idcert.h"
#include "core/session.h"
/*
 * Certificates of other servers and of their actors: fetched (WIRE.md 6.1), verified by our own reader, cached exactly as long as the home
 * server says and never used after (6.3). Our own domain is answered from our own tables and never goes over the network.
 */
struct foreign_cert {
	struct idcert cert;		/* read and verified */
	struct str cacheable;		/* the home server's CacheableIDCert, verbatim JSON */
	int64_t invalidated_at;		/* 0: not revoked */
	int64_t cache_not_after;
};
/*
 * The certificate of a server, now (at < 0) or at a time: self-signed, DCs only, CA, its domain. ERR_NOT_FEDERATED: denied by configuration,
 * no such server, or it speaks no polyproto. ERR_HOME_UNREACHABLE. ERR_BAD_CERT: it lies.
 */
must_check enum err foreign_server(struct cx *, struct str domain, int64_t at, struct foreign_cert *);
/* All that the home server says of an actor (filters as in idcert/actor/{fid}), each verified. */
must_check enum err foreign_actor(struct cx *, struct str fid, struct str session_id, struct foreign_cert **, size_t *n);
/*
 * A certificate that somebody has shown: is it good now? Chain, profile, validity, and revocation as its home server states it. ERR_BAD_CERT
 * (403) with the rule; ERR_NOT_FEDERATED, ERR_HOME_UNREACHABLE.
 */
must_check enum err foreign_check(struct cx *, struct blob der, struct foreign_cert *);
/* The same for one that is only named. */
must_check enum err foreign_find(struct cx *, struct str fid, struct str serial, struct foreign_cert *);
/* Does the server of that origin (https://host) speak polyproto with us? OK or ERR_NOT_FEDERATED; both answers are cached. */
must_check enum err foreign_speaks(struct cx *, struct str origin);
#endif
