#ifndef MOTET_NET_NET_UNREACHABLE_H
#define MOTET_NET_NET_UNREACHABLE_H
#include "base/str.h"
/*
 * Servers that did not answer a moment ago: a table of 4096 words in memory that all workers share.
 * Create it before they are forked. It is only a hint: two keys collide with a probability of about
 * 2^-29, and a full table drops the entry that ends first. A worker may die at any instruction
 * without damage to it.
 */
struct net_unreachable;
/* NULL: errno says why. Never freed: it ends with the last process that has it. */
struct net_unreachable *net_unreachable_new(void);
void net_unreachable_mark(struct net_unreachable *, struct str key, int64_t seconds);
bool net_unreachable_has(struct net_unreachable *, struct str key);
#endif
