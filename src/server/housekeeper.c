#include "server/housekeeper.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/epoch.h"
#include "core/fit.h"
#include "core/foreign_session.h"
#include "core/prune.h"
#include "core/ready.h"
#include "core/schema.h"
#include "db/db.h"
#include "server/outbound.h"
#include "server/priv.h"
#include "server/signals.h"
#include "signer/signer_process.h"
#include <signal.h>
#include <sys/random.h>
#include <unistd.h>

/* PRUNE_BATCHES: the most batches that one run deletes; the rest waits for the next run. */
enum { HOUSEKEEPER_ARENA = 32 << 20, PRUNE_PAUSE_US = 20 * 1000, PRUNE_BATCHES = 2000 };

/* Return a random pause of 3/4 to 5/4 of the interval, in microseconds. */
static int64_t pause_randomly(int64_t interval_s)
{
	int64_t pause = interval_s * INT64_C(1000000);
	uint32_t r;

	if (getrandom(&r, sizeof r, 0) != sizeof r)
		r = 0;
	return pause * 3 / 4 + (int64_t)(r % 1000) * (pause / 2000);
}

void housekeeper_schedule(struct housekeeper *h, const struct conf *c, int64_t now)
{
	h->due_us = c->prune_interval ? now + pause_randomly(c->prune_interval) : INT64_MAX;
}

void housekeeper_schedule_confirm(struct housekeeper *h, int64_t now, int64_t pause_s)
{
	h->due_us = now + pause_randomly(pause_s);
}

struct prune_progress {
	int batches; /* batches that deleted rows; other batches are cheap and are not counted */
	int64_t gone;
};

static bool may_prune_on(void *arg, const int64_t rows[PRUNE_KINDS])
{
	struct prune_progress *p = arg;
	int64_t gone = 0;

	for (int k = 0; k < PRUNE_KINDS; k++)
		gone += rows[k];
	p->batches += gone > p->gone;
	p->gone = gone;
	usleep(PRUNE_PAUSE_US);
	return signals.stop == 0 && p->batches < PRUNE_BATCHES;
}

static void log_pruned_rows(const int64_t rows[PRUNE_KINDS])
{
	struct log_field f[PRUNE_KINDS];
	size_t n = 0;

	for (int k = 0; k < PRUNE_KINDS; k++)
		if (rows[k])
			f[n++] = (struct log_field){ prune_rows[k].name, NULL, rows[k] };
	if (n)
		log_event(LOG_LEVEL_INFO, "pruned", f, n);
}

int housekeeper_watch(const struct conf *c, struct scoreboard *board, int sign_fd, pid_t master)
{
	static struct signer_client client;
	struct cx cx = { .conf = c, .board = board, .ca = &client.ca };
	sigset_t wait;

	signals_install(ROLE_WORKER, &wait);
	if (!priv_die_with_parent(master, SIGTERM))
		return 0;
	priv_hide();
	priv_set_name("motetd: watch");
	signer_process_client_init(&client, sign_fd);
	cx.mem = arena_new(HOUSEKEEPER_ARENA);
	cx.db = db_new(c);
	db_set_fence(cx.db, epoch_fence);
	enum err e = ready_check_and_log(&cx);
	db_free(cx.db);
	arena_free(cx.mem);
	return e != OK;
}

static enum err check_database_fits(struct cx *cx)
{
	TRY(schema_check_version(cx));
	return fit_check(cx) == ERR_MISFIT ? ERR_MISFIT : OK;
}

static enum err prune_expired_rows(struct cx *cx)
{
	int64_t rows[PRUNE_KINDS] = { 0 };
	struct prune_progress p = { .batches = 0 };

	TRY(check_database_fits(cx));
	enum err e = prune_run(cx, may_prune_on, &p, rows);
	log_pruned_rows(rows);
	return e;
}

int housekeeper_run(const struct conf *c, pid_t master)
{
	struct cx cx = { .conf = c };
	sigset_t wait;

	signals_install(ROLE_WORKER, &wait);
	if (!priv_die_with_parent(master, SIGTERM))
		return 0;
	sigprocmask(SIG_SETMASK, &wait, NULL);
	priv_hide();
	priv_set_name("motetd: prune");
	cx.mem = arena_new(HOUSEKEEPER_ARENA);
	cx.db = db_new(c);
	db_set_fence(cx.db, epoch_fence);
	enum err e = prune_expired_rows(&cx);
	if (e == ERR_RETRY)
		log_debug("pruning: %s", cx.why.log);
	else if (e != OK && signals.stop == 0)
		log_warn("pruning failed, some expired rows may be left: %s", cx.why.log);
	db_free(cx.db);
	arena_free(cx.mem);
	return e != OK && e != ERR_RETRY;
}

/* If the home server of an actor cannot be asked now, it is asked again some minutes later. */
static enum err confirm_sessions(struct cx *cx)
{
	const int64_t last = clock_us() + CONFIRM_S * INT64_C(1000000);
	bool asked = true;

	TRY(check_database_fits(cx));
	for (int n = 0; n < CONFIRM_MOST && asked && signals.stop == 0 && clock_us() < last; n++) {
		arena_reset(cx->mem);
		enum err e = foreign_session_confirm_next(cx, &asked);
		if (e != OK && e != ERR_RETRY && e != ERR_RATE_LIMITED)
			return e;
	}
	return OK;
}

int housekeeper_confirm(const struct conf *c, struct net_slots *slots, pid_t master)
{
	struct outbound outbound;
	struct cx cx = { .conf = c, .fetch = &outbound.fetcher };
	sigset_t wait;

	signals_install(ROLE_WORKER, &wait);
	if (!priv_die_with_parent(master, SIGTERM) || !outbound_begin(&outbound, c, slots))
		return 0;
	sigprocmask(SIG_SETMASK, &wait, NULL);
	priv_hide();
	priv_set_name("motetd: confirm");
	cx.mem = arena_new(HOUSEKEEPER_ARENA);
	cx.db = db_new(c);
	enum err e = confirm_sessions(&cx);
	if (e == ERR_UNAVAILABLE || e == ERR_MISFIT)
		log_debug("cannot check the sessions of foreign actors now: %s", cx.why.log);
	else if (e != OK && signals.stop == 0)
		log_warn(
		    "other servers were not asked about sessions of their actors: %s", cx.why.log);
	outbound_end(&outbound);
	db_free(cx.db);
	arena_free(cx.mem);
	return e != OK;
}
