#ifndef MOTET_TEXT_ORIGIN_H
#define MOTET_TEXT_ORIGIN_H
#include "base/cx.h"
/*
 * The origin of a server (RFC 6454): scheme, host and port, in a normal form, so that origins can
 * be compared byte by byte: https://example.org, https://example.org:8443. The normal form of
 * `https://Example.org:443/` is https://example.org.
 *
 * Refused: a scheme other than https; user information; a path other than /; a query; a fragment; a
 * host that is not a domain_ok() name. So IP addresses are refused in every spelling, and
 * internationalised names must come as ASCII (xn--…).
 */
enum {
	ORIGIN_HTTP = 1,   /* accept http, too, for tests */
	ORIGIN_ADDRESS = 2 /* accept 192.0.2.1 and [2001:db8::1], too; IPv6 as in RFC 5952 */
};
enum { ORIGIN_MAX = 8 + 253 + 6 }; /* bytes of the longest normal form */
/* Make the normal form, in cx->mem. ERR_BAD_REQUEST, field "server", says what is wrong. */
must_check enum err origin_parse(struct cx *, struct str url, int flags, struct str *origin);
/* Do what origin_parse() does, for callers that blame another member. Returns NULL, or what is
 * wrong as the end of a sentence: "must begin with https://". */
must_check const char *origin_read(struct arena *, struct str url, int flags, struct str *origin);
/* Return the host of an origin in normal form, without the brackets of an IPv6 address. */
struct str origin_host(struct str origin);
/* Return the port of an origin in normal form; the scheme's default port if the origin names no
 * port. */
int origin_port(struct str origin);
#endif
