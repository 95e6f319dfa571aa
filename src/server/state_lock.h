#ifndef MOTET_SERVER_STATE_LOCK_H
#define MOTET_SERVER_STATE_LOCK_H
#include <stdbool.h>
#include <stddef.h>
/*
 * Who may use a state_dir: one motetd with a master, or any number of processes that were spawned
 * alone. The right to use it is a record lock (fcntl(2)) on state_dir/motetd.lock, which the system
 * releases when its holder dies or executes another program, and which children do not inherit.
 */
/*
 * Take the lock; for up to 3 seconds, wait for a motetd that is about to stop. False: `why` says
 * that another motetd uses the directory. True without a lock, and with a line in the log, if
 * locking is impossible: the directory cannot be written, or its file system has no locks.
 */
bool state_lock_take(const char *state_dir, bool master, char *why, size_t size);
/* Release the lock: another motetd may start now. */
void state_lock_release(void);
#endif
