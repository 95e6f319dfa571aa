#ifndef MOTET_BASE_ARENA_H
#define MOTET_BASE_ARENA_H
#include <stddef.h>
/*
 * An arena owns every byte and every foreign object of one request.
 *
 * Nothing allocated here is freed one by one. arena_reset() runs the registered destructors in
 * reverse order of registration, then forgets all memory, overwriting it first, since a body may
 * hold a password; the arena is then as new. Memory is zeroed when handed out and aligned for any
 * type.
 *
 * Running out of memory, or over the cap, ends the process with a line on standard error: input is
 * bounded before it gets here, so either is a defect of ours or of the machine, and the master
 * replaces the worker. Callers therefore never check for NULL.
 */
struct arena;

/* A new arena that may hold up to `cap` bytes. Owned by the caller; arena_free() ends it. */
struct arena *arena_new(size_t cap) __attribute__((returns_nonnull));
void arena_free(struct arena *);
void arena_reset(struct arena *);

void *arena_alloc(struct arena *, size_t n) __attribute__((malloc, returns_nonnull));
/* n bytes of s and a NUL after them. */
char *arena_dup(struct arena *, const void *s, size_t n) __attribute__((returns_nonnull));
char *arena_printf(struct arena *, const char *fmt, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));
/* Hand a foreign object (X509 *, json_object *, PGresult *) to the arena; returns it. NULL is
 * passed through and not registered. */
void *arena_own(struct arena *, void *obj, void (*destroy)(void *));
/* As arena_alloc(), for keys and passwords: the bytes are overwritten before the memory is given
 * back. */
void *arena_secret(struct arena *, size_t n) __attribute__((malloc, returns_nonnull));
/* Bytes taken from the system at present: what a memory test looks at. */
size_t arena_total(const struct arena *);
#endif
