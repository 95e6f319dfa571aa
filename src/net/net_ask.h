#ifndef MOTET_NET_NET_ASK_H
#define MOTET_NET_NET_ASK_H
#include "base/conf.h"
/*
 * An operator's own requests, to a server that the operator names: any method, any raw target, any
 * body, loopback too. Never for what a stranger's request makes us want to know: that is net.h, and
 * nothing here is checked.
 *
 * The authorities are those of federation_ca_file, and federation_resolve counts as it does in
 * net.h. Redirects are answers. SIGPIPE has to be ignored.
 */
enum {
	NET_ASK_MS = 20000,
	NET_ASK_CONNECT_MS = 5000,
	NET_ASK_CUT_MS = 3000,
	NET_ASK_BODY_MAX = 4 << 20
};
struct net_ask {
	const char *origin; /* https://example.org:8443 */
	const char *method;
	const char *target;	    /* as it goes over the wire */
	const char *const *headers; /* "Name: value", NULL at the end; or NULL */
	struct blob body;	    /* p NULL: none */
	bool chunked;		    /* with Transfer-Encoding, not Content-Length */
	bool http2;		    /* if the server offers it by ALPN; else HTTP/1.1 */
	bool anyhow;		    /* even when the certificate is not good */
	bool cut; /* break off in mid-body: one octet less is sent than was announced. Whatever is
		     answered is not read */
};
struct net_told {
	char why[300];	/* "": there was an answer; else why there was none, for a person */
	bool untrusted; /* why: the certificate */
	int status;
	int http;	       /* 10, 11, 20 */
	struct str head, body; /* head: the lines of the last answer's header, CRLF at each end */
	bool whole;	       /* the body is as long as was announced */
	char local[64];	       /* our address */
	int64_t cert_ends;     /* when the server's certificate runs out; 0: no TLS */
	int64_t us;
};
struct net_asker;
/* NULL: libcurl does not start. */
struct net_asker *net_ask_new(const struct conf *);
void net_ask_free(struct net_asker *);
void net_ask(struct net_asker *, struct arena *, const struct net_ask *, struct net_told *);
/* The value of a header, the first of its name; n 0: it is not there. And how many there are. */
struct str net_ask_header(const struct net_told *, const char *name, int *count);
#endif
