#include "net/net_policy.h"
#include "text/fid.h"
#include "net/net.h"
#include <arpa/inet.h>

static struct str strip_leading_dot(struct str s)
{
	return s.n && s.s[0] == '.' ? str_from(s, 1) : s;
}

bool net_policy_lists(const char *list, struct str domain)
{
	return conf_domain_listed(list, domain);
}

bool net_domain_allowed(const struct conf *c, struct str domain)
{
	return conf_federates(c, domain);
}

static bool is_port_number(struct str s)
{
	int64_t n;

	return str_i64(s, &n) && n > 0 && n <= 65535;
}

/* Cut an address off the front of s, [::1] or 192.0.2.1, and the colon after it. */
static bool cut_route_address(struct arena *mem, struct str *s, struct str *out)
{
	uint8_t a[16];
	struct str rest;

	if (s->n && s->s[0] == '[') {
		if (!str_cut(str_from(*s, 1), ']', out, &rest) ||
		    inet_pton(AF_INET6, str_z(mem, *out), a) != 1)
			return false;
		*out = (struct str){ s->s, out->n + 2 };
		*s = rest;
		return rest.n == 0 || str_cut(rest, ':', &(struct str){ 0 }, s);
	}
	str_cut(*s, ':', out, s);
	return inet_pton(AF_INET, str_z(mem, *out), a) == 1;
}

const char *net_policy_read_route(struct arena *mem, struct str entry)
{
	struct str host, from, to, rest;

	if (!str_cut(entry, ':', &host, &rest) || !str_cut(rest, ':', &from, &rest) ||
	    !cut_route_address(mem, &rest, &to))
		return NULL;
	if (rest.n == 0)
		rest = from;
	if (!domain_ok(host) || !is_port_number(from) || !is_port_number(rest))
		return NULL;
	return arena_printf(mem, "%s:%s:%s:%s", str_z(mem, host), str_z(mem, from), str_z(mem, to),
	    str_z(mem, rest));
}

static bool is_domain_entry(struct arena *mem, struct str entry)
{
	return domain_ok(str_lower(mem, strip_leading_dot(entry)));
}

static bool is_route_entry(struct arena *mem, struct str entry)
{
	return net_policy_read_route(mem, entry) != NULL;
}

bool net_conf_valid(const struct conf *c, char *why, size_t size)
{
	const struct {
		const char *key, *list, *want;
		bool (*good)(struct arena *, struct str);
	} lists[] = {
		{ "federation_allow", c->federation_allow, "a domain such as example.org",
		    is_domain_entry },
		{ "federation_deny", c->federation_deny, "a domain such as example.org",
		    is_domain_entry },
		{ "federation_resolve", c->federation_resolve,
		    "host:port:address or host:port:address:port", is_route_entry },
	};
	struct arena *mem = arena_new(1 << 20);
	struct str all, one;
	bool good = true;

	for (size_t i = 0; good && i < sizeof lists / sizeof lists[0]; i++)
		for (all = str_of(lists[i].list); good && str_next_word(&all, &one);)
			if (one.n && !(good = lists[i].good(mem, one)))
				snprintf(why, size, "%s: %.*s is not %s", lists[i].key, (int)one.n,
				    one.s, lists[i].want);
	arena_free(mem);
	return good;
}
