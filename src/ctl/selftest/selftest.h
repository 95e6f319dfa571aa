#ifndef MOTET_CTL_SELFTEST_SELFTEST_H
#define MOTET_CTL_SELFTEST_SELFTEST_H
#include "crypto/ed25519.h"
#include "ctl/cmd.h"
#include "ctl/doctor/doctor_web.h"
/*
 * motetctl selftest: the steps of an actor's life through the API, from registration to deletion,
 * and what a client makes for them.
 */

/* selftest_make.c; results live in cx->mem. An ID-CSR for a session of local@domain, in PEM. */
must_check enum err selftest_make_csr(struct cx *, const uint8_t seed[ED25519_SEED],
    struct str local, struct str session, struct str *pem);
/* A KeyPackage of cipher suite 1 with a new init_key, valid for a day, in base64. */
must_check enum err selftest_make_keypackage(
    struct cx *, const uint8_t seed[ED25519_SEED], struct str fid, struct str *base64);
/* Key material with random octets as its ciphertext: a PEM in base64. */
must_check enum err selftest_make_key_material(struct cx *, struct str *base64);

struct selftest_actor {
	struct str name, fid, password, token, cert; /* cert: PEM */
	uint8_t *seed;				     /* of its current key */
	bool announced;				     /* its name is reserved in the database */
};
struct selftest {
	struct doctor d; /* for d.web and probes */
	struct selftest_actor a, b;
	struct str remote; /* our address as motetd sees it */
	uint8_t server_key[ED25519_KEY];
	struct str packages[2];
	const char *note;   /* replaces the text of the step; NULL: none */
	const char *unseen; /* what clients use but this run did not test; NULL: nothing */
};
struct selftest_step {
	const char *name;
	const char *text; /* what a successful step has shown */
	enum err (*fn)(struct selftest *);
};
extern const struct selftest_step selftest_steps[]; /* a row without a name ends the table */
/*
 * selftest_discover.c: follow /.well-known/polyproto-core at the host of the URL to the API, as a
 * client does (core 4.1), and take the path of t->d.web->base from there.
 */
must_check enum err selftest_discover(struct selftest *);
/* Delete both actors and their reserved names, if they exist. */
must_check enum err selftest_delete_actors(struct selftest *);
#endif
