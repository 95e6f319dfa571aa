#ifndef MOTET_BASE_MEMORY_H
#define MOTET_BASE_MEMORY_H
#include <stdbool.h>
/*
 * What happens when memory runs out. Libraries report it in many ways, and some of them like bad
 * input: json-c leaves out a member, OpenSSL says that a signature is wrong. So no caller has to
 * tell them apart: malloc(), calloc() and realloc() are ours, in this program and in all libraries
 * of it. They call the next ones of that name, and when those return NULL, the hook.
 *
 * Not with sanitizers, and not with a libc other than glibc: there memory_is_guarded() is false.
 */
bool memory_is_guarded(void);
/*
 * hook() must not return and must not allocate. NULL, as at the start: malloc() returns NULL to its
 * caller. Inherited by fork().
 */
void memory_on_failure(void (*hook)(void));
/* For tests: the allocation after `count` more fails, and all that follow. Negative: none. */
void memory_fail_after(long count);
#endif
