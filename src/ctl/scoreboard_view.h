#ifndef MOTET_CTL_SCOREBOARD_VIEW_H
#define MOTET_CTL_SCOREBOARD_VIEW_H
#include "ctl/ctl.h"
#include "shm/scoreboard_sum.h"
/*
 * A snapshot of the scoreboard of the server that uses our configuration, in the arena. Reading it
 * needs neither the database nor a worker.
 */
struct scoreboard_view_worker {
	int pid, state, phase, db, route;
	int64_t requests, request_us; /* request_us: age of the current request; 0: idle */
};
struct scoreboard_view {
	struct str version;
	bool alone;   /* the worker has no master, for example because a web server spawned it */
	bool storm;   /* workers keep dying */
	bool unready; /* the last check of /readyz failed */
	int64_t started, started_us, cert_not_after, stock, last_resorts, stock_at;
	int64_t wanted, births, deaths, killed, signer_deaths, reloads;
	struct scoreboard_sum sum;
	struct scoreboard_view_worker *worker; /* live workers, in the scoreboard's order */
	size_t nworkers;
	int nroutes;
	struct scoreboard_name name[SCOREBOARD_ROUTES];
};
/* ERR_UNAVAILABLE: no running server was found; the message says what to check. */
must_check enum err scoreboard_view_take(struct ctl *, struct scoreboard_view **);
extern const char *const scoreboard_view_state_names[WORKER_STATES],
    *const scoreboard_view_db_names[3];
#endif
