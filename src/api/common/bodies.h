#ifndef MOTET_API_COMMON_BODIES_H
#define MOTET_API_COMMON_BODIES_H
#include "api/routes.h"
/* The shapes of bodies and queries that several handlers take. */
/* A body that is an ID-CSR in any form: {"csr": …}, a JSON string, an array of octets, PEM,
 * base64, DER (protocol.md 4.4). */
struct csr_body {
	struct idcsr csr;
};
/* A query with an optional point in time, in seconds since 1970. The time comes as a JSON number or
 * a decimal string. */
struct when {
	bool given;
	int64_t at;
};
enum err bodies_get_time(struct cx *, const struct field *, struct json_object *, void *out);
static inline int64_t when_or(struct when w, int64_t otherwise)
{
	return w.given ? w.at : otherwise;
}
struct time_query {
	struct when timestamp;
};
struct certs_query {
	struct when timestamp, notBefore, notAfter;
	struct str session_id;
};
/* Decode the member `csr` of another body. `out` is a struct idcsr. */
enum err bodies_get_csr(struct cx *, const struct field *, struct json_object *, void *out);
/* Decode a member that is an object with a password; `sh` lists the fields of the object. */
enum err bodies_get_password(
    struct cx *, const struct field *, const struct shape *sh, struct json_object *, void *out);
#define PASSWORD_FIELD(st) \
	F_STR(st, password, .flags = REQUIRED, .max = 1024, .about = "8 to 256 bytes")
#endif
