#ifndef MOTET_SHM_GATE_H
#define MOTET_SHM_GATE_H
#include <stdbool.h>
#include <stdint.h>
/*
 * Limits how many processes do an expensive thing at a time, such as hashing a password, which
 * occupies a core for 25 ms and takes 19 MiB. Each slot is one octet of a file, held by a record
 * lock (fcntl(2)); the system releases it when its holder dies.
 *
 * Create a gate before workers are forked; they share it. A process loses all its record locks of a
 * file when it closes any descriptor of that file: do not open the file elsewhere.
 */
struct gate;
/*
 * Make a gate with `slots` ≥ 1 slots in state_dir/hashing.lock, which all servers with this
 * directory share. If the file cannot be written or locked, the gate is in memory, for this pool
 * only. NULL: errno says why.
 */
struct gate *gate_new(const char *state_dir, int slots);
/* Make a gate for another purpose, as gate_new() does, in state_dir/<name>.lock. A process may hold
 * one slot of each gate. */
struct gate *gate_new_named(const char *state_dir, const char *name, int slots);
/* Free a gate; NULL is allowed. */
void gate_free(struct gate *);
int gate_slots(const struct gate *);
/* Wait up to timeout_ms for a slot. True: this process holds the slot until gate_leave() or the
 * death of this process. A process may hold at most one slot of a gate. */
bool gate_enter(struct gate *, int timeout_ms);
/* Give the slot back; does nothing if this process holds no slot. */
void gate_leave(struct gate *);
/*
 * Lock `key` until gate_unlock_key() or the death of this process, without waiting. False: another
 * process holds the lock, or locking failed. These locks are separate from the slots. Keys that are
 * equal modulo 2^20 share a lock.
 */
bool gate_lock_key(struct gate *, uint64_t key);
void gate_unlock_key(struct gate *, uint64_t key);
#endif
