#ifndef MOTET_FCGI_FD_QUEUE_H
#define MOTET_FCGI_FD_QUEUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/*
 * A set of open connections ordered by their last use, oldest first. Descriptors may have any
 * value; closing them is up to the caller. All operations take constant time. The functions abort
 * the process when memory runs out.
 */
struct fd_queue;
/* Make a set with room for cap ≥ 1 descriptors. */
struct fd_queue *fd_queue_new(size_t cap);
void fd_queue_free(struct fd_queue *);
bool fd_queue_is_full(const struct fd_queue *);
/* Add fd as the youngest; does nothing if it is in the queue already. */
void fd_queue_add(struct fd_queue *, int fd);
bool fd_queue_has(const struct fd_queue *, int fd);
void fd_queue_remove(struct fd_queue *, int fd);
/* Make fd the youngest: it was used. */
void fd_queue_touch(struct fd_queue *, int fd);
/* Return the descriptor that was unused for longest; -1: the queue is empty. */
int fd_queue_oldest(const struct fd_queue *);
/* Store a pointer with a descriptor, or return it; NULL if nothing was stored or the descriptor is
 * not in the queue. */
void fd_queue_set_data(struct fd_queue *, int fd, void *);
void *fd_queue_get_data(const struct fd_queue *, int fd);
#endif
