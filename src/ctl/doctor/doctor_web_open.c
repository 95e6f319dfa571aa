#include "ctl/doctor/doctor_web.h"
#include <arpa/inet.h>

bool doctor_web_is_loopback(struct arena *mem, struct str host)
{
	const char *z = str_z(mem, host);
	struct in_addr four;
	struct in6_addr six;

	if (inet_pton(AF_INET, z, &four) == 1)
		return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
	if (inet_pton(AF_INET6, z, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six) ||
		    (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == IN_LOOPBACKNET);
	return str_ieq(host, STR("localhost"));
}

/* The authority of a URL without user, port, and the brackets of an IPv6 address. */
static struct str get_authority_host(struct str authority)
{
	const char *at = authority.n ? memrchr(authority.s, '@', authority.n) : NULL;
	struct str place = at ? str_from(authority, (size_t)(at + 1 - authority.s)) : authority,
		   host, port;

	if (str_starts(place, "["))
		str_cut(str_from(place, 1), ']', &host, &port);
	else
		str_cut(place, ':', &host, &port);
	return host;
}

enum err doctor_web_open(struct doctor *d)
{
	struct str url = str_of(d->url), authority, path;
	struct doctor_web *w = d->web = arena_alloc(d->mem, sizeof *w);

	*w = (struct doctor_web){ .tls = str_starts(url, "https://"), .server = "" };
	if ((!w->tls && !str_starts(url, "http://")) || memchr(url.s, '?', url.n) ||
	    memchr(url.s, '#', url.n))
		return ctl_bad_usage(d->c,
		    "%s is not the URL of a server; examples: https://example.org, "
		    "http://localhost/~jo/motet",
		    d->url);
	while (url.n && url.s[url.n - 1] == '/')
		url.n--;
	struct str rest = str_from(url, w->tls ? 8 : 7);
	size_t origin = str_cut(rest, '/', &authority, &path)
	    ? (size_t)(authority.s + authority.n - url.s)
	    : url.n;
	w->origin = arena_dup(d->mem, url.s, origin);
	w->base = arena_dup(d->mem, url.s + origin, url.n - origin);
	w->local = doctor_web_is_loopback(d->mem, get_authority_host(authority));
	return OK;
}

void doctor_web_close(struct doctor *d)
{
	if (d->web)
		net_ask_free(d->web->asker);
}
