#ifndef MOTET_CORE_EPOCH_H
#define MOTET_CORE_EPOCH_H
#include "store/q_epoch.h"
/*
 * The epoch fence. PostgreSQL names one history of a database by its system identifier and its
 * timeline. The table epoch has those that we have accepted; each new connection is held against
 * the last one:
 *
 *   a new timeline (a standby was promoted, or a recovery to a point in time): the last commits may
 *     be lost. A new epoch begins by itself, and what can be used once and was made before is void.
 *   another system (a restored dump, pg_upgrade, another host): we cannot know what is lost.
 *     Everything is ERR_EPOCH until the operator has said `motetctl epoch restored` or `moved`.
 *
 * On a standby nothing is decided; it is looked at again when it has become a primary. Where the
 * role may not ask for the system identifier there is no fence; motetctl doctor says so.
 */
/* For db_set_fence(). */
enum err epoch_fence(struct cx *, bool *settled);
/* Another system than that of the current epoch? */
bool epoch_is_foreign(const struct epoch_look *);
#endif
