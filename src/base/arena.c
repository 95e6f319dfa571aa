#include "base/arena.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 8192 };

struct block {
	struct block *next;
	size_t used, size;
	max_align_t data[];
};

struct owned {
	struct owned *next;
	void *obj;
	void (*destroy)(void *);
};

struct secret {
	size_t n;
	max_align_t data[];
};

struct arena {
	struct block *head;
	struct owned *owned;
	size_t total, cap;
};

static void die(const char *why)
{
	fprintf(stderr, "motet: arena: %s\n", why);
	abort();
}

struct arena *arena_new(size_t cap)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a == NULL)
		die("out of memory");
	a->cap = cap;
	return a;
}

static struct block *grow(struct arena *a, size_t n)
{
	size_t size = n > BLOCK ? n : BLOCK;
	struct block *b;

	if (size > a->cap || a->total > a->cap - size)
		die("over its cap");
	if ((b = malloc(sizeof *b + size)) == NULL)
		die("out of memory");
	*b = (struct block){ .next = a->head, .size = size };
	a->total += size;
	return a->head = b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t align = sizeof(max_align_t);
	struct block *b = a->head;

	if (n > SIZE_MAX / 2)
		die("a size that cannot be");
	n = (n + align - 1) / align * align;
	if (b == NULL || b->size - b->used < n)
		b = grow(a, n);
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
		die("a format that cannot be");
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
	struct owned *o = arena_alloc(a, sizeof *o);
	*o = (struct owned){ .next = a->owned, .obj = obj, .destroy = destroy };
	a->owned = o;
	return obj;
}

static void cleanse(void *p)
{
	struct secret *s = p;

	explicit_bzero(s->data, s->n);
}

void *arena_secret(struct arena *a, size_t n)
{
	struct secret *s = arena_alloc(a, sizeof *s + n);

	s->n = n;
	arena_own(a, s, cleanse);
	return s->data;
}

size_t arena_total(const struct arena *a)
{
	return a->total;
}

/* One block stays: the next request finds its memory warm and costs no malloc. */
void arena_reset(struct arena *a)
{
	struct block *keep = NULL;

	for (struct owned *o = a->owned; o; o = o->next)
		o->destroy(o->obj);
	a->owned = NULL;
	for (struct block *b = a->head, *next; b; b = next) {
		next = b->next;
		explicit_bzero(b->data, b->used);
		if (keep == NULL && b->size == BLOCK)
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
