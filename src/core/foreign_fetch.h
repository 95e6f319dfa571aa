#ifndef MOTET_CORE_FOREIGN_FETCH_H
#define MOTET_CORE_FOREIGN_FETCH_H
#include "x509/cacheable.h"
#include "store/q_idcert.h"
/*
 * The few questions that we ask of other servers (wire.md 7.1): GETs, without any credential.
 * Errors are those of struct fetcher, and for what came back: ERR_NOT_FEDERATED (nothing there
 * speaks polyproto), ERR_HOME_INVALID (it does, and this answer makes no sense), ERR_BAD_CERT (it
 * lies), ERR_HOME_UNREACHABLE (status 429 or 5xx).
 */
struct home_server {
	struct str api;		 /* https://…/, up to and with the slash before v1 */
	struct cacheable server; /* its current certificate, verified */
	bool remembered;	 /* and not just fetched */
};
/*
 * Find the server behind an origin (https://host[:port]): directly, then with a slash, then where
 * /.well-known/polyproto-core points. The first whose certificate is good, and is that of `domain`
 * (n 0: of any), is it.
 */
must_check enum err foreign_fetch_home(
    struct cx *, struct str origin, struct str domain, struct home_server *);
/* The server's certificate of another time; a server that knows no times sends its current one. */
must_check enum err foreign_fetch_server_at(
    struct cx *, const struct home_server *, int64_t at, struct cacheable *);
/* What it says of an actor: the elements of the list, not looked into. */
must_check enum err foreign_fetch_actor(struct cx *, const struct home_server *, struct str fid,
    const struct cert_filter *, struct strs *);
#endif
