#include "text/url.h"
#include "base/ascii.h"

static size_t measure_scheme(struct str s)
{
	size_t n = 0;

	while (n < s.n &&
	    (ascii_is_alpha(s.s[n]) ||
		(n && (ascii_is_digit(s.s[n]) || ascii_is_one_of(s.s[n], "+-.")))))
		n++;
	return n;
}

static size_t measure_authority(struct str s)
{
	size_t n = 0;

	while (n < s.n && !ascii_is_one_of(s.s[n], "/?#"))
		n++;
	return n;
}

/* The last @ ends the user, so a host never contains an @. */
static struct str cut_user(struct str authority, struct str *user)
{
	const char *at = authority.n ? memrchr(authority.s, '@', authority.n) : NULL;
	size_t n = at ? (size_t)(at - authority.s) : 0;

	*user = at ? (struct str){ authority.s, n } : (struct str){ NULL, 0 };
	return at ? str_from(authority, n + 1) : authority;
}

static size_t measure_host(struct str s)
{
	const char *end = s.n == 0 ? NULL : memchr(s.s, s.s[0] == '[' ? ']' : ':', s.n);

	return end ? (size_t)(end - s.s) + (*end == ']') : s.n;
}

bool url_split(struct str text, struct url *out)
{
	size_t n = measure_scheme(text);
	struct str after = str_from(text, n), server;

	if (n == 0 || !str_starts(after, "://"))
		return false;
	after = str_from(after, 3);
	size_t m = measure_authority(after);
	*out = (struct url){ .scheme = { text.s, n }, .rest = str_from(after, m) };
	server = cut_user((struct str){ after.s, m }, &out->user);
	out->host = (struct str){ server.s, measure_host(server) };
	out->port = str_from(server, out->host.n);
	return true;
}
