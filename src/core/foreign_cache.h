#ifndef MOTET_CORE_FOREIGN_CACHE_H
#define MOTET_CORE_FOREIGN_CACHE_H
#include "core/foreign.h"
#include "core/foreign_fetch.h"
/* What is remembered of other servers, between the rows of q_foreign and the structs of foreign.c.
 * What is over does not come back from here. */
enum {
	FOREIGN_FAILURE_FRESH =
	    300, /* seconds for which a server that is not good is not asked again */
	FOREIGN_LIST_FRESH = 120 /* for which a list counts as whole: its certificates are good for
				    longer, but there may be new ones */
};
/*
 * The server of a place (see foreign_server.place); *there: it is known and good. A failure that is
 * remembered is returned as if it happened now; ERR_NOT_FEDERATED when `host` is blocked or not
 * federated with. Sets cx->now.
 */
must_check enum err foreign_cache_find_home(
    struct cx *, struct str place, struct str host, struct home_server *, bool *there);
must_check enum err foreign_cache_keep_home(
    struct cx *, struct str place, const struct home_server *);
/* Returns `e`, the failure in cx->why, whether it could be kept or not; only what the server is to
 * blame for is. */
enum err foreign_cache_keep_failure(struct cx *, struct str place, enum err e);
/* One certificate, by serial or by a time that it was good at; *there. */
must_check enum err foreign_cache_find(
    struct cx *, struct str subject, struct str serial, struct cacheable *, bool *there);
must_check enum err foreign_cache_find_at(
    struct cx *, struct str subject, int64_t at, struct cacheable *, bool *there);
/* All of an actor's, or of one session's; *there: the list is whole. */
must_check enum err foreign_cache_list(struct cx *, struct str fid, struct str session_id,
    struct cacheable **, size_t *n, bool *there);
/* Verified ones of one subject. ERR_BAD_CERT: one of them was revoked before. */
must_check enum err foreign_cache_keep(
    struct cx *, struct str domain, struct str subject, const struct cacheable *, size_t n);
must_check enum err foreign_cache_keep_list(struct cx *, struct str domain, struct str fid,
    struct str session_id, const struct cacheable *, size_t n);
#endif
