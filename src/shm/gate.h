#ifndef MOTET_SHM_GATE_H
#define MOTET_SHM_GATE_H
#include <stdbool.h>
/*
 * How many processes do a costly thing at once, such as hashing a password, which takes a core for
 * over 100 ms and up to 19 MiB. Each place is one octet of a file, held by a record lock
 * (fcntl(2)), which the system takes back when its holder dies, however it dies.
 *
 * Made before the workers are forked and shared by them. Record locks belong to a process and are
 * all lost when it closes any descriptor of the file: nobody else may open it.
 */
struct gate;
/*
 * `slots` ≥ 1 places, in state_dir/hashing.lock, which then bounds all servers of this directory
 * together; where that cannot be written or locked, in memory, for this pool alone. NULL: errno
 * says why.
 */
struct gate *gate_new(const char *state_dir, int slots);
/* Another one, for another thing: in state_dir/<name>.lock. A process may hold a place in each. */
struct gate *gate_new_named(const char *state_dir, const char *name, int slots);
/* NULL is fine. */
void gate_free(struct gate *);
int gate_slots(const struct gate *);
/* Wait up to timeout_ms for a place. True: it is ours until gate_leave(), or until we die. One at a
 * time in a process. */
bool gate_enter(struct gate *, int timeout_ms);
/*
 * The same, but at most `waiting` processes (0 and more) wait at a time, for whoever waits can do
 * nothing else. False at once: as many do already. Their places are record locks too.
 */
bool gate_enter_queued(struct gate *, int waiting, int timeout_ms);
void gate_leave(struct gate *);
#endif
