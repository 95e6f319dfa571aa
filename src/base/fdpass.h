#ifndef MOTET_BASE_FDPASS_H
#define MOTET_BASE_FDPASS_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
/*
 * Messages that may carry a file descriptor (SCM_RIGHTS), over a SOCK_SEQPACKET socket pair. A
 * message arrives whole or not at all, even if other processes use the same pair; so all workers
 * share one pair.
 */
struct fdpass {
	int give, take; /* the ends for sending and for receiving, close-on-exec; -1: no pair */
};
/* Make a pair. Sending on `give` blocks for at most send_ms milliseconds. False: see errno. */
bool fdpass_pair(struct fdpass *, int send_ms);
/* Send n ≥ 1 bytes and, unless fd is -1, a copy of that descriptor. The caller still has to close
 * fd. False: see errno. */
bool fdpass_send(int sock, const void *p, size_t n, int fd);
/* Send as fdpass_send() does, with `count` descriptors, at most FDPASS_MOST. With the flag
 * MSG_DONTWAIT, the call fails with EAGAIN instead of waiting. */
enum { FDPASS_MOST = 2 };
bool fdpass_send_several(int sock, const void *p, size_t n, const int *fds, int count, int flags);
/*
 * Receive one message of up to n bytes. Returns its length; 0 if no sender is left; -1 with errno.
 * *fd is the descriptor that came with it, close-on-exec, for the caller to close; or -1. A message
 * that fdpass_send() cannot have sent (longer than n, empty, or with several descriptors) is
 * dropped and its descriptors are closed: -1 with EMSGSIZE.
 */
ssize_t fdpass_recv(int sock, void *p, size_t n, int *fd, int flags);
/* Receive as fdpass_recv() does, with up to `most` descriptors; fds is filled up with -1. */
ssize_t fdpass_recv_several(int sock, void *p, size_t n, int *fds, int most, int flags);
#endif
