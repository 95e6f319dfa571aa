#ifndef MOTET_BASE_FDPASS_H
#define MOTET_BASE_FDPASS_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
/*
 * Messages with a file descriptor beside them (SCM_RIGHTS) over a SOCK_SEQPACKET pair. A message
 * arrives whole or not at all, whoever else writes to or reads from the same pair: so one pair
 * serves all workers.
 */
struct fdpass {
	int give, take; /* the two ends, both close-on-exec; -1 when there is no pair */
};
/* `give` waits at most send_ms for room. False: errno says why. */
bool fdpass_pair(struct fdpass *, int send_ms);
/* Send n ≥ 1 octets and, unless fd is -1, a copy of that descriptor, which stays the caller's to
 * close. */
bool fdpass_send(int sock, const void *p, size_t n, int fd);
/*
 * Receive one message of up to n octets. Returns its length, 0 when all senders are gone, -1 with
 * errno. *fd is the descriptor that came with it, close-on-exec and the caller's, or -1. What
 * fdpass_send() does not make - a message that is longer than n, or empty, or with several
 * descriptors - is dropped with all that came with it: -1 with EMSGSIZE.
 */
ssize_t fdpass_recv(int sock, void *p, size_t n, int *fd, int flags);
#endif
