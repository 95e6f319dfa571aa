#ifndef MOTET_CORE_KEY_TRIAL_H
#define MOTET_CORE_KEY_TRIAL_H
#include "crypto/key_trial_text.h"
/*
 * Key trials (wire.md 6.2): the server issues a text; a client that signs the text with the key of
 * a valid ID-Cert gets a session. A trial can be completed once, within five minutes, even if many
 * clients try at once. Completed trials are kept with signature and serial, to be published.
 */
enum { KEY_TRIAL_LIFETIME = 300 };
struct key_trial {
	struct str text; /* see crypto/key_trial_text.h */
	int64_t expires;
};
/*
 * Create a trial. `address` is the client's: when an answer names no trial, trials requested from
 * the same address are tried first (key_trial_complete()). fid and session_id (n 0: any) restrict
 * who can complete the trial. A foreign actor's certificates are fetched at once, so the errors of
 * foreign.h may occur. `dry_run`: fill *out, store and fetch nothing.
 */
must_check enum err key_trial_new(struct cx *, struct str fid, struct str session_id,
    struct str address, bool dry_run, struct key_trial *);
/* A client's answer to a trial. */
struct key_trial_answer {
	struct str trial;     /* n 0: search the actor's newest 32 open trials for one that the
				 signature fits, first those requested from `address` */
	struct str address;   /* of the client */
	struct str fid;	      /* n 0: take the fid of the trial or of the certificate */
	struct str serial;    /* decimal; n 0: take the serial of the certificate */
	struct blob cert;     /* n 0: fid and serial identify the certificate */
	struct str signature; /* hex */
};
/*
 * Check the answer; then one statement uses up the trial, opens the session (replacing the one with
 * the same session ID) and notifies the actor's other sessions. ERR_BAD_TRIAL (401): there is no
 * such trial, it was used, has expired or is for another actor, or the signature is wrong. For a
 * certificate that is not good: ERR_BAD_CERT and the other errors of foreign.h. After ERR_UNCERTAIN
 * the trial may be used up; after any other error it is not used up.
 */
must_check enum err key_trial_complete(
    struct cx *, const struct key_trial_answer *, struct str *token);
#endif
