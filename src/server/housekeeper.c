#include "server/housekeeper.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/prune.h"
#include "core/schema.h"
#include "db/db.h"
#include "server/priv.h"
#include "server/signals.h"
#include <signal.h>
#include <sys/random.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
enum {
	ARENA_MAX = 32 << 20,
	PAUSE_US = 20 * 1000,
	BATCHES = 2000
}; /* what is left then waits for the next time */

void housekeeper_plan(struct housekeeper *h, const struct conf *c, int64_t now)
{
	int64_t pause = c->prune_interval * SECOND;
	uint32_t r;

	if (getrandom(&r, sizeof r, 0) != sizeof r)
		r = 0;
	h->due_us = pause ? now + pause * 3 / 4 + (int64_t)(r % 1000) * (pause / 2000) : INT64_MAX;
}

struct progress {
	int batches; /* that took something: a page without any costs little, and is none */
	int64_t gone;
};

static bool step(void *arg, const int64_t rows[PRUNE_KINDS])
{
	struct progress *p = arg;
	int64_t gone = 0;

	for (int k = 0; k < PRUNE_KINDS; k++)
		gone += rows[k];
	p->batches += gone > p->gone;
	p->gone = gone;
	usleep(PAUSE_US);
	return signals.stop == 0 && p->batches < BATCHES;
}

static void tell(const int64_t rows[PRUNE_KINDS])
{
	struct log_field f[PRUNE_KINDS];
	size_t n = 0;

	for (int k = 0; k < PRUNE_KINDS; k++)
		if (rows[k])
			f[n++] = (struct log_field){ prune_rows[k].name, NULL, rows[k] };
	if (n)
		log_event(LOG_LEVEL_INFO, "pruned", f, n);
}

static enum err work(struct cx *cx)
{
	int64_t rows[PRUNE_KINDS] = { 0 };
	struct progress p = { .batches = 0 };

	TRY(schema_fits(cx));
	enum err e = prune_run(cx, step, &p, rows);
	tell(rows);
	return e;
}

int housekeeper_run(const struct conf *c, pid_t master)
{
	struct cx cx = { .conf = c };
	sigset_t wait;

	signals_take(ROLE_WORKER, &wait);
	if (!priv_follow(master, SIGTERM))
		return 0;
	sigprocmask(SIG_SETMASK, &wait, NULL);
	priv_hide();
	priv_name("motetd: prune");
	cx.mem = arena_new(ARENA_MAX);
	cx.db = db_new(c);
	enum err e = work(&cx);
	if (e == ERR_RETRY)
		log_debug("pruning: %s", cx.why.log);
	else if (e != OK && signals.stop == 0)
		log_warn("nothing was pruned, or not all: %s", cx.why.log);
	db_free(cx.db);
	arena_free(cx.mem);
	return e != OK && e != ERR_RETRY;
}
