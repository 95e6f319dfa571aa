#include "base/arena.h"
#include "base/memory.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 8192 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	max_align_t data[];
};

struct arena_object {
	struct arena_object *next;
	void *obj;
	void (*destroy)(void *);
};

struct secret_bytes {
	size_t n;
	max_align_t data[];
};

struct arena {
	struct arena_block *head;
	struct arena_object *owned;
	size_t total, cap;
};

static void abort_arena(const char *why)
{
	memory_call_hook();
	fprintf(stderr, "motet: arena: %s\n", why);
	abort();
}

struct arena *arena_new(size_t cap)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort_arena("out of memory");
	a->cap = cap;
	return a;
}

static struct arena_block *add_block(struct arena *a, size_t n)
{
	size_t size = n > ARENA_BLOCK ? n : ARENA_BLOCK;
	struct arena_block *b;

	if (size > a->cap || a->total > a->cap - size)
		abort_arena("its size limit is exceeded");
	if ((b = malloc(sizeof *b + size)) == NULL)
		abort_arena("out of memory");
	*b = (struct arena_block){ .next = a->head, .size = size };
	a->total += size;
	return a->head = b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t align = sizeof(max_align_t);
	struct arena_block *b = a->head;

	if (n > SIZE_MAX / 2)
		abort_arena("impossible size");
	n = (n + align - 1) / align * align;
	if (b == NULL || b->size - b->used < n)
		b = add_block(a, n);
	void *p = (char *)b->data + b->used;
	b->used += n;
	return memset(p, 0, n);
}

char *arena_dup(struct arena *a, const void *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (n)
		memcpy(p, s, n);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		abort_arena("invalid format");
	char *s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return s;
}

void *arena_own(struct arena *a, void *obj, void (*destroy)(void *))
{
	if (obj == NULL)
		return NULL;
	struct arena_object *o = arena_alloc(a, sizeof *o);
	*o = (struct arena_object){ .next = a->owned, .obj = obj, .destroy = destroy };
	a->owned = o;
	return obj;
}

static void cleanse_secret(void *p)
{
	struct secret_bytes *s = p;

	explicit_bzero(s->data, s->n);
}

void *arena_secret(struct arena *a, size_t n)
{
	struct secret_bytes *s = arena_alloc(a, sizeof *s + n);

	s->n = n;
	arena_own(a, s, cleanse_secret);
	return s->data;
}

size_t arena_total(const struct arena *a)
{
	return a->total;
}

/* One block is kept, so that the next request needs no malloc and finds its memory in the CPU's
 * cache. */
void arena_reset(struct arena *a)
{
	struct arena_block *keep = NULL;

	for (struct arena_object *o = a->owned; o; o = o->next)
		o->destroy(o->obj);
	a->owned = NULL;
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		explicit_bzero(b->data, b->used);
		if (keep == NULL && b->size == ARENA_BLOCK)
			keep = b;
		else
			free(b);
	}
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	a->head = keep;
	a->total = keep ? keep->size : 0;
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->head);
	free(a);
}
