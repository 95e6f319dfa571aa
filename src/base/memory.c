#include "base/memory.h"
#include <stddef.h>

static void (*memory_hook)(void);
static long memory_left = -1;

void memory_on_failure(void (*hook)(void))
{
	memory_hook = hook;
}

void memory_call_hook(void)
{
	if (memory_hook)
		memory_hook();
}

void memory_fail_after(long count)
{
	memory_left = count;
}

#if defined HAVE___LIBC_MALLOC && !defined SANITIZED
#include <dlfcn.h>
#include <errno.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
} next_allocator;

bool memory_is_guarded(void)
{
	return true;
}

/* Another allocator may be preloaded: find the next function of this name. What dlsym() itself
 * allocates comes from libc. */
static void find_next_allocator(void)
{
	next_allocator.malloc = __libc_malloc;
	next_allocator.calloc = __libc_calloc;
	next_allocator.realloc = __libc_realloc;
	void *const found[] = { dlsym(RTLD_NEXT, "malloc"), dlsym(RTLD_NEXT, "calloc"),
		dlsym(RTLD_NEXT, "realloc") };

	if (found[0] && found[1] && found[2]) {
		__builtin_memcpy(&next_allocator.malloc, &found[0], sizeof found[0]);
		__builtin_memcpy(&next_allocator.calloc, &found[1], sizeof found[1]);
		__builtin_memcpy(&next_allocator.realloc, &found[2], sizeof found[2]);
	}
}

static bool may_allocate(void)
{
	if (next_allocator.malloc == NULL)
		find_next_allocator();
	if (memory_left > 0)
		memory_left--;
	return memory_left != 0;
}

static void *report_missing_memory(void *p)
{
	if (p == NULL && memory_hook)
		memory_hook();
	if (p == NULL)
		errno = ENOMEM;
	return p;
}

void *malloc(size_t n)
{
	return report_missing_memory(may_allocate() ? next_allocator.malloc(n) : NULL);
}

void *calloc(size_t n, size_t size)
{
	return report_missing_memory(may_allocate() ? next_allocator.calloc(n, size) : NULL);
}

/* realloc(p, 0) frees p and returns NULL. */
void *realloc(void *p, size_t n)
{
	void *q = may_allocate() ? next_allocator.realloc(p, n) : NULL;

	return p && n == 0 ? q : report_missing_memory(q);
}
#else
bool memory_is_guarded(void)
{
	return false;
}
#endif
