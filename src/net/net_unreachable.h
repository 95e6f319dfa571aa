#ifndef MOTET_NET_NET_UNREACHABLE_H
#define MOTET_NET_NET_UNREACHABLE_H
#include "base/str.h"
/*
 * Which servers did not answer a moment ago: a table of 4096 words in memory that all workers
 * share, made before they are forked. It is advice: two keys meet with a probability of about
 * 2^-29, a full table forgets what would have ended first, and a worker may die at any instruction
 * without harm.
 */
struct net_unreachable;
/* NULL: errno says why. Never freed: it ends with the last process that has it. */
struct net_unreachable *net_unreachable_new(void);
void net_unreachable_mark(struct net_unreachable *, struct str key, int64_t seconds);
bool net_unreachable_has(struct net_unreachable *, struct str key);
#endif
