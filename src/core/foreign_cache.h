#ifndef MOTET_CORE_FOREIGN_CACHE_H
#define MOTET_CORE_FOREIGN_CACHE_H
#include "core/foreign.h"
#include "core/foreign_fetch.h"
/* The cache of foreign servers and certificates: converts between rows of q_foreign and structs
 * of foreign.c. Expired entries are never returned. */
enum {
	/* For so many seconds a list counts as complete; its certificates stay cached for
	 * longer. */
	FOREIGN_LIST_FRESH = 120
};
/*
 * Find the cached server of `place`, a domain or an origin (https://…). *there: the server is
 * cached, without a failure. A cached failure is returned as its error. ERR_NOT_FEDERATED: `host`
 * is blocked or the configuration denies it. cx->now is set.
 */
must_check enum err foreign_cache_find_home(
    struct cx *, struct str place, struct str host, struct home_server *, bool *there);
must_check enum err foreign_cache_keep_home(
    struct cx *, struct str place, const struct home_server *);
/* Cache the failure in cx->why if the server caused it and nothing good is cached. Returns `e`,
 * even when storing fails. */
enum err foreign_cache_keep_failure(struct cx *, struct str place, enum err e);
/*
 * Store for operators why a server could not be reached, as cx->why says. The stored reason has no
 * effect on requests; cx->why stays as it is. `named`: DNS has the server's name. Without a name in
 * DNS, the reason is stored only for a known server, because strangers can make up any number of
 * names.
 */
void foreign_cache_note_trouble(struct cx *, struct str place, bool named);
/* Find a cached certificate by its serial, or by a time at which it was valid; *there: a
 * certificate was found. */
must_check enum err foreign_cache_find(
    struct cx *, struct str subject, struct str serial, struct cacheable *, bool *there);
must_check enum err foreign_cache_find_at(
    struct cx *, struct str subject, int64_t at, struct cacheable *, bool *there);
/* List the cached certificates of an actor or of one session, as the home server listed them at
 * most max_age seconds ago; *there: the list is complete. */
must_check enum err foreign_cache_list(struct cx *, struct str fid, struct str session_id,
    int64_t max_age, struct cacheable **, size_t *n, bool *there);
/* Cache one or more verified certificates of one subject. A certificate that is stored as revoked,
 * but that the home server now calls valid, is left out; ERR_BAD_CERT if none is left. */
must_check enum err foreign_cache_keep_certs(
    struct cx *, struct str domain, struct str subject, struct cacheable *, size_t *n);
must_check enum err foreign_cache_keep(
    struct cx *, struct str domain, struct str subject, const struct cacheable *);
/* Cache certificates as foreign_cache_keep_certs() does, and note that they are the whole list of
 * an actor or of one session. */
must_check enum err foreign_cache_keep_list(struct cx *, struct str domain, struct str fid,
    struct str session_id, struct cacheable *, size_t *n);
#endif
