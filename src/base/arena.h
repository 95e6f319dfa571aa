#ifndef MOTET_BASE_ARENA_H
#define MOTET_BASE_ARENA_H
#include <stddef.h>
/*
 * An arena owns every byte and every foreign object (X509 *, json_object *, …) of one request.
 *
 * Nothing in it is freed one by one. arena_reset() runs the registered destructors in reverse order
 * of registration, overwrites all memory (a body may hold a password) and leaves the arena as new.
 * Memory is zeroed when it is handed out, and aligned for any type.
 *
 * If memory runs out or the cap is exceeded, the hook of memory.h is called: a worker answers 503
 * and ends, and the master replaces it. Without a hook, the process prints a line on standard error
 * and aborts. The size of input is limited before it reaches an
 * arena, so such an abort means a bug or a machine without memory. Callers never check for NULL.
 */
struct arena;

/* Make an arena of at most `cap` bytes. The caller owns the arena and frees it with
 * arena_free(). */
struct arena *arena_new(size_t cap) __attribute__((returns_nonnull));
void arena_free(struct arena *);
void arena_reset(struct arena *);

void *arena_alloc(struct arena *, size_t n) __attribute__((malloc, returns_nonnull));
/* Copy n bytes of s, and add a NUL after the copy. */
char *arena_dup(struct arena *, const void *s, size_t n) __attribute__((returns_nonnull));
char *arena_printf(struct arena *, const char *fmt, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));
/* Give a foreign object to the arena: arena_reset() and arena_free() call destroy(obj). Returns
 * obj. If obj is NULL, nothing is registered. */
void *arena_own(struct arena *, void *obj, void (*destroy)(void *));
/* As arena_alloc(), for keys and passwords: the memory is overwritten before it is freed. */
void *arena_secret(struct arena *, size_t n) __attribute__((malloc, returns_nonnull));
/* Return how many bytes the arena holds now, for tests of memory use. */
size_t arena_total(const struct arena *);
#endif
