#ifndef MOTET_SHM_LIMITS_H
#define MOTET_SHM_LIMITS_H
#include "base/str.h"
/*
 * Rate limits that all workers share: the generic cell rate algorithm (GCRA) in shared memory.
 * Create the memory before workers are forked. Each step is one compare-and-swap of one word, so a
 * worker that is killed at any instruction does no damage.
 *
 * A word holds the theoretical arrival time of one (class, key) and a part of its hash. The key of
 * the hash is random, so that clients cannot choose collisions. There are 65 536 words; each hash
 * can use 16 of them. Two keys share a counter with a probability of about 2^-15 if the table is
 * full, and with a far smaller one if it is not. A word is free again when the key that uses it has
 * its whole burst again. If all 16 words are in use, the word that would be free first is replaced.
 */
struct limits;
/* NULL: errno says why. The memory is never freed explicitly: the system frees it after the last
 * process that has it mapped. */
struct limits *limits_new(void);
/*
 * Count one request of `per_minute` (1 to 1 000 000), of which `burst` (≥ 1) may come at once.
 * False: too many; the next request is allowed after *retry_after_s seconds (≥ 1). A refused
 * request is not counted.
 */
bool limits_take(struct limits *, const char *class, struct str key, int64_t per_minute,
    int64_t burst, int64_t *retry_after_s);
/* Would limits_take() allow one more request? Nothing is counted. */
bool limits_has_room(struct limits *, const char *class, struct str key, int64_t per_minute,
    int64_t burst, int64_t *retry_after_s);
/* Count n more requests after they were made, even beyond the limit, so that later requests wait
 * for longer. */
void limits_charge(
    struct limits *, const char *class, struct str key, int64_t per_minute, int64_t n);
/* Take the next turn in a queue that serves one request every step_us. Returns in how many seconds
 * the turn comes, 1 to 60, so that clients that are sent away come back one after another. */
int64_t limits_queue(struct limits *, const char *class, struct str key, int64_t step_us);
/* Make the key for a client's address: an IPv4 address itself, even if it is written as IPv6
 * (::ffff:192.0.2.1); the /64 of an IPv6 address; any other text unchanged. */
struct str limits_address_key(struct arena *, struct str address);
#endif
