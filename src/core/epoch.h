#ifndef MOTET_CORE_EPOCH_H
#define MOTET_CORE_EPOCH_H
#include "store/q_epoch.h"
/*
 * The epoch fence. In PostgreSQL, the system identifier and the timeline together identify one
 * history of a database. The table epoch has the histories that we have accepted; each new
 * connection is compared with the last of them:
 *
 *   a new timeline (a standby was promoted, or a recovery to a point in time): the last commits may
 *     be lost. A new epoch begins automatically, and everything that can be used only once and was
 *     made earlier becomes void.
 *   another system (a restored dump, pg_upgrade, another host): we cannot know what is lost. Every
 *     statement fails with ERR_EPOCH until the operator has run `motetctl epoch restored` or
 *     `motetctl epoch moved`.
 *
 * A standby is not compared; it is looked at again and again until it has become a primary. If the
 * database role has no right to read the system identifier, there is no fence; motetctl doctor
 * reports that.
 */
/* The function to pass to db_set_fence(). */
enum err epoch_fence(struct cx *, bool *settled);
/* Is the database another system than that of the current epoch? */
bool epoch_is_foreign(const struct epoch_look *);
#endif
