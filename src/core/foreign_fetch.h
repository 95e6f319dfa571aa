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
	struct cacheable server; /* the server's current certificate, verified */
	bool remembered; /* the certificate comes from the cache; it was not fetched just now */
	bool reached;	 /* the server, when last asked, answered or closed the connection */
	bool tried;	 /* the server was asked, successfully or not */
	bool named;	 /* if `tried`: DNS has an address of the server */
};
/*
 * Find the server of an origin (https://host[:port]): ask at the origin, then with a final slash in
 * the path, then at the address in /.well-known/polyproto-core (this also after a status 429 or 5xx
 * or a closed connection). The first server that has a good certificate of `domain` (n 0: of any
 * domain) is taken.
 */
must_check enum err foreign_fetch_home(
    struct cx *, struct str origin, struct str domain, struct home_server *);
/* Fetch the certificate that the server had at time `at`; a server that does not support times
 * sends its current one. */
must_check enum err foreign_fetch_server_at(
    struct cx *, const struct home_server *, int64_t at, struct cacheable *);
/* Fetch the server's list of an actor's certificates, as unparsed JSON elements. */
must_check enum err foreign_fetch_actor(
    struct cx *, struct home_server *, struct str fid, const struct cert_filter *, struct strs *);
#endif
