#ifndef MOTET_SERVER_OUTBOUND_H
#define MOTET_SERVER_OUTBOUND_H
#include "base/fetch.h"
#include "fcgi/fcgi.h"
#include "net/net.h"
/* The bridge from core, which asks other servers through struct fetcher, to net/, which it does not
 * see. One for each worker, after fork. */
struct outbound {
	struct fetcher fetcher; /* for cx->fetch */
	struct net *net;
	struct fcgi *transport;
};
/* What is borrowed must outlive it; no transport: NULL. False: no memory. */
must_check bool outbound_begin(
    struct outbound *, const struct conf *, struct net_slots *, struct fcgi *transport);
void outbound_end(struct outbound *);
#endif
