#ifndef MOTET_SHM_LIMITS_H
#define MOTET_SHM_LIMITS_H
#include "base/str.h"
/*
 * Rate limits counted for all workers together: GCRA in shared memory. Made once, before the
 * workers are forked; it outlives any of them, and a worker that is killed at any instruction
 * leaves it whole, because each step is one compare-and-swap of one word.
 *
 * A word holds the theoretical arrival time of one (class, key) and a part of its hash, under a key
 * drawn at start. 65 536 words, of which 16 belong to a hash. Two keys share a counter with a
 * probability of about 2^-15 in a full table (and far less in an ordinary one); nobody can choose
 * which. A key that was silent long enough to have its whole burst again gives up its word. When
 * all 16 are taken by others that are not, the one nearest to that point goes.
 */
struct limits;
/* NULL: errno says why. Never freed: it ends with the last process that has it. */
struct limits *limits_new(void);
/*
 * Take one of `per_minute` (1 to 1 000 000), of which up to `burst` (≥ 1) at once. False: too many;
 * *retry_after_s says after how many whole seconds (≥ 1) it would be allowed. A refusal costs the
 * client nothing.
 */
bool limits_take(struct limits *, const char *class, struct str key, int64_t per_minute,
    int64_t burst, int64_t *retry_after_s);
/* The key for a client's address: IPv4 as it is, also when written as IPv6 (::ffff:192.0.2.1), IPv6
 * by its /64, anything else as it is. */
struct str limits_address_key(struct arena *, struct str address);
#endif
