#include "text/origin.h"
#include "text/fid.h"
#include "text/url.h"
#include <arpa/inet.h>

static const struct origin_scheme {
	const char *name;
	int port, flag;
} origin_schemes[] = {
	{ "https", 443, 0 },
	{ "http", 80, ORIGIN_HTTP },
};
enum { ORIGIN_SCHEMES = sizeof origin_schemes / sizeof origin_schemes[0] };

static const struct origin_scheme *find_scheme(struct str name, int flags)
{
	for (size_t i = 0; i < ORIGIN_SCHEMES; i++)
		if (str_ieq(name, str_of(origin_schemes[i].name)) &&
		    (origin_schemes[i].flag & flags) == origin_schemes[i].flag)
			return &origin_schemes[i];
	return NULL;
}

/* Refuse characters that make URL parsers disagree about the end of the host, before parsing. */
static const char *check_url_chars(struct str url)
{
	static const struct {
		char c;
		const char *why;
	} bad[] = {
		{ '@', "must not contain user information" },
		{ '?', "must not have a query" },
		{ '#', "must not have a fragment" },
		{ '\\', "must not contain a backslash" },
		{ '%', "must not contain percent-encoding" },
	};

	for (size_t i = 0; i < url.n; i++) {
		if ((unsigned char)url.s[i] >= 0x7f)
			return "must be ASCII: write the name in its xn-- form";
		if (url.s[i] <= ' ')
			return "must not contain blanks or control characters";
		for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
			if (url.s[i] == bad[k].c)
				return bad[k].why;
	}
	return NULL;
}

/* Write an address in its canonical spelling; false if the text is not an address of that
 * family. */
static bool normalize_address(struct arena *mem, int family, struct str text, struct str *out)
{
	uint8_t raw[sizeof(struct in6_addr)];
	char shown[INET6_ADDRSTRLEN];

	if (text.n >= INET6_ADDRSTRLEN || inet_pton(family, str_z(mem, text), raw) != 1 ||
	    !inet_ntop(family, raw, shown, sizeof shown))
		return false;
	*out = str_of(arena_dup(mem, shown, strlen(shown)));
	return true;
}

/* Find the address inside the brackets of a host; false if the host has no brackets. */
static bool cut_brackets(struct str *host)
{
	if (host->n < 2 || host->s[0] != '[' || host->s[host->n - 1] != ']')
		return false;
	*host = (struct str){ host->s + 1, host->n - 2 };
	return true;
}

static const char *read_origin_host(struct arena *mem, struct str name, int flags, struct str *host)
{
	if (name.n && name.s[0] == '[') {
		if (!cut_brackets(&name) || !normalize_address(mem, AF_INET6, name, host))
			return "must have an IPv6 address inside its brackets";
		*host = str_of(arena_printf(mem, "[%.*s]", (int)host->n, host->s));
		return flags & ORIGIN_ADDRESS
		    ? NULL
		    : "must name the server by its domain, not by an address";
	}
	name = str_lower(mem, name);
	if (flags & ORIGIN_ADDRESS && normalize_address(mem, AF_INET, name, host))
		return NULL;
	*host = name;
	return domain_ok(name)
	    ? NULL
	    : "must be a domain name, not an address: letters, digits and hyphens between dots";
}

static const char *read_origin_port(struct str text, int otherwise, int64_t *port)
{
	*port = otherwise;
	if (text.n == 0)
		return NULL;
	if (text.s[0] != ':' || !str_i64(str_from(text, 1), port) || *port < 1 || *port > 65535)
		return "must have a port between 1 and 65535 after its colon";
	return NULL;
}

const char *origin_read(struct arena *mem, struct str url, int flags, struct str *origin)
{
	const struct origin_scheme *scheme;
	const char *wrong;
	struct str host;
	struct url u;
	int64_t port;

	if (!url_split(url, &u) || (scheme = find_scheme(u.scheme, flags)) == NULL)
		return "must begin with https://";
	if (url.n > ORIGIN_MAX + 1)
		return "is too long";
	if ((wrong = check_url_chars(url)) != NULL)
		return wrong;
	if (u.rest.n > 1)
		return "must not have a path";
	if ((wrong = read_origin_host(mem, u.host, flags, &host)) != NULL ||
	    (wrong = read_origin_port(u.port, scheme->port, &port)) != NULL)
		return wrong;
	struct buf b = { .mem = mem };
	buf_printf(&b, "%s://%.*s", scheme->name, (int)host.n, host.s);
	if (port != scheme->port)
		buf_printf(&b, ":%d", (int)port);
	*origin = buf_done(&b);
	return NULL;
}

enum err origin_parse(struct cx *cx, struct str url, int flags, struct str *origin)
{
	const char *wrong = origin_read(cx->mem, url, flags, origin);

	return wrong ? refuse(cx, ERR_BAD_REQUEST, "server", "The server's address %s.", wrong)
		     : OK;
}

struct str origin_host(struct str origin)
{
	struct url u;

	if (!url_split(origin, &u))
		return str_from(origin, origin.n);
	cut_brackets(&u.host);
	return u.host;
}

int origin_port(struct str origin)
{
	const struct origin_scheme *scheme;
	struct url u;
	int64_t port;

	if (!url_split(origin, &u) || (scheme = find_scheme(u.scheme, ORIGIN_HTTP)) == NULL)
		return 0;
	return read_origin_port(u.port, scheme->port, &port) == NULL ? (int)port : 0;
}
