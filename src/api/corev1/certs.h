#ifndef MOTET_API_COREV1_CERTS_H
#define MOTET_API_COREV1_CERTS_H
#include "api/routes.h"
#include "core/foreign.h"
/* ID-Certs in bodies and in answers, of whichever server. */
/* An ID-Cert in any form: {"id_cert": …}, a JSON string, octets, raw PEM, base64, DER (ROUTES.md 1.7). The DER is not looked into. */
struct cert_body {
	struct blob id_cert;
};
/* The same in the member `id_cert` of another body: a string, or octets in an array. */
enum err certs_get(struct cx *, const struct field *, struct json_object *, void *out);
/* Is it a federation ID of another server? */
bool certs_are_foreign(const struct cx *, struct str fid);
#endif
