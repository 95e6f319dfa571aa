#ifndef MOTET_SHM_SCOREBOARD_H
#define MOTET_SHM_SCOREBOARD_H
#include "base/err.h"
#include "base/meter.h"
/*
 * What every worker is at and what it has done, in a file that the master, all workers and motetctl
 * map. A row is written by its worker alone, and by the master before that worker is born and after
 * it died; everybody may read, at any time, without a lock: every number is one atomic word. Totals
 * belong to the row: the next worker in it goes on counting, so that no sum over the rows ever goes
 * back. Times are clock_us().
 *
 * The file is new with every master, which takes the name over; whoever maps the old one keeps it.
 * Workers that were spawned alone share one, each in a row of its own. Who lives is told by record
 * locks (fcntl(2)) on octets behind the end of the file: they end with their holder, however it
 * ends. Where there can be no file, the memory is the processes' own, and motetctl sees nothing.
 * SIGXFSZ is ignored from the first attempt at a file on.
 */
enum worker_state {
	WORKER_NONE,
	WORKER_STARTING,
	WORKER_IDLE,
	WORKER_BUSY,
	WORKER_STOPPING,
	WORKER_STATES
};
enum {
	SCOREBOARD_ROWS = 2048, /* two generations of as many workers as the configuration allows */
	SCOREBOARD_ROUTES = 96, /* number 0: what led to no route */
	SCOREBOARD_STATUSES = 24,
	SCOREBOARD_BUCKETS = 14
};
/* The statuses that are told apart, the last place being that of all others; and the upper ends of
 * the buckets, the last one without end. */
extern const int scoreboard_statuses[SCOREBOARD_STATUSES];
extern const int64_t scoreboard_buckets_us[SCOREBOARD_BUCKETS];

typedef _Atomic int64_t scoreboard_total;
struct scoreboard_route {
	scoreboard_total status[SCOREBOARD_STATUSES];
	scoreboard_total bucket[SCOREBOARD_BUCKETS];
	scoreboard_total us; /* of all requests together */
};
struct scoreboard_row {
	_Alignas(4096) _Atomic int pid; /* 0: nobody */
	_Atomic int state;		/* enum worker_state */
	_Atomic int64_t requests;	/* answered by this worker */
	_Atomic int64_t started_us;
	_Atomic int64_t active_us;  /* when `state` changed last */
	_Atomic int64_t request_us; /* when the request at hand came; 0: none */
	struct meter_now now;	    /* the request at hand: its route and phase */
	_Atomic int db;		    /* METER_DB_UP, …: as it was last seen */
	_Atomic int64_t
	    resident; /* its memory in octets, as last weighed; 0: not yet, or unknown */
	/* Totals of this row. */
	scoreboard_total count[COUNTS];
	scoreboard_total phase_us[PHASES];
	scoreboard_total error[ERR_COUNT];
	struct scoreboard_route route[SCOREBOARD_ROUTES];
};
struct scoreboard_name {
	char method[8], path[88];
};
struct scoreboard {
	char magic[32];
	uint64_t
	    layout; /* of these structs and of the tables behind them: another one cannot be read */
	char version[24];
	_Atomic bool stopping; /* the whole pool ends: no sibling is left to hand a connection to */
	_Atomic int master;    /* its process id; 0: workers that were spawned alone */
	_Atomic int rows;      /* no row from here on was ever used */
	_Atomic int wanted;    /* workers of the present generation */
	int64_t started;       /* seconds since 1970 */
	int64_t started_us;
	_Atomic int64_t resident; /* of the master */
	scoreboard_total births, deaths, killed, signer_deaths,
	    reloads; /* deaths: those that nobody asked for; killed: by the master, overdue */
	_Atomic int64_t storm_until_us;	  /* workers die one after the other: over when none dies
					     until then (server/alarm.h); 0: they do not */
	_Atomic int64_t database_away_us; /* of db_share_away() */
	_Atomic int64_t cert_not_after; /* of the server's certificate, in seconds since 1970; 0: no
					   worker has needed it yet */
	_Atomic int64_t stock, last_resorts,
	    stock_at; /* KeyPackages that can be given out, as last counted; stock_at 0: never */
	int nroutes;
	struct scoreboard_name name[SCOREBOARD_ROUTES];
	struct scoreboard_row row[SCOREBOARD_ROWS];
};

/*
 * For a master: a new file, mode 0640, and the name is ours from now on. NULL only for want of
 * memory; *why (else NULL) says why the file could not be made, and the board is in memory then.
 * scoreboard_remove() takes the file away again if it is still ours.
 */
struct scoreboard *scoreboard_new(const char *path, const char **why);
void scoreboard_remove(const char *path);
/* For a child that is no worker: unmap it, and let go of its file. NULL is fine. */
void scoreboard_unmap(struct scoreboard *);
/*
 * For a worker that was spawned alone: a row of its own in the file that its siblings use, or in a
 * new one when there is none or nobody in it lives. *why and NULL as above. No path: a board in
 * memory, for a process that is gone after one request.
 */
struct scoreboard *scoreboard_join(const char *path, struct scoreboard_row **row, const char **why);
/*
 * For a reader who cannot trust the file, with its descriptor for scoreboard_is_alive(): a copy of
 * what it holds now, made with read(2), as a mapping would end with a signal when the file is cut
 * short; munmap() it. Counts of rows and routes are in their range, texts end and are printable
 * ASCII; all other numbers may be anything. NULL: *why says what is wrong with it.
 */
const struct scoreboard *scoreboard_copy(const char *path, int *fd, const char **why);
/* For a reader who follows its own file: mapped read-only. */
const struct scoreboard *scoreboard_open(const char *path, int *fd, const char **why);
/* Is there anybody: the master, or (row ≥ 0) whoever was spawned alone into that row? A master
 * answers for all of its rows. */
bool scoreboard_is_alive(const struct scoreboard *, int fd, int row);
/* At that time, is there a crash storm? */
static inline bool scoreboard_is_storm(const struct scoreboard *b, int64_t now_us)
{
	return now_us < b->storm_until_us;
}

/* Before a worker is born in a row: pages for it, so that a full disk cannot kill it in the middle.
 */
void scoreboard_reserve_row(struct scoreboard *, int row);
void scoreboard_start_worker(struct scoreboard_row *, int pid);
void scoreboard_set_state(struct scoreboard_row *, enum worker_state);
/* A request has begun, or was answered. */
void scoreboard_start_request(struct scoreboard_row *, int64_t now_us);
void scoreboard_end_request(struct scoreboard_row *);
/*
 * The resident memory of this process, in octets; 0 where there is no /proc. Everybody tells its
 * own: workers cannot be traced, and so a system that hides processes from each other (ProtectProc=
 * of systemd, hidepid=) hides theirs from the master, too. Three system calls: a worker does it
 * after each request.
 */
int64_t scoreboard_read_resident(void);
/* Add what a request cost; before scoreboard_end_request(). */
void scoreboard_add_request(
    struct scoreboard *, struct scoreboard_row *, const struct meter *, int status);
/* One more, of what only one process counts. */
static inline void scoreboard_count(scoreboard_total *t, int64_t n)
{
	atomic_store_explicit(
	    t, atomic_load_explicit(t, memory_order_relaxed) + n, memory_order_relaxed);
}
#endif
