#ifndef MOTET_API_COMMON_BINARY_H
#define MOTET_API_COMMON_BINARY_H
#include "api/common/bodies.h"
/*
 * Certificates as p2core writes them (protocol.md 2.7): JSON arrays of octets, unless the client
 * asks for another form.
 */
struct binary_query {
	struct when timestamp;
	struct str encoding;
};
/*
 * Decode a member with a certificate: an array of octets, or a string with base64 of DER, base64 of
 * PEM, or PEM. `out` is a struct blob: the DER.
 */
enum err binary_get_cert(struct cx *, const struct field *, struct json_object *, void *out);
/* Answer a GET with one certificate. */
enum err binary_reply_cert(struct call *, const struct binary_query *, struct blob cert);
/* Answer a GET with a list of certificates. A DER response holds one certificate: a client that
 * accepts DER gets JSON unless there is exactly one. */
enum err binary_reply_certs(
    struct call *, const struct binary_query *, const struct blob *certs, size_t n);
/* Answer with a JSON list of octets that must not be cached. */
enum err binary_reply_list(
    struct call *, const struct binary_query *, const struct blob *, size_t n);
#endif
