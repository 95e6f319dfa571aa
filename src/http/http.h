#ifndef MOTET_HTTP_HTTP_H
#define MOTET_HTTP_HTTP_H
#include "base/cx.h"
/*
 * A request and a response as plain data. The transport (fcgi/) fills in the request and sends the
 * response; nothing here does I/O. All text of a request lives in the request's arena.
 */
enum method { M_GET, M_POST, M_PUT, M_DELETE, M_OPTIONS, M_OTHER };
enum { HTTP_SEGMENTS = 16, HTTP_HEADERS = 24 };

struct http_req {
	enum method method; /* the method; HEAD is M_GET with `head` set */
	bool head;
	struct str method_name; /* as received */
	struct str target; /* the raw request target (RFC 9112 3.2), without scheme and authority */
	struct str path;   /* the raw path below base_path, for logs */
	struct str query;  /* the raw query, without the ? */
	struct strs segs; /* path segments, each percent-decoded once; a trailing slash adds none */
	struct str authorization, accept, user_agent, if_none_match, origin, prefer, content_type;
	struct str content_encoding;
	struct str solution;   /* X-P2-Sensitive-Solution */
	struct str preflight;  /* Access-Control-Request-Method */
	struct str request_id; /* the value of X-Request-Id, or an ID that we made */
	struct str remote;     /* the client's address, without trusted proxies */
	struct str host;
	bool https;
	int64_t began_us;    /* clock_us() when all of the request had arrived */
	int64_t waited_us;   /* how long the request has waited for its turn to hash a password; 0:
				not yet */
	struct str body;     /* the body, without transfer coding */
	bool body_too_large; /* the body is longer than the transport accepts; `body` is empty */
	bool headers_too_large; /* `malformed` is set too, and the status is 431 */
	const char *malformed; /* NULL, or why the transport refuses the request: the message of the
				  400; other members may be wrong */
};

struct http_header {
	const char *name;
	struct str value;
};
struct http_resp {
	int status;
	struct http_header headers[HTTP_HEADERS];
	size_t nheaders;
	struct str body; /* the body, which gives Content-Length; it is not sent with HEAD, nor with
			    204 and 304 */
};

/*
 * Set a header, or replace the header of that name (in upper or lower case). `name` is borrowed;
 * the value is formatted into the arena. Aborts the process on a control character in the value and
 * on more than HTTP_HEADERS headers: the caller must prevent both.
 */
void http_set(struct cx *, struct http_resp *, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Remove the header of that name (in upper or lower case), if there is such a header. */
void http_unset(struct http_resp *, const char *name);
/* The header of that name (in any case), or NULL. */
const struct http_header *http_get(const struct http_resp *, const char *name);
/*
 * Split `target` into path, query and segs (protocol.md 2.1):
 *	1. cut scheme://authority off `target` itself;
 *	2. cut the query at the first ?;
 *	3. remove base_path, which is compared decoded and must end where a segment ends;
 *	4. drop one trailing slash, split on '/' and decode each segment once; "/" has no segments.
 * %2F is a '/' inside a segment; + stays +. The target "*" is accepted with M_OPTIONS, which must
 * be set before; its path is "*", without segments.
 *
 * ERR_BAD_REQUEST for segments that are empty, "." or ".." (also as %2e), bad escapes, bytes below
 * 0x20 and 0x7f, invalid UTF-8, a '#', and more than HTTP_SEGMENTS segments. ERR_NO_ROUTE outside
 * of base_path.
 */
must_check enum err http_target(struct cx *, const char *base_path, struct http_req *);
/* The method of a name, which is case-sensitive (RFC 9110 9.1). HEAD is M_GET with *head set; an
 * unknown method is M_OTHER. */
enum method http_method(struct str name, bool *head);
/*
 * Get the value of the first query member of that name, percent-decoded, with + as space. *there:
 * the query has such a member. ERR_BAD_REQUEST for a bad escape, NUL or invalid UTF-8 up to that
 * member.
 */
must_check enum err http_query(
    struct cx *, struct str query, const char *name, struct str *value, bool *there);
/*
 * Does the Accept header (RFC 9110 12.5.1) name `type` with a weight above 0? Wildcards do not
 * count; parameters other than the weight are ignored.
 */
bool http_accepts(struct str accept, const char *type);
/*
 * Which of `types` the client wants (RFC 9110 12.5.1): the type with the greatest weight; of types
 * with equal weight, one that is named rather than covered by a wildcard, and then the first in the
 * header. types[0] is what is sent when the header does not decide. Returns the index.
 */
size_t http_choose(struct str accept, const char *const *types, size_t n);
/* The token of `Authorization: Bearer …` (RFC 6750 2.1; the scheme in any case); empty if the
 * header has another form. */
struct str http_bearer(struct str authorization);
/* Return the reason phrase of a status; "Unknown" for a status that is not in the table. */
const char *http_reason(int status);
#endif
