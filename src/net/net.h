#ifndef MOTET_NET_NET_H
#define MOTET_NET_NET_H
#include "base/conf.h"
#include "net/net_slots.h"
/*
 * Asking other servers: GET over HTTPS, for whatever a stranger's request made us want to know. The
 * only user of libcurl.
 *
 * What is promised, whoever answers: only names are dialled, only at port 443, and only globally
 * routable addresses, looked at where the socket is opened (net_address.h); TLS 1.2 or newer with a
 * certificate for that name; no proxy, cookie, credential, netrc or compression; no more than 64
 * KiB of body, and 16 KiB or 100 lines of header, counted as they come; 3 seconds to connect (DNS
 * and TLS included), no slower than 100 octets a second for 3 seconds, 8 seconds in all, which
 * redirects and all fetches of one request share. A client never reads an address, nor whether a
 * name exists inside our network: that is in the log only.
 *
 * A worker has one struct net of its own. libcurl is woken by the first fetch, and keeps one
 * connection, for a minute at most, whose address was looked at when it was opened. SIGPIPE has to
 * be ignored.
 */
struct net;
/* Cheap; net_free() ends it. `conf`, which net_conf_valid() must like, and `slots` are borrowed. */
struct net *net_new(const struct conf *, struct net_slots *);
void net_free(struct net *);

struct net_opt {
	int redirects;	  /* followed, each hop checked like the first; 0 (every API call): a 3xx is
			     returned as it is */
	bool other_ports; /* than 443, from 1024; always with federation_private_networks */
	bool anyway;	/* ask although it was down a moment ago, and however often it was asked: an
			   operator's command */
	int per_minute; /* requests to this server by all workers, which may come at once; 0:
			   NET_PER_MINUTE */
};
enum {
	NET_PER_MINUTE = 6,
	NET_BODY_MAX = 65536,
	NET_HEADER_MAX = 16384,
	NET_HEADER_LINES = 100,
	NET_CONNECT_MS = 3000,
	NET_TOTAL_MS = 8000
};

/* How it ended, finer than an error: for the log, for tests, and for who caches failures. */
enum net_end {
	NET_ANSWERED,
	NET_REFUSED, /* not a URL that we fetch, or federation_deny: nothing was looked up */
	NET_BUSY,    /* too many fetches at a time, or to this server */
	NET_DOWN,    /* it did not answer in the last two minutes */
	NET_ADDRESS, /* the name leads to an address that is not dialled */
	NET_NAME,    /* DNS has no address */
	NET_CONNECT,
	NET_TLS,
	NET_TIMEOUT,
	NET_CUT, /* the connection ended before the answer did */
	NET_TOO_LARGE,
	NET_NOT_HTTP,  /* or compressed, or otherwise not what was asked for */
	NET_REDIRECTS, /* too many, or to where we do not go */
	NET_OURS,      /* our fault: federation_ca_file cannot be read, no memory */
};
const char *net_end_name(enum net_end);

struct net_reply {
	enum net_end end;
	int status;	  /* of the last answer: any, also 404 and 500 */
	struct str type;  /* Content-Type, or "" */
	struct blob body; /* these two live in cx->mem */
};
/*
 * Fetch `url` (net_url.h says which are). OK: there was an HTTP answer, whatever its status. Else,
 * with out->end for the details: ERR_NOT_FEDERATED     NET_REFUSED ERR_RETRY             NET_BUSY;
 * cx->retry_after is set ERR_HOME_UNREACHABLE  NET_DOWN, _ADDRESS, _NAME, _CONNECT, _TLS, _TIMEOUT,
 * _CUT ERR_HOME_INVALID      NET_TOO_LARGE, _NOT_HTTP, _REDIRECTS ERR_UNAVAILABLE       NET_OURS
 */
must_check enum err net_get(
    struct cx *, struct net *, const char *url, struct net_opt, struct net_reply *out);

/* May we have to do with this domain: federation_deny says no, or federation_allow names others
 * only. A domain stands for its subdomains, too. */
bool net_domain_allowed(const struct conf *, struct str domain);
/* The federation_ keys make sense; else `why` holds a line for a person. */
must_check bool net_conf_valid(const struct conf *, char *why, size_t);
#endif
