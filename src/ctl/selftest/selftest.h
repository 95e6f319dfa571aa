#ifndef MOTET_CTL_SELFTEST_SELFTEST_H
#define MOTET_CTL_SELFTEST_SELFTEST_H
#include "crypto/ed25519.h"
#include "ctl/cmd.h"
#include "ctl/doctor/doctor_web.h"
/* motetctl selftest: the steps of a life, and what a client would make for it. */

/* What a client makes (selftest_make.c). A PKCS#10 request for a session of local@domain, in PEM.
 */
must_check enum err selftest_make_csr(struct cx *, const uint8_t seed[ED25519_SEED],
    struct str local, struct str session, struct str *pem);
/* A KeyPackage of suite 1 with a new init_key, for a day, in base64. */
must_check enum err selftest_make_keypackage(
    struct cx *, const uint8_t seed[ED25519_SEED], struct str fid, struct str *base64);
/* Random octets, as the ciphertext of key material: a PEM in base64. */
must_check enum err selftest_make_key_material(struct cx *, struct str *base64);

struct selftest_actor {
	struct str name, fid, password, token, cert; /* cert: PEM */
	uint8_t *seed;				     /* of its present key */
	bool announced;
};
struct selftest {
	struct doctor d; /* for d.web and probes */
	struct selftest_actor a, b;
	struct str remote; /* our address, as motetd sees it */
	uint8_t server_key[ED25519_KEY];
	struct str packages[2];
	const char *note; /* what a step wants to have said besides its time; NULL: nothing */
};
struct selftest_step {
	const char *name;
	const char *text; /* what it does */
	enum err (*fn)(struct selftest *);
};
extern const struct selftest_step selftest_steps[]; /* a row without a name ends them */
/* Delete both actors, as far as they were made. */
must_check enum err selftest_delete_actors(struct selftest *);
#endif
