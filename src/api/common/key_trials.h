#ifndef MOTET_API_COMMON_KEY_TRIALS_H
#define MOTET_API_COMMON_KEY_TRIALS_H
#include "api/routes.h"
/* Asking for a key trial: the same query and the same answer under every name of the route. */
struct key_trial_query {
	struct str fid, session_id;
};
/* A new key trial for c->in, a struct key_trial_query: {"challenge": …, "expires": …}, with `trial`
 * beside `challenge` when `both`. */
enum err reply_key_trial(struct call *, bool both);
/* Every octet is a printable character of ASCII. */
bool key_trials_printable(struct str);
#define PRINTABLE .as = "Printable", .ok = key_trials_printable, .must = "must be printable ASCII"
#endif
