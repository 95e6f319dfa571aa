#ifndef MOTET_NET_NET_DOWN_H
#define MOTET_NET_NET_DOWN_H
#include "base/str.h"
/*
 * Which servers did not answer a moment ago: a table of 4096 words in memory that all workers share, made before they are forked. It is advice: two
 * keys meet with a probability of about 2^-29, a full table forgets what would have ended first, and a worker may die at any
 * instruction without harm.
 */
struct net_down;
/* NULL: errno says why. Never freed: it ends with the last process that has it. */
struct net_down *net_down_new(void);
void net_down_mark(struct net_down *, struct str key, int64_t seconds);
bool net_down_is(struct net_down *, struct str key);
#endif
