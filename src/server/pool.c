#include "server/pool.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/alarm.h"
#include "server/backoff.h"
#include "server/recycle.h"
#include "server/signals.h"
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* A worker that dies within this time after its start dies early. A worker whose request exceeds
 * request_deadline is killed this much later. */
enum { WORKER_GRACE_S = 5 };

/*
 * States of a slot:
 *   free     pid 0, gen 0
 *   waiting  pid 0, gen set: the worker starts at due_us
 *   running  pid set, kill_us 0
 *   leaving  pid set, kill_us is the deadline; INT64_MAX after SIGKILL, until it is reaped
 */
struct worker_slot {
	pid_t pid;
	int gen;
	int64_t due_us, kill_us;
	int64_t old_us; /* when the worker reaches max_age */
	struct backoff backoff;
	bool overdue;
};

struct pool {
	struct worker proto;
	const int *close_in_child;
	struct scoreboard *board;
	int gen, want, missing; /* missing: workers of this generation without a slot yet */
	int troubled;		/* slots whose worker starts after a pause */
	bool stopping;
	struct alarm alarm;
	int64_t answered; /* requests that were answered by workers that have exited */
	int64_t measured_us;
	struct worker_slot slot[SCOREBOARD_ROWS];
};

struct pool *pool_new(const struct worker *w, const int *close_in_child)
{
	struct pool *p = calloc(1, sizeof *p);

	if (p) {
		p->proto = *w;
		p->board = w->board;
		p->close_in_child = close_in_child;
	}
	return p;
}

void pool_free(struct pool *p)
{
	free(p);
}

static void free_worker_slot(struct pool *p, struct worker_slot *s)
{
	p->troubled -= s->backoff.fails > 0;
	*s = (struct worker_slot){ .pid = 0 };
}

static void assign_missing_workers(struct pool *p)
{
	for (int i = 0; i < SCOREBOARD_ROWS && p->missing > 0; i++)
		if (p->slot[i].gen == 0) {
			p->slot[i] = (struct worker_slot){ .gen = p->gen };
			p->missing--;
		}
}

void pool_start_generation(struct pool *p, const struct conf *c, int n)
{
	p->proto.conf = c;
	p->gen++;
	p->want = p->missing = n;
	p->board->wanted = n;
	for (int i = 0; i < SCOREBOARD_ROWS; i++)
		if (p->slot[i].gen && p->slot[i].pid == 0)
			free_worker_slot(p, &p->slot[i]);
	assign_missing_workers(p);
}

void pool_adopt(struct pool *p, const pid_t *pids, int n)
{
	p->gen++;
	for (int i = 0; i < n; i++) {
		scoreboard_reserve_row(p->board, i);
		p->slot[i] = (struct worker_slot){ .pid = pids[i], .gen = p->gen };
	}
}

int pool_list_pids(const struct pool *p, pid_t *pids)
{
	int n = 0;

	for (int i = 0; i < SCOREBOARD_ROWS; i++)
		if (p->slot[i].pid)
			pids[n++] = p->slot[i].pid;
	return n;
}

static void run_worker_child(struct pool *p, int i)
{
	struct worker w = p->proto;

	for (const int *fd = p->close_in_child; *fd >= 0; fd++)
		close(*fd);
	w.row = &p->board->row[i];
	_exit(worker_run(&w));
}

static void back_off_slot(struct pool *p, struct worker_slot *s, const char *what, int64_t now)
{
	if (s->backoff.fails == 0 && p->troubled++ == 0)
		log_warn(
		    "workers die early (%s); restarting them after pauses of up to 30 s", what);
	s->due_us = backoff_next(&s->backoff, now);
}

static void clear_slot_trouble(struct pool *p, struct worker_slot *s)
{
	s->backoff = (struct backoff){ .fails = 0 };
	if (--p->troubled == 0)
		log_info("workers start normally again");
}

static void spawn_worker(struct pool *p, int i, int64_t now)
{
	struct worker_slot *s = &p->slot[i];

	scoreboard_reserve_row(p->board, i);
	scoreboard_start_worker(&p->board->row[i], 0);
	scoreboard_count(&p->board->births, 1);
	p->board->row[i].state = WORKER_STARTING;
	s->old_us = recycle_due(p->proto.conf, now);
	pid_t pid = fork();
	if (pid == 0)
		run_worker_child(p, i);
	if (pid < 0)
		back_off_slot(p, s, strerror(errno), now);
	else
		s->pid = pid;
}

