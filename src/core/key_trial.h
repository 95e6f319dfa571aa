#ifndef MOTET_CORE_KEY_TRIAL_H
#define MOTET_CORE_KEY_TRIAL_H
#include "crypto/key_trial_text.h"
/*
 * Key trials (wire.md 6.2): we give a text, whoever signs it with the key of an ID-Cert that is
 * good now gets a session. Each text works once, for five minutes; when many complete it at once,
 * one wins. What was completed is kept, with signature and serial, to be published.
 */
enum { KEY_TRIAL_LIFETIME = 300 };
struct key_trial {
	struct str text; /* see crypto/key_trial_text.h */
	int64_t expires;
};
/*
 * A new one. fid and session_id (n 0: not known) bind it: nobody else can complete it then. What
 * the home server says of a foreign actor is fetched already, so that errors of foreign.h may come.
 * With `dry_run` nothing is done: it is what one would look like.
 */
must_check enum err key_trial_new(
    struct cx *, struct str fid, struct str session_id, bool dry_run, struct key_trial *);
/* A completed one, as it came. */
struct key_trial_answer {
	struct str trial;     /* n 0: any open one of the actor's that fits */
	struct str fid;	      /* n 0: as the trial or the certificate says */
	struct str serial;    /* decimal; n 0: as the certificate says */
	struct blob cert;     /* n 0: only named */
	struct str signature; /* hex */
};
/*
 * Check all of it, then in one statement: the trial is used up, the session opened (in place of the
 * one of that name, if there is one), the actor's other sessions told. ERR_BAD_TRIAL (401): no such
 * trial, used, over, somebody else's, or the signature is wrong; ERR_BAD_CERT and the rest of
 * foreign.h for the certificate. Nothing is used up by any error but ERR_UNAVAILABLE and
 * ERR_UNCERTAIN, after which nobody knows.
 */
must_check enum err key_trial_complete(
    struct cx *, const struct key_trial_answer *, struct str *token);
#endif
