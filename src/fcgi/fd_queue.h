#ifndef MOTET_FCGI_FD_QUEUE_H
#define MOTET_FCGI_FD_QUEUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/*
 * The connections that are open while nothing is being asked on them: kept ones between requests,
 * and new ones that have said nothing yet. Oldest first, without assumptions about how large a
 * descriptor may be. All memory is its own.
 */
struct fd_queue;
/* May hold up to cap ≥ 1. */
struct fd_queue *fd_queue_new(size_t cap);
void fd_queue_free(struct fd_queue *);
bool fd_queue_is_full(const struct fd_queue *);
/* The descriptor stays the caller's to close. */
void fd_queue_add(struct fd_queue *, int fd);
bool fd_queue_has(const struct fd_queue *, int fd);
void fd_queue_remove(struct fd_queue *, int fd);
/* A request was answered on it: it is the youngest now. */
void fd_queue_touch(struct fd_queue *, int fd);
/* The one that has been silent for longest, or -1. */
int fd_queue_oldest(const struct fd_queue *);
/* A time that belongs to one that is in; 0 at first. */
void fd_queue_set_time(struct fd_queue *, int fd, int64_t us);
int64_t fd_queue_get_time(const struct fd_queue *, int fd);
#endif
