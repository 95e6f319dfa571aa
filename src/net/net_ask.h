#ifndef MOTET_NET_NET_ASK_H
#define MOTET_NET_NET_ASK_H
#include "base/conf.h"
/*
 * Requests that an operator makes to a server of their choice: any method, raw target and body, any
 * address. Nothing is checked here: for a URL that comes from a client, use net.h.
 *
 * federation_ca_file and federation_resolve apply as in net.h. Redirects are not followed. SIGPIPE
 * has to be ignored.
 */
enum {
	NET_ASK_MS = 20000,
	NET_ASK_CONNECT_MS = 5000,
	NET_ASK_CUT_MS = 3000,
	NET_ASK_BODY_MAX = 4 << 20
};
struct net_ask {
	const char *origin; /* scheme, host and port, as in https://example.org:8443 */
	const char *method;
	const char *target;	    /* sent unchanged */
	const char *const *headers; /* "Name: value", NULL at the end; or NULL */
	struct blob body;	    /* p NULL: none */
	bool chunked;		    /* Transfer-Encoding instead of Content-Length */
	bool http2;  /* use HTTP/2 if the server offers it by ALPN, and HTTP/1.1 if not */
	bool anyhow; /* accept any certificate of the server */
	bool cut; /* close the connection inside the body: announce one octet more than is sent, and
		     do not read the response */
};
struct net_answer {
	char why[300];	/* "": there was a response; if there was none, why not, for a person */
	bool untrusted; /* no response, because the server's certificate is not valid here */
	int status;
	int http;	       /* 10, 11, 20 */
	struct str head, body; /* head: the header lines of the last response, each with CRLF */
	bool whole;	       /* the body has the length that the response announced */
	char local[64];	       /* our address */
	int64_t cert_ends; /* when the server's certificate expires; 0: the connection has no TLS */
	int64_t us;	   /* duration */
};
struct net_ask_client;
/* NULL: libcurl does not start. conf is borrowed. */
struct net_ask_client *net_ask_new(const struct conf *);
void net_ask_free(struct net_ask_client *);
/* Send a request and fill the answer, whose text is in the arena. */
void net_ask(struct net_ask_client *, struct arena *, const struct net_ask *, struct net_answer *);
/* The value of the first header of that name; .s NULL: there is no such header. *count (may be
 * NULL): the number of headers of that name. */
struct str net_ask_header(const struct net_answer *, const char *name, int *count);
#endif
