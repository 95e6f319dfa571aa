#include "net/net_url.h"
#include "text/fid.h"

static bool is_url_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c && strchr("-._~:/?@!$&'()*+,;=%", c));
}

static bool has_only_url_chars(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_url_char(s.s[i]))
			return false;
	return true;
}

/* The length of the part before the path or query. */
static size_t measure_authority(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.s[n] != '/' && s.s[n] != '?')
		n++;
	return n;
}

static bool parse_url_port(struct str s, bool other_ports, int *out)
{
	int64_t n;

	if (!str_i64(s, &n) || (n != NET_URL_PORT && (!other_ports || n < 1024 || n > 65535)))
		return false;
	*out = (int)n;
	return true;
}

static const char *render_url(struct arena *mem, const struct net_url *u, struct str rest)
{
	const char *slash = rest.n && rest.s[0] == '/' ? "" : "/";

	if (u->port == NET_URL_PORT)
		return arena_printf(mem, "https://%s%s%s", u->host.s, slash, str_z(mem, rest));
	return arena_printf(mem, "https://%s:%d%s%s", u->host.s, u->port, slash, str_z(mem, rest));
}

const char *net_url_read(struct arena *mem, struct str url, bool other_ports, struct net_url *out)
{
	static const struct str scheme = { "https://", 8 };
	struct net_url u = { .port = NET_URL_PORT };
	struct str server, host, port;

	if (url.n > NET_URL_MAX || !has_only_url_chars(url))
		return "The URL of the other server is too long or has invalid characters.";
	if (url.n < scheme.n || !str_ieq((struct str){ url.s, scheme.n }, scheme))
		return "The URL of the other server must begin with https://.";
	url = str_from(url, scheme.n);
	server = (struct str){ url.s, measure_authority(url) };
	bool has_port = str_cut(server, ':', &host, &port);
	u.host = str_of(str_z(mem, str_lower(mem, host)));
	if (!domain_ok(u.host))
		return "The URL of the other server must have a domain name: no address, no user.";
	if (has_port && !parse_url_port(port, other_ports, &u.port))
		return "The URL of the other server must have port 443.";
	u.authority = str_of(arena_printf(mem, "%s:%d", u.host.s, u.port));
	u.text = render_url(mem, &u, str_from(url, server.n));
	*out = u;
	return NULL;
}
