#ifndef MOTET_BASE_STR_H
#define MOTET_BASE_STR_H
#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
/*
 * Text and bytes from outside carry their length: struct str for text, struct blob for bytes.
 * Neither struct owns its bytes (an arena, a literal or the request does), and the bytes do not end
 * with a NUL unless a function says so. `const char *` is a NUL-terminated string from our own
 * code.
 */
struct str {
	const char *s;
	size_t n;
};
struct blob {
	const uint8_t *p;
	size_t n;
};
struct strs {
	struct str *v;
	size_t n;
};

#define STR(lit) ((struct str){ "" lit, sizeof(lit) - 1 })

static inline struct str str_of(const char *z)
{
	return z ? (struct str){ z, strlen(z) } : (struct str){ NULL, 0 };
}
static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}
static inline bool str_is(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}
static inline bool str_starts(struct str a, const char *z)
{
	size_t n = strlen(z);
	return a.n >= n && memcmp(a.s, z, n) == 0;
}
static inline bool blob_eq(struct blob a, struct blob b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline struct str str_from(struct str s, size_t at)
{
	return at < s.n ? (struct str){ s.s + at, s.n - at } : (struct str){ s.s, 0 };
}
static inline struct blob str_blob(struct str s)
{
	return (struct blob){ (const uint8_t *)s.s, s.n };
}
/* Copy the text to the arena and add a NUL: for C interfaces. */
static inline const char *str_z(struct arena *mem, struct str s)
{
	return arena_dup(mem, s.s, s.n);
}
/* Compare without case, and convert to lower case: only ASCII letters, in every locale. These
 * functions are for domains, header names and schemes. */
bool str_ieq(struct str a, struct str b);
struct str str_lower(struct arena *mem, struct str s);
/* Return the text without the spaces, tabs, CR and LF at its ends. */
struct str str_trim(struct str s);
/* Read decimal digits, without sign or leading zeros, up to INT64_MAX. When it returns false, *out
 * is unchanged. */
bool str_i64(struct str s, int64_t *out);
/* Split at the first `c`: *head is before it, *tail after it. False if there is no `c`: then *head
 * is all of s, and *tail is empty. */
bool str_cut(struct str s, char c, struct str *head, struct str *tail);

/* Take the next word off a comma-separated list, and trim it; the word may be empty. False: the
 * list is empty. */
bool str_next_word(struct str *list, struct str *word);

/* A growing text in an arena. Initialise the struct with { .mem = arena }. */
struct buf {
	struct arena *mem;
	char *s;
	size_t n, cap;
};
void buf_put(struct buf *, const void *, size_t);
void buf_str(struct buf *, struct str);
void buf_z(struct buf *, const char *);
void buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The text, with a NUL after it that the length does not count. */
struct str buf_done(struct buf *);
#endif
