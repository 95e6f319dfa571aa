#ifndef MOTET_STORE_Q_KEY_TRIAL_H
#define MOTET_STORE_Q_KEY_TRIAL_H
#include "db/db.h"
/* Key trials: the statements of q_key_trial.sql. No other statement changes the table key_trial. */
struct key_trial_row {
	struct str trial;
	struct str for_fid, for_session; /* n 0: any actor or session may complete the trial */
	bool used, over;
	int64_t now;
};
must_check enum err q_key_trial_clock(struct cx *, int64_t *now);
/* fid and session_id empty: the request did not say who will complete the trial. */
must_check enum err q_key_trial_new(struct cx *, struct str trial, struct str fid,
    struct str session_id, int64_t expires, struct blob asked_from);
/* *out NULL: there is no such trial. */
must_check enum err q_key_trial_find(struct cx *, struct str trial, struct key_trial_row **out);
/*
 * List at most 32 open trials that the owner of this certificate may have signed: first those that
 * were asked for from this address, then the others, each with the newest first. fid n 0: any
 * actor.
 */
must_check enum err q_key_trial_open(struct cx *, struct str serial, struct str fid,
    struct str own_domain, struct blob asked_from, struct key_trial_row **out, size_t *n);
/* A completed trial, and the session that it opens. */
struct key_trial_done {
	struct str trial;
	struct blob token_hash; /* hash of the new session's token; identifies the attempt */
	struct blob signature;
	struct str fid, domain, local, session_id, serial;
	int64_t serial64; /* home actors */
	struct blob key, cert;
	int64_t not_after;
	struct str event; /* foreign actors: the event for their other sessions here */
};
/* *done false: the trial was completed before or has expired. ERR_CONFLICT: another session with
 * this ID was opened at the same time. */
must_check enum err q_key_trial_complete_foreign(
    struct cx *, const struct key_trial_done *, bool *done);
/* *current false: the ID-Cert is no longer valid; nothing was done. */
must_check enum err q_key_trial_complete_home(
    struct cx *, const struct key_trial_done *, bool *done, bool *current);
extern const struct stmt *const q_key_trial_stmts[];
#endif
