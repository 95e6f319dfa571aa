#ifndef MOTET_FCGI_OUTBOX_H
#define MOTET_FCGI_OUTBOX_H
#include <stdbool.h>
#include <sys/types.h>
/*
 * Responses that their peers have not taken yet, each in a file in memory, so that no worker waits
 * for a slow reader. A connection without progress for OUTBOX_STALL seconds is closed, and so is a
 * connection that has taken OUTBOX_LONGEST seconds for one response; when all responses together
 * have more than OUTBOX_OCTETS, the connections that have made no progress for longest are closed
 * first.
 */
enum { OUTBOX_STALL = 10, OUTBOX_LONGEST = 300, OUTBOX_OCTETS = 64 << 20 };
struct outboxes;
/* `ep` is borrowed: connections are watched there while they cannot be written to. The set has room
 * for cap connections. NULL: out of memory. */
struct outboxes *outbox_new_set(int ep, size_t cap);
/* Send what can be sent within `seconds`, close the connections that are left, and free the set. */
void outbox_free_all(struct outboxes *, int seconds);
enum outbox_result {
	OUTBOX_WAITS, /* not all was sent: the outbox keeps the connection until outbox_continue()
			 returns another result */
	OUTBOX_SENT,  /* all was sent, and the connection is the caller's again */
	OUTBOX_CLOSED
};
/* Send all of `file` to fd. From now on the outbox owns `file`; `ep` must not watch fd. */
enum outbox_result outbox_send(struct outboxes *, int fd, int file, bool keep);
bool outbox_has(const struct outboxes *, int fd);
/* Call outbox_continue() when fd can be written to. It returns OUTBOX_SENT only if `keep` was
 * set. */
enum outbox_result outbox_continue(struct outboxes *, int fd);
/* Close stalled connections; returns the milliseconds until the next one counts as stalled; -1: no
 * connection is open. */
int outbox_close_stalled(struct outboxes *);
#endif
