#ifndef MOTET_API_COMMON_KEY_TRIALS_H
#define MOTET_API_COMMON_KEY_TRIALS_H
#include "api/routes.h"
/* Requests for a key trial. All routes that make a key trial have the same query and the same
 * answer. */
struct key_trial_query {
	struct str fid, session_id;
};
/*
 * Make a key trial for c->in, a struct key_trial_query; answer {"challenge": …, "expires": …}.
 * With `both`, the member `trial` has the same text as `challenge`.
 */
enum err reply_key_trial(struct call *, bool both);
/* Does the text consist of printable ASCII characters only? */
bool key_trials_printable(struct str);
#define PRINTABLE .as = "Printable", .ok = key_trials_printable, .must = "must be printable ASCII"
#endif
