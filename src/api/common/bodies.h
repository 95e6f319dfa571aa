#ifndef MOTET_API_COMMON_BODIES_H
#define MOTET_API_COMMON_BODIES_H
#include "api/routes.h"
/* The bodies that more than one handler of this generation takes. */
/* An ID-CSR in any form: {"csr": …}, a JSON string, raw PEM, base64, DER (protocol.md 4,
 * protocol.md 4.4). */
struct csr_body {
	struct idcsr csr;
};
/* A point in time, or none: timestamps come as numbers and as decimal strings. */
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
/* The CSR in the member `csr` of another body. */
enum err bodies_get_csr(struct cx *, const struct field *, struct json_object *, void *out);
/* A member that is an object with a password in it, by the rows of `sh`. */
enum err bodies_get_password(
    struct cx *, const struct field *, const struct shape *sh, struct json_object *, void *out);
#define PASSWORD_FIELD(st) \
	F_STR(st, password, .flags = REQUIRED, .max = 1024, .about = "8 to 256 bytes")
/* Is this the reference client, whose answers have shapes of their own (protocol.md 1.3)? */
bool is_polyproto_rs(const struct call *);
#endif
