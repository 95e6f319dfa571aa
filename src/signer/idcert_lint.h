#ifndef MOTET_SIGNER_IDCERT_LINT_H
#define MOTET_SIGNER_IDCERT_LINT_H
#include "x509/idcert.h"
/* What a TBSCertificate says about its validity. */
struct idcert_times {
	bool is_server;		       /* it is the server's own certificate, not an actor's */
	int64_t not_before, not_after; /* seconds since 1970, both inclusive */
};
/*
 * The last check before signing: does this TBSCertificate follow every rule of the profile (wire.md
 * 3)? This check shares no code with the writer (x509/idcert_build.c), so a bug there is caught
 * here.
 *
 * `issuer` is our domain, `signer` the public key that will sign. The server's own certificate must
 * contain exactly the key `signer`; an actor's certificate must contain a different key.
 *
 * ERR_INTERNAL when a rule is broken; the log names the rule and its clause.
 *
 * The caller checks what needs a clock, and that the validity of an actor's certificate lies within
 * that of the server's. The validity is stored in *times; `times` may be NULL.
 */
must_check enum err idcert_lint(struct cx *, struct blob tbs, struct str issuer,
    const uint8_t signer[ED25519_KEY], struct idcert_times *times);
#endif
