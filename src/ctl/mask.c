#include "ctl/mask.h"

static const char key[] = "password"; /* sslpassword ends with it, too */

/* Where `what` begins in s, or s.n. */
static size_t find(struct str s, const char *what)
{
	const char *p = s.n ? memmem(s.s, s.n, what, strlen(what)) : NULL;

	return p ? (size_t)(p - s.s) : s.n;
}

static size_t skip(struct str s, size_t at, const char *what)
{
	while (at < s.n && strchr(what, s.s[at]))
		at++;
	return at;
}

/* The end of a value: `stop` outside of quotes. */
static size_t value_end(struct str s, size_t at, char stop)
{
	bool quoted = false;

	for (; at < s.n && (quoted || s.s[at] != stop); at++) {
		if (s.s[at] == '\\' && at + 1 < s.n)
			at++;
		else if (s.s[at] == '\'')
			quoted = !quoted;
	}
	return at;
}

static void pairs(struct buf *b, struct str s, char stop)
{
	size_t at;

	while ((at = find(s, key)) < s.n) {
		at += sizeof key - 1;
		buf_put(b, s.s, at);
		buf_z(b, "=***");
		s = str_from(s, value_end(s, skip(s, skip(s, skip(s, at, " "), "="), " "), stop));
	}
	buf_str(b, s);
}

/* What stands before the last @ of the part between :// and the next slash. */
static size_t user(struct buf *b, struct str s, size_t from)
{
	struct str host = { s.s + from, find(str_from(s, from), "/") };
	const char *at = memrchr(host.s, '@', host.n),
		   *colon = at ? memchr(host.s, ':', (size_t)(at - host.s)) : NULL;

	if (colon == NULL)
		return 0;
	buf_put(b, s.s, (size_t)(colon + 1 - s.s));
	buf_z(b, "***");
	return (size_t)(at - s.s);
}

struct str mask_passwords(struct arena *mem, struct str s)
{
	struct buf b = { .mem = mem };
	size_t scheme = find(s, "://");
	bool uri = scheme < s.n;

	if (uri)
		s = str_from(s, user(&b, s, scheme + 3));
	pairs(&b, s, uri ? '&' : ' ');
	return buf_done(&b);
}
