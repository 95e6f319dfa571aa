#ifndef MOTET_BASE_MEMORY_H
#define MOTET_BASE_MEMORY_H
#include <stdbool.h>
/*
 * What happens when memory runs out. Libraries report a lack of memory in many ways, and some
 * reports look like bad input: json-c leaves out a member, OpenSSL says that a signature is wrong.
 * Callers need not recognise such reports, because memory.c replaces malloc(), calloc() and
 * realloc() in this program and in all its libraries. Each of them calls the next function of that
 * name and, if that returns NULL, the hook.
 *
 * With sanitizers, or with a libc other than glibc, nothing is replaced, and memory_is_guarded() is
 * false.
 */
bool memory_is_guarded(void);
/* hook() must not return and must not allocate. While the hook is NULL, as at the start, malloc()
 * returns NULL to its caller. A child of fork() inherits the hook. */
void memory_on_failure(void (*hook)(void));
/* Memory that is limited otherwise has run out, as an arena: call the hook. Returns if it is NULL.
 */
void memory_call_hook(void);
/* For tests: the allocation number `count` from now on fails, and so do all later ones. If `count`
 * is negative, no allocation fails. */
void memory_fail_after(long count);
#endif
