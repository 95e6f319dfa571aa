#ifndef MOTET_SHM_SCOREBOARD_H
#define MOTET_SHM_SCOREBOARD_H
#include "base/db_pool.h"
#include "base/err.h"
#include "base/meter.h"
/*
 * The state and the counters of every worker, in a file that the master, all workers and motetctl
 * map. Only the worker writes its row; before the worker starts and after it has exited, the master
 * writes the row. Any process may read at any time, without a lock: each number is one atomic word.
 * Totals belong to the row, and the next worker with that row continues them, so that sums never
 * decrease. Times are clock_us().
 *
 * Each master creates a new file and renames it over the old one; processes that have mapped the
 * old file keep it. Workers that were spawned alone share a file, each with a row of its own. A
 * process shows that it is alive by a record lock (fcntl(2)) on an octet behind the end of the
 * file, which the system releases when the process dies. If no file can be created, the memory is
 * private to the pool, and motetctl sees nothing. A process that creates a file ignores SIGXFSZ
 * from then on.
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
	SCOREBOARD_ROWS = 2048, /* for two generations of as many workers as are allowed */
	SCOREBOARD_ROUTES = 96, /* number 0 counts the requests without a route */
	SCOREBOARD_STATUSES = 24,
	SCOREBOARD_BUCKETS = 14
};
/* The statuses that have a counter of their own; the last counter is for all others.
 * scoreboard_buckets_us: the upper limits of the buckets; the last bucket has none. */
extern const int scoreboard_statuses[SCOREBOARD_STATUSES];
extern const int64_t scoreboard_buckets_us[SCOREBOARD_BUCKETS];

typedef _Atomic int64_t scoreboard_total;
struct scoreboard_route {
	scoreboard_total status[SCOREBOARD_STATUSES];
	scoreboard_total bucket[SCOREBOARD_BUCKETS];
	scoreboard_total us; /* total duration of all requests */
};
struct scoreboard_row {
	_Alignas(4096) _Atomic int pid; /* 0: no worker */
	_Atomic int state;		/* enum worker_state */
	_Atomic int64_t requests;	/* requests that this worker has answered */
	_Atomic int64_t started_us;
	_Atomic int64_t active_us;  /* when `state` last changed */
	_Atomic int64_t request_us; /* start of the current request; 0: none */
	struct meter_now now;	    /* route and phase of the current request */
	_Atomic int db; /* the last known state of the database connection: METER_DB_UP, … */
	_Atomic int64_t resident; /* memory in octets, as last measured; 0: not known */
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
	uint64_t layout; /* hash of these structs and of the tables that they depend on; a program
			    whose hash differs must not read the file */
	char version[24];
	_Atomic bool stopping; /* the whole pool stops: workers hand over no connections */
	_Atomic int master;    /* process ID of the master; 0: workers that were spawned alone */
	_Atomic int rows;      /* rows from this number on were never used */
	_Atomic int wanted;    /* number of workers in the current generation */
	int64_t started;       /* seconds since 1970 */
	int64_t started_us;
	_Atomic int64_t resident; /* memory of the master, as in a row */
	scoreboard_total births, deaths, killed, signer_deaths,
	    reloads; /* deaths: how many workers have exited unexpectedly; killed: how many the
			master has killed because a request took too long */
	_Atomic int64_t storm_until_us; /* when the crash storm will be over if no worker dies until
					   then (server/alarm.h); 0: no storm */
	struct db_pool database;	/* what the workers share (db_share_pool()) */
	_Atomic int64_t cert_not_after; /* when the server's ID-Cert expires, in seconds since 1970;
					   0: not read yet */
	_Atomic int cert_warned_days;	/* how many days before the ID-Cert expires the log last
					   warned; 0: no warning is due */
	_Atomic bool unready;		/* whether the last check of core/ready.h failed */
	_Atomic int64_t stock, last_resorts,
	    stock_at; /* KeyPackages that can be claimed, and when they were counted; 0: never */
	_Atomic int64_t epoch; /* number of the database's epoch; 0: not read yet */
	int nroutes;
	struct scoreboard_name name[SCOREBOARD_ROUTES];
	struct scoreboard_row row[SCOREBOARD_ROWS];
};

/*
 * For a master: create the file, mode 0640, in place of any old one that no server uses. If that
 * fails, *why says why (else NULL), and the scoreboard is in memory. Returns NULL if memory runs
 * out. scoreboard_remove() removes the file if it is still the file of this process.
 */
struct scoreboard *scoreboard_new(const char *path, const char **why);
void scoreboard_remove(const char *path);
/* For a child that is not a worker: unmap the scoreboard and close its file. NULL is allowed. */
void scoreboard_unmap(struct scoreboard *);
/*
 * For a worker that was spawned alone: take a row in the file of its siblings, or in a new file if
 * there is no such file or no process in it is alive. *why and the result NULL mean what they mean
 * for scoreboard_new(). path NULL: the scoreboard is in memory, for a process that serves one
 * request.
 */
struct scoreboard *scoreboard_join(const char *path, struct scoreboard_row **row, const char **why);
/*
 * For a reader that does not trust the file: a copy made with read(2), because a mapping would
 * raise a signal when the file is truncated. The caller unmaps it with munmap(); *fd is for
 * scoreboard_is_alive(). The counts of rows and routes are in range, texts are terminated and
 * printable ASCII; other numbers may have any value. NULL: *why says what is wrong with the file.
 */
const struct scoreboard *scoreboard_copy(const char *path, int *fd, const char **why);
/* For a reader that trusts the file, such as one of the same server: map it read-only. */
const struct scoreboard *scoreboard_open(const char *path, int *fd, const char **why);
/* With a master: is the master alive? (`row` is ignored.) Without one: is the process of `row`
 * alive, or, for row -1, the process of any row? */
bool scoreboard_is_alive(const struct scoreboard *, int fd, int row);
/* Is there a crash storm at that time? */
static inline bool scoreboard_is_storm(const struct scoreboard *b, int64_t now_us)
{
	return now_us < b->storm_until_us;
}

/* Allocate the pages of a row before a worker starts in it, so that a full disk cannot kill the
 * worker. */
void scoreboard_reserve_row(struct scoreboard *, int row);
void scoreboard_start_worker(struct scoreboard_row *, int pid);
void scoreboard_set_state(struct scoreboard_row *, enum worker_state);
/* Call these two at the start and at the end of a request. */
void scoreboard_start_request(struct scoreboard_row *, int64_t now_us);
void scoreboard_end_request(struct scoreboard_row *);
/* The request was set aside without an answer, and will be started again. */
void scoreboard_suspend_request(struct scoreboard_row *);
/*
 * The resident memory of this process, in octets; 0 where there is no /proc. Each process measures
 * itself: workers cannot be traced, so a system that hides processes from each other (ProtectProc=
 * of systemd, hidepid=) hides the memory of workers from the master. This takes three system calls;
 * a worker does it after each request.
 */
int64_t scoreboard_read_resident(void);
/* Add the counters of a request; call it before scoreboard_end_request(). */
void scoreboard_add_request(
    struct scoreboard *, struct scoreboard_row *, const struct meter *, int status);
/* Add n to a total that only this process writes. */
static inline void scoreboard_count(scoreboard_total *t, int64_t n)
{
	atomic_store_explicit(
	    t, atomic_load_explicit(t, memory_order_relaxed) + n, memory_order_relaxed);
}
#endif
