#ifndef MOTET_CTL_SELFTEST_SELFTEST_H
#define MOTET_CTL_SELFTEST_SELFTEST_H
#include "crypto/ed25519.h"
#include "ctl/cmd.h"
#include "ctl/doctor/doctor_web.h"
/*
 * motetctl selftest: two temporary actors use the API in steps, from registration to deletion.
 * selftest_make.c makes what their clients would make.
 */

/* In selftest_make.c; the results live in cx->mem. Make an ID-CSR for a session of local@domain, in
 * PEM. */
must_check enum err selftest_make_csr(struct cx *, const uint8_t seed[ED25519_SEED],
    struct str local, struct str session, struct str *pem);
/* Make a KeyPackage of cipher suite 1 with a new init_key, valid for a day, in base64. */
must_check enum err selftest_make_keypackage(
    struct cx *, const uint8_t seed[ED25519_SEED], struct str fid, struct str *base64);
/* Make key material with random octets as its ciphertext: a PEM in base64. */
must_check enum err selftest_make_key_material(struct cx *, struct str *base64);

struct selftest_actor {
	struct str name, fid, password, token, cert; /* cert: PEM */
	uint8_t *seed;				     /* the seed of the actor's current key */
	bool announced;				     /* the name is reserved in the database */
};
struct selftest {
	struct doctor d; /* for d.web and the probes of doctor */
	struct selftest_actor a, b;
	struct str remote; /* this host's address as motetd sees it */
	uint8_t server_key[ED25519_KEY];
	struct str packages[2];
	const char *note;   /* printed in place of the step's text; NULL: print the text */
	const char *unseen; /* what clients use but this run did not test; NULL: nothing */
};
struct selftest_step {
	const char *name;
	const char *text; /* what is proved if the step succeeds */
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
