#ifndef MOTET_FCGI_SPOOL_H
#define MOTET_FCGI_SPOOL_H
#include "fcgi/request_progress.h"
#include <sys/types.h>
/*
 * A request that arrives in pieces. The records of the request are collected in a file in memory,
 * as they come and without waiting; when the request is complete, libfcgi reads it from that file.
 * Private to fcgi_epoll.c.
 *
 * Of a body longer than FCGI_BODY_MAX, only enough octets are stored to show that the body is too
 * long.
 */
struct spool_state { /* what a sibling needs besides the file */
	struct request_progress progress;
	size_t received, stored;   /* octets that arrived; octets in the file */
	int64_t began_us, last_us; /* clock_us() of the first and of the last octets */
	bool skipping;		   /* the current record is not stored */
};
struct spool {
	int fd;
	struct spool_state state;
};
enum { SPOOL_MAX = (1 << 20) + (256 << 10) }; /* the most octets of one request in memory */
/* A new, empty spool; NULL: errno says why. */
struct spool *spool_new(void);
/* Continue with the spool of a sibling; takes fd, which is closed if this returns NULL. */
struct spool *spool_adopt(int fd, const struct spool_state *);
/* Free a spool and close its file; NULL is allowed. */
void spool_free(struct spool *);
/* Read what has arrived on the socket, but at most a megabyte at a time. */
enum spool_result {
	SPOOL_PART,
	SPOOL_WHOLE,
	SPOOL_BROKEN /* the peer has closed, the request is too large, or memory has run out */
};
enum spool_result spool_fill(struct spool *, int sock);
/* Have octets arrived that spool_fill() could read? A process that was busy or stopped asks this
 * before it calls a request stalled, because the rest may have come meanwhile. */
bool spool_has_more(int sock);
/* Has the request been arriving for longer than FCGI_ARRIVAL_TIMEOUT? */
bool spool_is_too_old(const struct spool *);
/* The file of a complete request, to be read from its beginning; nobody can write to it any more.
 * The caller closes it. */
int spool_take_file(struct spool *);
#endif
