#ifndef MOTET_SERVER_OUTBOUND_H
#define MOTET_SERVER_OUTBOUND_H
#include "base/fetch.h"
#include "net/net.h"
/* Connects core/, which requests other servers through struct fetcher, with net/, which core/ may
 * not include. Each worker has a struct outbound of its own, made after fork. */
struct outbound {
	struct fetcher fetcher; /* what cx->fetch points to */
	struct net *net;
};
/* All arguments are borrowed and must outlive the struct outbound. False: out of memory. */
must_check bool outbound_begin(struct outbound *, const struct conf *, struct net_slots *);
void outbound_end(struct outbound *);
#endif