static void describe_exit(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "signal %d", WTERMSIG(status));
	else
		snprintf(text, size, "exit status %d", WEXITSTATUS(status));
}

/* Has the worker started well? If it has, a pause before its replacement would not help. */
static bool has_worker_matured(const struct scoreboard_row *r, int64_t now)
{
	return r->requests > 0 || r->request_us > 0 ||
	    now - r->started_us >= WORKER_GRACE_S * INT64_C(1000000);
}

static void schedule_replacement(struct pool *p, struct worker_slot *s,
    const struct scoreboard_row *r, int status, const char *what, int64_t now)
{
	s->pid = 0;
	s->kill_us = 0;
	s->due_us = now;
	if (status == 0)
		return;
	if (s->overdue)
		s->overdue = false;
	else if (!has_worker_matured(r, now))
		back_off_slot(p, s, what, now);
	else
		log_warn("worker %d ended with %s after %lld requests; it is replaced", (int)r->pid,
		    what, (long long)r->requests);
}

static void count_worker_death(struct pool *p, const char *what, int64_t now)
{
	scoreboard_count(&p->board->deaths, 1);
	alarm_record_death(&p->alarm, what, now);
	p->board->storm_until_us = alarm_storm_until(&p->alarm);
}

void pool_reap(struct pool *p, pid_t pid, int status, int64_t now)
{
	char what[64];

	for (int i = 0; i < SCOREBOARD_ROWS; i++) {
		struct worker_slot *s = &p->slot[i];
		struct scoreboard_row *r = &p->board->row[i];
		if (s->pid != pid)
			continue;
		p->answered += r->requests;
		describe_exit(status, what, sizeof what);
		if (status != 0 && s->kill_us == 0 && !s->overdue)
			count_worker_death(p, what, now);
		if (p->stopping || s->gen != p->gen)
			free_worker_slot(p, s);
		else
			schedule_replacement(p, s, r, status, what, now);
		r->state = WORKER_NONE;
		r->request_us = 0;
		r->pid = 0;
		assign_missing_workers(p);
		return;
	}
}

static bool is_worker_serving(const struct pool *p, int i, int gen)
{
	if (p->slot[i].pid == 0 || p->slot[i].gen < gen)
		return false; /* do not read the slot's row: pages that nobody reads or writes take
				 no memory */
	int state = p->board->row[i].state;
	return state == WORKER_IDLE || state == WORKER_BUSY;
}

static int count_serving_workers(const struct pool *p, int gen)
{
	int n = 0;

	for (int i = 0; i < SCOREBOARD_ROWS; i++)
		n += is_worker_serving(p, i, gen);
	return n;
}

struct pool_counts pool_get_counts(const struct pool *p)
{
	struct pool_counts n = { .requests = p->answered, .deaths = p->board->deaths };

	for (int i = 0; i < SCOREBOARD_ROWS; i++) {
		bool there = is_worker_serving(p, i, p->gen);
		n.workers += there;
		n.busy += there && p->board->row[i].state == WORKER_BUSY;
		n.requests += p->slot[i].pid ? p->board->row[i].requests : 0;
	}
	return n;
}

static void ask_worker_to_end(struct worker_slot *s, int64_t deadline)
{
	if (s->pid == 0)
		return;
	if (s->kill_us == 0)
		signals_send(s->pid, SIGTERM);
	if (s->kill_us == 0 || (s->kill_us > deadline && s->kill_us != INT64_MAX))
		s->kill_us = deadline;
}

static void retire_older_workers(struct pool *p, int64_t now)
{
	for (int i = 0; i < SCOREBOARD_ROWS; i++)
		if (p->slot[i].gen != p->gen && p->slot[i].kill_us == 0)
			ask_worker_to_end(
			    &p->slot[i], now + p->proto.conf->stop_deadline * INT64_C(1000000));
}

/* Replace one worker at a time. The worker may finish its request within request_deadline, so that
 * no request fails. */
