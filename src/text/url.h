#ifndef MOTET_TEXT_URL_H
#define MOTET_TEXT_URL_H
#include "base/str.h"
/*
 * The parts of scheme://user@host:port/path?query#fragment (RFC 3986 3), for all who read URLs. The
 * parts point into the text; nothing is decoded, and only the scheme is checked. See text/origin.h
 * and net/net_url.h for what is allowed in the other parts.
 */
struct url {
	struct str scheme; /* the scheme, in upper or lower case, without :// */
	struct str user;   /* .s NULL: the URL has no @ */
	struct str host;   /* an IPv6 address keeps its brackets */
	struct str port;   /* with the colon before it; empty: the URL has no port */
	struct str rest;   /* from the first / ? or # on; may be empty */
};
/* False: the text does not begin with a scheme and ://. */
bool url_split(struct str text, struct url *);
#endif
