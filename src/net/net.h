#ifndef MOTET_NET_NET_H
#define MOTET_NET_NET_H
#include "base/conf.h"
#include "net/net_slots.h"
/*
 * GET requests over HTTPS to other servers, made because of a client's request: neither the URL nor
 * the server is trusted. Only net/ uses libcurl.
 *
 * Guarantees, whatever the other server does:
 * - It connects only to names, only to port 443, and only to globally routable addresses, checked
 *   when the socket is opened (net_address.h).
 * - TLS 1.2 or newer, with a certificate for that name. No proxy, cookie, credential, netrc or
 *   compression.
 * - At most 1 MiB of body, and 16 KiB or 100 lines of header, counted while they arrive.
 * - 3 s to connect, DNS and TLS included; at least 100 octets a second over 3 s; 8 s in all, which
 *   redirects and all fetches of one batch share.
 * - A client learns no address, and not whether a name exists in our network: only the log says
 * this.
 *
 * Each worker has its own struct net. libcurl is started by the first fetch. libcurl keeps one
 * connection open for at most a minute; its address was checked when it was opened. SIGPIPE has to
 * be ignored.
 */
struct net;
/* Cheap. `conf`, checked by net_conf_valid(), and `slots` are borrowed. NULL: out of memory. */
struct net *net_new(const struct conf *, struct net_slots *);
void net_free(struct net *);

struct net_opt {
	int redirects; /* how many redirects to follow, each checked like the first URL; 0 (all API
			  calls): return a 3xx as it is */
	bool other_ports; /* also allow ports from 1024 up, as federation_private_networks always
			     does */
	bool anyway;	/* for commands of operators: ask even if the server was down recently or a
			   rate limit is exceeded */
	int per_minute; /* most requests a minute to this server, by all workers together; they may
			   all come at once; 0: as in net_slots.h */
};
enum {
	NET_BODY_MAX = 1 << 20, /* octets of a body: enough for a list of some 700 certificates */
	NET_HEADER_MAX = 16384,
	NET_HEADER_LINES = 100,
	NET_CONNECT_MS = 3000,
	NET_TOTAL_MS = 8000,
	NET_STRANGER_MS = 4000 /* for an asker that is not trusted (net_slots.h) */
};

/* How a fetch ended, in more detail than an error: for the log, tests and caches of failures. */
enum net_end {
	NET_ANSWERED,
	NET_REFUSED, /* the URL is not allowed, or is in federation_deny; no DNS query was made */
	NET_BUSY,    /* too many fetches at a time, or too many to this server */
	NET_LIMITED, /* the client that caused the fetch has caused too many requests, or too slow
			ones */
	NET_DOWN,    /* the server did not answer recently */
	NET_ADDRESS, /* the name has an address that is not allowed */
	NET_NAME,    /* DNS has no address of the server */
	NET_CONNECT,
	NET_TLS,
	NET_TIMEOUT,
	NET_CUT, /* the connection ended before the response was complete */
	NET_TOO_LARGE,
	NET_NOT_HTTP,  /* the answer is not HTTP, is compressed, or is otherwise not what we asked
			  for */
	NET_REDIRECTS, /* there were too many redirects, or one to a URL that is not allowed */
	NET_OURS, /* this server is at fault: federation_ca_file cannot be read, or memory has run
		     out */
};
const char *net_end_name(enum net_end);

struct net_reply {
	enum net_end end;
	int status;	  /* status of the last response, whatever it is, such as 404 or 500 */
	struct str type;  /* Content-Type, or ""; in cx->mem */
	struct blob body; /* in cx->mem */
};
/*
 * Fetch `url` (net_url.h says which are allowed). OK: there was an HTTP response, of any status.
 * Errors, with details in out->end:
 *
 *   ERR_NOT_FEDERATED     NET_REFUSED
 *   ERR_RETRY             NET_BUSY; cx->retry_after is set
 *   ERR_RATE_LIMITED      NET_LIMITED; cx->retry_after is set
 *   ERR_HOME_UNREACHABLE  NET_DOWN, _ADDRESS, _NAME, _CONNECT, _TLS, _TIMEOUT, _CUT;
 *                         cx->retry_after is set
 *   ERR_HOME_INVALID      NET_TOO_LARGE, _NOT_HTTP, _REDIRECTS
 *   ERR_UNAVAILABLE       NET_OURS
 */
must_check enum err net_get(
    struct cx *, struct net *, const char *url, struct net_opt, struct net_reply *out);

/* Begin and end a batch, as base/fetch.h says. A fetch outside a batch is a batch of its own. */
must_check enum err net_enter(
    struct cx *, struct net *, struct str domain, bool known, bool *waited);
void net_leave(struct net *);
/* Forget that the server of this URL did not answer, because something else shows that it is up. */
void net_note_heard(struct cx *, struct net *, const char *url);

/* May we federate with this domain? False if the domain or a parent domain is in federation_deny,
 * or if federation_allow is set and names neither. */
bool net_domain_allowed(const struct conf *, struct str domain);
/* Check the federation_ keys. False: `why` is for a person. */
must_check bool net_conf_valid(const struct conf *, char *why, size_t);
#endif
