#ifndef MOTET_SIGNER_IDCERT_LINT_H
#define MOTET_SIGNER_IDCERT_LINT_H
#include "x509/idcert.h"
struct idcert_times {
	bool is_server;
	int64_t not_before, not_after; /* both inclusive */
};
/*
 * Does this TBSCertificate keep every rule of the profile? ERR_INTERNAL naming the rule when it
 * does not: then we built it wrong. `issuer` is the signing server's domain, `signer` its key: a
 * server's own certificate must carry that very key, an actor's must not. What needs the server's
 * certificate is left to the caller: that an actor's lies within its validity. So is what needs a
 * clock: `times`, unless NULL, gets what the certificate says.
 */
must_check enum err idcert_lint(struct cx *, struct blob tbs, struct str issuer,
    const uint8_t signer[ED25519_KEY], struct idcert_times *times);
#endif
