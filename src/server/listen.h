#ifndef MOTET_SERVER_LISTEN_H
#define MOTET_SERVER_LISTEN_H
#include "base/conf.h"
#include <sys/stat.h>
/*
 * Our own listening socket: the path of a Unix socket, or host:port on a loopback address
 * (127.0.0.1:9000, [::1]:9000, localhost:9000); FastCGI has no passwords, so nothing wider is
 * opened. A socket file that nobody answers on is replaced, one that lives is not.
 */
struct listener {
	int fd;
	char path[108]; /* of a Unix socket, else "" */
	dev_t dev;	/* which file it was: numbers come back, times do not */
	ino_t ino;
	struct timespec changed;
};
/* Returns 0, or the exit status to end with: 78 for what a changed configuration would cure, 71 for
 * the rest; `why` is for a person. */
int listen_open(const struct conf *, struct listener *, char *why, size_t size);
/* Is conf->listen something that could be opened? For `motetd -t`. */
bool listen_valid(const struct conf *, char *why, size_t size);
/* Remove the socket file, once and if it is still ours, so that nobody new comes. The descriptor
 * stays. */
void listen_unlink(struct listener *);
#endif
