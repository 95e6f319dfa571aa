#include "net/net_url.h"
#include "base/ascii.h"
#include "text/fid.h"
#include "text/url.h"

static bool is_url_char(char c)
{
	return ascii_is_alnum(c) || ascii_is_one_of(c, "-._~:/?@!$&'()*+,;=%");
}

static bool parse_url_port(struct str s, bool other_ports, int *out)
{
	int64_t n;

	if (s.n == 0)
		return true;
	if (!str_i64(str_from(s, 1), &n) ||
	    (n != NET_URL_PORT && (!other_ports || n < 1024 || n > 65535)))
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
	struct net_url u = { .port = NET_URL_PORT };
	struct url p;

	if (url.n > NET_URL_MAX || !ascii_all(url, is_url_char))
		return "The URL of the other server is too long or has invalid characters.";
	if (!url_split(url, &p) || !str_ieq(p.scheme, STR("https")))
		return "The URL of the other server must begin with https://.";
	u.host = str_of(str_z(mem, str_lower(mem, p.host)));
	if (p.user.s || !domain_ok(u.host))
		return "The URL of the other server must have a domain name: no address, no user.";
	if (!parse_url_port(p.port, other_ports, &u.port))
		return "The URL of the other server must have port 443.";
	u.authority = str_of(arena_printf(mem, "%s:%d", u.host.s, u.port));
	u.text = render_url(mem, &u, p.rest);
	*out = u;
	return NULL;
}
