#ifndef MOTET_SERVER_LISTEN_H
#define MOTET_SERVER_LISTEN_H
#include "base/conf.h"
#include <sys/stat.h>
/*
 * Our own listening socket: the path of a Unix socket, or host:port on a loopback address
 * (127.0.0.1:9000, [::1]:9000, localhost:9000). Other addresses are refused, because FastCGI has no
 * authentication. A socket file on which no process listens is replaced; a socket file on which a
 * process listens is an error.
 */
struct listener {
	int fd;
	char path[108]; /* the path of a Unix socket, or "" */
	/* Identify the file: inode numbers are reused, change times are not. */
	dev_t dev;
	ino_t ino;
	struct timespec changed;
};
/* Returns 0, or an exit status: 78 when the configuration has to change, 71 for other failures;
 * `why` is for a person. */
int listen_open(const struct conf *, struct listener *, char *why, size_t size);
/* Check listen, listen_mode and listen_group without opening anything. False: `why` is for a
 * person. */
bool listen_valid(const struct conf *, char *why, size_t size);
/* Remove the socket file if it is still that of this listener, so that no new client connects. The
 * descriptor stays open. A second call does nothing. */
void listen_unlink(struct listener *);
#endif
