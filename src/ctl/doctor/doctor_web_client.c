#include "base/address.h"
#include "ctl/doctor/doctor_web.h"
#include <ifaddrs.h>
#include <netdb.h>

/* Checks of what motetd learns about the client: address, https, HTTP/2. */
static const char documentation_address[] = "192.0.2.77"; /* RFC 5737 */

/* Tell whether an interface of this host has that address. */
static bool is_address_of_host(struct str address)
{
	struct ifaddrs *list, *i;
	char text[NI_MAXHOST];
	bool ours = false;

	if (getifaddrs(&list) != 0)
		return true;
	for (i = list; i && !ours; i = i->ifa_next) {
		int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;
		socklen_t n = family == AF_INET ? sizeof(struct sockaddr_in)
		    : family == AF_INET6	? sizeof(struct sockaddr_in6)
						: 0;
		if (n == 0 ||
		    getnameinfo(i->ifa_addr, n, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		text[strcspn(text, "%")] = '\0';
		ours = address_listed(text, address);
	}
	freeifaddrs(list);
	return ours;
}

/* NAT may change the address that arrives, but not that of a connection of this host to itself. */
static struct doctor_verdict check_client_address(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/x" };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return doctor_web_fault(d, k, "a probe gets %s", wrong);
	const char *seen = str_z(d->mem, e.remote);
	if (doctor_web_is_loopback(e.remote) && !doctor_web_is_loopback(str_of(t.local)))
		return doctor_web_fault(
		    d, k, "all clients appear to come from %s, so they share one rate limit", seen);
	if (doctor_web_is_loopback(str_of(t.local)) && !doctor_web_is_loopback(e.remote) &&
	    !is_address_of_host(e.remote))
		return doctor_warn(d, doctor_web_find_fix(d, "web.address"),
		    "motetd sees this host as %s; if it sees other clients under the same address, "
		    "they all share one rate limit",
		    seen);
	return doctor_good(d,
	    strcmp(seen, t.local) == 0 ? "motetd sees the address of this host: %s"
				       : "motetd sees this host under another address: %s",
	    seen);
}

/* A fault is only a warning, because this host may be a proxy that the operator trusts. */
static struct doctor_verdict check_forwarded_for(struct doctor *d, const struct doctor_check *k)
{
	const char *const headers[] = {
		arena_printf(d->mem, "X-Forwarded-For: %s", documentation_address), NULL
	};
	struct doctor_web_request a = { .q = { .headers = headers }, .target = "/x" };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return doctor_web_fault(d, k, "a request with X-Forwarded-For gets %s", wrong);
	if (str_is(e.remote, documentation_address))
		return doctor_warn(d, doctor_web_find_fix(d, k->id),
		    "motetd trusts X-Forwarded-For from %s: a client at that address can claim any "
		    "address",
		    t.local);
	return doctor_good(d, "a client cannot change its address with X-Forwarded-For");
}

static struct doctor_verdict check_https_flag(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/x" };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong || (d->web->tls && !e.https))
		return wrong
		    ? doctor_web_fault(d, k, "a probe gets %s", wrong)
		    : doctor_web_fault(d, k, "motetd does not learn that a request used https");
	return doctor_good(d, "motetd learns that requests use %s", e.https ? "https" : "http");
}

static struct doctor_verdict check_http2_works(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = {
		.q = { .method = "POST", .http2 = true, .body = str_blob(STR("{}")) },
		.target = "/x"
	};
	struct net_answer t;

	(void)k;
	if (!d->web->tls)
		return doctor_skipped(d, "HTTP/2 not checked: no TLS");
	const char *wrong = doctor_web_probe_body(d, &a, &t);
	if (t.http != 20 && !wrong)
		return doctor_good(d, "HTTP/2 is not offered; HTTP/1.1 is enough");
	return wrong ? doctor_web_fault(d, k, "a request that may use HTTP/2 gets %s", wrong)
		     : doctor_good(d, "HTTP/2 works");
}

const struct doctor_check doctor_web_client_checks[] = {
	{ "web.remote", "requests", "the client's address", check_client_address,
	    DOCTOR_NEEDS_PROBE, 0, NULL },
	{ "web.forwarded", "requests", "X-Forwarded-For", check_forwarded_for, DOCTOR_NEEDS_PROBE,
	    0, NULL },
	{ "web.https", "requests", "https", check_https_flag, DOCTOR_NEEDS_PROBE, 0, NULL },
	{ "web.http2", "requests", "HTTP/2", check_http2_works, DOCTOR_NEEDS_PROBE, 0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
