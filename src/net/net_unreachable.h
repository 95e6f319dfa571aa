#ifndef MOTET_NET_NET_UNREACHABLE_H
#define MOTET_NET_NET_UNREACHABLE_H
#include "base/str.h"
/*
 * Servers that did not answer recently: a table of 4096 words in memory that all workers share.
 * Create the table before the workers are forked. The table is only a hint: two keys collide with a
 * probability of about 2^-25, and a full table drops the entry whose pause ends first. A worker may
 * die at any instruction without damage to the table.
 *
 * After the first failure there is no pause, after the second a pause of 1 to 2 s in which the
 * server is not asked, and after each further failure a pause twice as long, up to
 * NET_UNREACHABLE_MAX_S. The length of a pause is random within limits, so that not all workers ask
 * again at the same time. Two minutes after the end of a pause the failures are forgotten. Times
 * are clock_us().
 */
enum { NET_UNREACHABLE_MAX_S = 120 };
struct net_unreachable;
/* NULL: errno says why. The table is never freed explicitly: the system frees it after the last
 * process that has it mapped. */
struct net_unreachable *net_unreachable_new(void);
/* Note that a request which began at began_us has failed. Failures of requests that were under way
 * at the same time count once. */
void net_unreachable_fail(
    struct net_unreachable *, struct str key, int64_t began_us, int64_t now_us);
/* The server has answered: forget its failures. */
void net_unreachable_clear(struct net_unreachable *, struct str key);
/* For how many milliseconds the server is not asked; 0: it may be asked. */
int64_t net_unreachable_wait_ms(struct net_unreachable *, struct str key, int64_t now_us);
#endif
