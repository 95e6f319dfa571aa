#ifndef MOTET_CORE_FOREIGN_FETCH_H
#define MOTET_CORE_FOREIGN_FETCH_H
#include "x509/cacheable.h"
#include "store/q_idcert.h"
/*
 * Requests to foreign servers (wire.md 7.1): GET, without credentials. Errors are those of struct
 * fetcher, and: ERR_NOT_FEDERATED (no polyproto server there), ERR_HOME_INVALID (a polyproto server
 * sent a senseless answer), ERR_BAD_CERT (a certificate breaks a rule), ERR_HOME_UNREACHABLE
 * (status 429 or 5xx).
 */
struct home_server {
	struct str api;		 /* https://…/, up to and including the slash before v1 */
	struct cacheable server; /* its current certificate, verified */
	bool remembered;	 /* from the cache, not just fetched */
	bool reached;		 /* it answered when it was last asked, or closed the connection */
	bool tried;		 /* it was asked, also if that failed */
	bool named;		 /* then: DNS has an address for it */
};
/*
 * Find the server of an origin (https://host[:port]): at the origin, then with a final slash in the
 * path, then where /.well-known/polyproto-core points; there also after 429, 5xx and a closed
 * connection. The first with a good certificate of
 * `domain` (n 0: of any domain) is taken.
 */
must_check enum err foreign_fetch_home(
    struct cx *, struct str origin, struct str domain, struct home_server *);
/* The server's certificate at time `at`; a server that does not support times sends its current
 * one. */
must_check enum err foreign_fetch_server_at(
    struct cx *, const struct home_server *, int64_t at, struct cacheable *);
/* The server's list of an actor's certificates, as unparsed JSON elements. */
must_check enum err foreign_fetch_actor(
    struct cx *, struct home_server *, struct str fid, const struct cert_filter *, struct strs *);
#endif
