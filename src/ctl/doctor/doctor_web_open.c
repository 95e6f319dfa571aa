#include "ctl/doctor/doctor_web.h"
#include "base/address.h"
#include "text/url.h"

bool doctor_web_is_loopback(struct str host)
{
	if (host.n > 2 && host.s[0] == '[')
		host = (struct str){ host.s + 1, host.n - 2 };
	return address_listed("127.0.0.0/8, ::1", host) || str_ieq(host, STR("localhost"));
}

enum err doctor_web_open(struct doctor *d)
{
	struct str url = str_of(d->url);
	struct doctor_web *w = d->web = arena_alloc(d->mem, sizeof *w);
	struct url u;

	*w = (struct doctor_web){ .server = "" };
	if (!url_split(url, &u) || u.host.n == 0 ||
	    (!str_ieq(u.scheme, STR("https")) && !str_ieq(u.scheme, STR("http"))) ||
	    memchr(url.s, '?', url.n) || memchr(url.s, '#', url.n))
		return ctl_bad_usage(d->c,
		    "%s is not the URL of a server; examples: https://example.org, "
		    "http://localhost/~jo/motet",
		    d->url);
	w->tls = str_ieq(u.scheme, STR("https"));
	w->origin = arena_dup(d->mem, url.s, url.n - u.rest.n);
	while (u.rest.n && u.rest.s[u.rest.n - 1] == '/')
		u.rest.n--;
	w->base = str_z(d->mem, u.rest);
	w->local = doctor_web_is_loopback(u.host);
	return OK;
}

void doctor_web_close(struct doctor *d)
{
	if (d->web)
		net_ask_free(d->web->client);
}
