#ifndef MOTET_FCGI_KEPT_H
#define MOTET_FCGI_KEPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/*
 * The connections that are open while nothing is being asked on them: kept ones between requests,
 * and new ones that have said nothing yet. Oldest first, without assumptions about how large a
 * descriptor may be. All memory is its own.
 */
struct kept;
/* May hold up to cap ≥ 1. */
struct kept *kept_new(size_t cap);
void kept_free(struct kept *);
bool kept_full(const struct kept *);
/* The descriptor stays the caller's to close. */
void kept_add(struct kept *, int fd);
bool kept_has(const struct kept *, int fd);
void kept_remove(struct kept *, int fd);
/* A request was answered on it: it is the youngest now. */
void kept_touch(struct kept *, int fd);
/* The one that has been silent for longest, or -1. */
int kept_oldest(const struct kept *);
/* A time that belongs to one that is in; 0 at first. */
void kept_note(struct kept *, int fd, int64_t us);
int64_t kept_noted(const struct kept *, int fd);
#endif