static void recycle_one_worker(struct pool *p, int64_t now)
{
	const struct conf *c = p->proto.conf;
	char why[96];

	for (int i = 0; i < SCOREBOARD_ROWS; i++)
		if (p->slot[i].pid && p->slot[i].kill_us)
			return;
	for (int i = 0; i < SCOREBOARD_ROWS; i++) {
		struct worker_slot *s = &p->slot[i];
		if (s->pid && s->gen == p->gen &&
		    recycle_reason(c, p->board->row[i].resident, s->old_us, now, why, sizeof why)) {
			log_info("worker %d is replaced: %s", (int)s->pid, why);
			ask_worker_to_end(
			    s, now + (c->request_deadline + 2 * WORKER_GRACE_S) * INT64_C(1000000));
			return;
		}
	}
}

static void kill_overdue_worker(struct pool *p, int i, int64_t now)
{
	struct worker_slot *s = &p->slot[i];
	int64_t since = p->board->row[i].request_us,
		limit = (p->proto.conf->request_deadline + WORKER_GRACE_S) * INT64_C(1000000);

	if (s->kill_us && now >= s->kill_us) {
		log_warn("worker %d did not finish in time and is killed", (int)s->pid);
		signals_send(s->pid, SIGKILL);
		s->kill_us = INT64_MAX;
	} else if (!s->overdue && since && now - since > limit) {
		log_warn("worker %d has worked on one request for %lld s and is killed",
		    (int)s->pid, (long long)((now - since) / INT64_C(1000000)));
		signals_send(s->pid, SIGKILL);
		scoreboard_count(&p->board->killed, 1);
		s->overdue = true;
	}
}

static void tick_worker_slot(struct pool *p, int i, int64_t now)
{
	struct worker_slot *s = &p->slot[i];

	if (s->gen && s->pid == 0 && !p->stopping && now >= s->due_us)
		spawn_worker(p, i, now);
	if (s->pid == 0)
		return;
	kill_overdue_worker(p, i, now);
	if (s->backoff.fails && p->board->row[i].state != WORKER_STARTING &&
	    has_worker_matured(&p->board->row[i], now))
		clear_slot_trouble(p, s);
}

static void inspect_pool(struct pool *p, int64_t now)
{
	struct pool_counts n = pool_get_counts(p);

	p->measured_us = now;
	p->board->resident = scoreboard_read_resident();
	alarm_check_load(&p->alarm, n.workers, n.busy, now);
	recycle_one_worker(p, now);
}

int64_t pool_tick(struct pool *p, int64_t now)
{
	int64_t next = now + INT64_C(1000000);

	for (int i = 0; i < SCOREBOARD_ROWS; i++) {
		struct worker_slot *s = &p->slot[i];
		if (s->gen == 0)
			continue;
		tick_worker_slot(p, i, now);
		int64_t due = s->pid ? s->kill_us : s->due_us;
		if (due > 0 && due < next)
			next = due;
	}
	if (!p->stopping && pool_is_complete(p))
		retire_older_workers(p, now);
	if (!p->stopping && now - p->measured_us >= INT64_C(1000000))
		inspect_pool(p, now);
	return next;
}

bool pool_is_complete(const struct pool *p)
{
	return count_serving_workers(p, p->gen) >= p->want;
}

bool pool_has_serving_worker(const struct pool *p)
{
	return count_serving_workers(p, 0) > 0;
}

void pool_signal(struct pool *p, int sig)
{
	for (int i = 0; i < SCOREBOARD_ROWS; i++)
		signals_send(p->slot[i].pid, sig);
}

void pool_stop(struct pool *p, int64_t deadline_us)
{
	p->stopping = true;
	p->board->stopping = true;
	for (int i = 0; i < SCOREBOARD_ROWS; i++) {
		if (p->slot[i].gen && p->slot[i].pid == 0)
			free_worker_slot(p, &p->slot[i]);
		ask_worker_to_end(&p->slot[i], deadline_us);
	}
}

bool pool_is_empty(const struct pool *p)
{
	for (int i = 0; i < SCOREBOARD_ROWS; i++)
		if (p->slot[i].pid)
			return false;
	return true;
}
