#ifndef MOTET_API_COMMON_CERTS_H
#define MOTET_API_COMMON_CERTS_H
#include "api/routes.h"
#include "core/foreign.h"
/* Functions for handlers that take ID-Certs of this server and of other servers. */
/* A body that is an ID-Cert in any form: {"id_cert": …}, a JSON string, octets, PEM, base64, DER
 * (protocol.md 2.7). The DER is not checked. */
struct cert_body {
	struct blob id_cert;
};
/* Is this the federation ID of an actor of another server? */
bool certs_fid_is_foreign(const struct cx *, struct str fid);
#endif
