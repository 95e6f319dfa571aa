#ifndef MOTET_DB_RESOLVE_H
#define MOTET_DB_RESOLVE_H
#include "db/conn.h"
/*
 * The addresses of the database's host. getaddrinfo(3) cannot be given a time, and takes 10 seconds
 * and more when a name server is silent: so it runs in a thread, and we wait for the thread as we
 * wait for the database. A look-up that is not ready in time goes on, and the next call waits for
 * it. Private to db/.
 */
enum { RESOLVED_MAX = 8, RESOLVED_TEXT = 64 };
struct resolved {
	size_t n; /* number of addresses; 0: `why` says why there is no address */
	char text[RESOLVED_MAX][RESOLVED_TEXT];
	const char *why;
};
/* Is `host` a name that has to be looked up, and not a directory or an address? */
bool resolve_is_needed(const char *host);
/*
 * Look the host up, and wait for the answer until deadline_us. If no answer comes in time, or one
 * without addresses, the addresses of the last successful look-up are returned, if there was
 * one.
 */
void resolve_host(struct db *, const char *host, int64_t deadline_us, struct resolved *);
/* Forget what is known, and what is being looked up. */
void resolve_free(struct db *);
#endif
