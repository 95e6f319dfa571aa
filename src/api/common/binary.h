#ifndef MOTET_API_COMMON_BINARY_H
#define MOTET_API_COMMON_BINARY_H
#include "api/common/bodies.h"
/* Certificates the way this generation writes them (protocol.md 2.7): JSON arrays of octets, unless
 * the client asks for something else. */
struct binary_query {
	struct when timestamp;
	struct str encoding;
};
/* A certificate in a member: an array of octets, or a string with base64 of DER, base64 of PEM, or
 * PEM. `out` is a struct blob: the DER. */
enum err binary_get_cert(struct cx *, const struct field *, struct json_object *, void *out);
/* Of a GET: one certificate … */
enum err binary_reply_cert(struct call *, const struct binary_query *, struct blob cert);
/* … or a list of them. DER has no lists: where a client accepts DER and there is not exactly one,
 * it gets JSON. */
enum err binary_reply_certs(
    struct call *, const struct binary_query *, const struct blob *certs, size_t n);
/* Octets that are for one caller only: a list, as JSON. */
enum err binary_reply_list(
    struct call *, const struct binary_query *, const struct blob *, size_t n);
#endif
