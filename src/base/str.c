#include "base/ascii.h"
#include <stdarg.h>
#include <stdio.h>

bool str_ieq(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.s[i]) != ascii_lower(b.s[i]))
			return false;
	return true;
}

struct str str_lower(struct arena *mem, struct str s)
{
	char *p = arena_dup(mem, s.s, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = ascii_lower(p[i]);
	return (struct str){ p, s.n };
}

static bool is_trimmed_char(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n && is_trimmed_char(s.s[0]))
		s = (struct str){ s.s + 1, s.n - 1 };
	while (s.n && is_trimmed_char(s.s[s.n - 1]))
		s.n--;
	return s;
}

bool str_i64(struct str s, int64_t *out)
{
	int64_t v = 0;

	if (s.n == 0 || (s.n > 1 && s.s[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int d = s.s[i] - '0';
		if (d < 0 || d > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, d, &v))
			return false;
	}
	*out = v;
	return true;
}

bool str_cut(struct str s, char c, struct str *head, struct str *tail)
{
	const char *at = s.n ? memchr(s.s, c, s.n) : NULL;
	size_t n = at ? (size_t)(at - s.s) : s.n;

	*head = (struct str){ s.s, n };
	*tail = at ? (struct str){ at + 1, s.n - n - 1 } : (struct str){ n ? s.s + n : s.s, 0 };
	return at != NULL;
}

bool str_next_word(struct str *list, struct str *word)
{
	if (list->n == 0)
		return false;
	str_cut(*list, ',', word, list);
	*word = str_trim(*word);
	return true;
}

static void reserve_buf(struct buf *b, size_t n)
{
	if (b->cap - b->n > n)
		return;
	size_t cap = b->cap ? b->cap : 128;
	while (cap - b->n <= n)
		cap *= 2;
	char *s = arena_alloc(b->mem, cap);
	if (b->n)
		memcpy(s, b->s, b->n);
	b->s = s;
	b->cap = cap;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	reserve_buf(b, n);
	if (n)
		memcpy(b->s + b->n, p, n);
	b->n += n;
}

void buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.s, s.n);
}

void buf_z(struct buf *b, const char *z)
{
	buf_put(b, z, strlen(z));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	if (n > 0) {
		reserve_buf(b, (size_t)n);
		vsnprintf(b->s + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

struct str buf_done(struct buf *b)
{
	reserve_buf(b, 1);
	b->s[b->n] = '\0';
	return (struct str){ b->s, b->n };
}
