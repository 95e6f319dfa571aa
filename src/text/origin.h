#ifndef MOTET_TEXT_ORIGIN_H
#define MOTET_TEXT_ORIGIN_H
#include "base/cx.h"
/*
 * The origin of a server (RFC 6454): scheme, host and port, in the one form in which two of them
 * may be compared octet by octet: https://example.org, https://example.org:8443.
 * `https://Example.org:443/` becomes the former.
 *
 * Refused: any scheme but https; user information, a path other than /, a query, a fragment; a host
 * that is no domain_ok() name, so addresses in every spelling, and names in other scripts unless
 * they come as ASCII (xn--…).
 */
enum {
	ORIGIN_HTTP = 1, /* http too: for tests */
	ORIGIN_ADDRESS =
	    2, /* 192.0.2.1 and [2001:db8::1] too; the latter comes out as RFC 5952 writes it */
};
enum { ORIGIN_MAX = 8 + 253 + 6 }; /* octets of the normal form at most */
/* Into the arena; ERR_BAD_REQUEST, field "server", says what is wrong. */
must_check enum err origin_parse(struct cx *, struct str url, int flags, struct str *origin);
/* As origin_parse(), for callers who blame another member: NULL, or what follows "the server's
 * address": "must begin with https://". */
must_check const char *origin_read(struct arena *, struct str url, int flags, struct str *origin);
/* Of the normal form: the host, without the brackets of an address … */
struct str origin_host(struct str origin);
/* … and the port, the scheme's when none is written. */
int origin_port(struct str origin);
#endif
