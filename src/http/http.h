#ifndef MOTET_HTTP_HTTP_H
#define MOTET_HTTP_HTTP_H
#include "base/cx.h"
/*
 * A request and a response as plain data. The transport (fcgi/) fills the one and writes the other;
 * nothing here does I/O. All text of a request lives in the request's arena.
 */
enum method { M_GET, M_POST, M_PUT, M_DELETE, M_OPTIONS, M_OTHER };
enum { HTTP_SEGMENTS = 16, HTTP_HEADERS = 24 };

struct http_req {
	enum method method; /* HEAD arrives as M_GET with `head` set */
	bool head;
	struct str method_name; /* as it came */
	struct str target; /* the raw request target (RFC 9112 3.2), scheme and authority cut off */
	struct str path;   /* the raw path below base_path, for logs */
	struct str query;  /* raw, without the ? */
	struct strs segs;  /* path segments, each percent-decoded once; a trailing slash leaves none
			      behind */
	struct str authorization, accept, user_agent, if_none_match, origin, prefer, content_type;
	struct str solution;   /* X-P2-Sensitive-Solution */
	struct str preflight;  /* Access-Control-Request-Method */
	struct str request_id; /* X-Request-Id, or one of ours */
	struct str remote;     /* the client's address, proxies taken off */
	struct str host;
	bool https;
	int64_t began_us;	/* when its first octet was there; clock_us() */
	struct str body;	/* without its transfer coding */
	bool body_too_large;	/* longer than the transport keeps; `body` holds nothing then */
	bool headers_too_large; /* `malformed` is set too, and the status is 431 */
	const char *malformed; /* NULL, or the sentence of the 400 that the transport found a reason
				  for; the rest may be wrong then */
};

struct http_header {
	const char *name;
	struct str value;
};
struct http_resp {
	int status;
	struct http_header headers[HTTP_HEADERS];
	size_t nheaders;
	struct str body; /* Content-Length is made from it; a HEAD sends the length alone, a 204 and
			    a 304 nothing */
};

/*
 * Set a header; one of that name (in any case) that is there already is replaced. `name` is
 * borrowed, the value lives in the arena. A control character in the value, or more than
 * HTTP_HEADERS, ends the process: ours to prevent.
 */
void http_set(struct cx *, struct http_resp *, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
const struct http_header *http_get(const struct http_resp *, const char *name);
/*
 * Fill path, query and segs from `target` (protocol.md 2.1), and cut scheme://authority off
 * `target` itself: then the query is cut at the first ?, base_path is taken off (compared decoded;
 * it ends at a segment's end), the rest is split on '/', each segment decoded once, one trailing
 * slash dropped; "/" is no segments. ERR_BAD_REQUEST for empty, "." and ".." segments (%2e too),
 * bad escapes, bytes below 0x20 and 0x7f, invalid UTF-8, a '#', and more than HTTP_SEGMENTS;
 * ERR_NO_ROUTE outside base_path. %2F is a '/' within its segment, + stays +. The target "*" is
 * taken with M_OPTIONS, which must be filled in before; its path is "*", without segments.
 */
must_check enum err http_target(struct cx *, const char *base_path, struct http_req *);
/* Names are case-sensitive (RFC 9110 9.1). HEAD is M_GET with *head set, what we do not know
 * M_OTHER. */
enum method http_method(struct str name, bool *head);
/*
 * The value of a query member, percent-decoded, + as space; the first of its name. *there tells
 * whether it is there. ERR_BAD_REQUEST for a bad escape, NUL and invalid UTF-8, as far as the query
 * is read.
 */
must_check enum err http_query(
    struct cx *, struct str query, const char *name, struct str *value, bool *there);
/*
 * Is `type` acceptable by this Accept header (RFC 9110 12.5.1), with a weight above 0, and named
 * there other than by a wildcard? Its parameters do not matter.
 */
bool http_accepts(struct str accept, const char *type);
/* The token of `Authorization: Bearer …` (RFC 6750 2.1; the scheme in any case); empty when it is
 * something else. */
struct str http_bearer(struct str authorization);
/* "Unknown" for a status that is not in the table. */
const char *http_reason(int status);
#endif
