#ifndef MOTET_SERVER_HOUSEKEEPER_H
#define MOTET_SERVER_HOUSEKEEPER_H
#include "base/conf.h"
#include "net/net_slots.h"
#include <sys/types.h>
/*
 * Every prune_interval the master forks a child that deletes expired rows from the database, in
 * small batches with pauses, and then exits. The master itself has no database connection. If
 * several hosts share a database, one of them prunes at a time; the children of the other hosts
 * exit at once. Times are clock_us().
 */
struct housekeeper {
	pid_t pid;	/* 0: not running */
	int64_t due_us; /* when to start the next child; INT64_MAX: never */
};
/* Set due_us: after the interval, randomly up to a quarter earlier or later, so that hosts do not
 * prune in step. */
void housekeeper_schedule(struct housekeeper *, const struct conf *, int64_t now_us);
/* Run the child; `master` is its parent. Returns an exit status: 0 also if there was nothing to
 * delete, or another host is pruning. */
int housekeeper_run(const struct conf *, pid_t master);
/* Every minute another child checks whether this server is ready (core/ready.h), so that the log
 * shows a problem even if nobody asks /readyz. `sign_fd` leads to the signer. */
enum { WATCH_INTERVAL_S = 60 };
int housekeeper_watch(const struct conf *, struct scoreboard *, int sign_fd, pid_t master);
/*
 * About every minute a third child asks the home servers of foreign actors whether they still vouch
 * for sessions here, each before its last statement expires (core/foreign_session.h). The child
 * asks about at most CONFIRM_MOST actors, one after the other, and about no further actor after
 * CONFIRM_S seconds. The limits of `outbound` apply to the child's requests as they do to those of
 * a worker. Several hosts on one database share the work.
 */
enum { CONFIRM_FIRST_S = 10, CONFIRM_INTERVAL_S = 60, CONFIRM_MOST = 120, CONFIRM_S = 40 };
/* Set due_us: so many seconds from now, randomly up to a quarter earlier or later. */
void housekeeper_schedule_confirm(struct housekeeper *, int64_t now_us, int64_t pause_s);
int housekeeper_confirm(const struct conf *, struct net_slots *outbound, pid_t master);
#endif
