#include "ctl/scoreboard_view.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>
#include <unistd.h>

struct status {
	struct str version, state;
	int64_t started_at, up_seconds;
	int64_t workers, workers_wanted, starting, idle, busy, stopping, births, deaths, killed,
	    signer_deaths, reloads;
	int64_t requests, answers_2xx, answers_4xx, answers_5xx, database_up, database_away;
	double per_second, p50, p95, p99, oldest, db_ms, db_trips;
	int64_t stock, last_resorts, stock_at, certificate_ends, certificate_days;
	int64_t count[COUNTS];
};
static const struct column columns[] = {
	COL_STR(status, version, "version"),
	COL_STR(status, state, "state"),
	COL_TIME(status, started_at, "started_at"),
	COL_NUM(status, up_seconds, "up_seconds"),
	COL_NUM(status, workers, "workers"),
	COL_NUM(status, workers_wanted, "workers_wanted"),
	COL_NUM(status, starting, "workers_starting"),
	COL_NUM(status, idle, "workers_idle"),
	COL_NUM(status, busy, "workers_busy"),
	COL_NUM(status, stopping, "workers_stopping"),
	COL_NUM(status, births, "worker_births"),
	COL_NUM(status, deaths, "worker_deaths"),
	COL_NUM(status, killed, "workers_killed"),
	COL_NUM(status, signer_deaths, "signer_deaths"),
	COL_NUM(status, reloads, "reloads"),
	COL_NUM(status, requests, "requests"),
	COL_REAL(status, per_second, "requests_per_second"),
	COL_NUM(status, answers_2xx, "answers_below_400"),
	COL_NUM(status, answers_4xx, "answers_4xx"),
	COL_NUM(status, answers_5xx, "answers_5xx"),
	COL_REAL(status, p50, "p50_ms"),
	COL_REAL(status, p95, "p95_ms"),
	COL_REAL(status, p99, "p99_ms"),
	COL_REAL(status, oldest, "oldest_request_ms"),
	COL_NUM(status, database_up, "workers_with_database"),
	COL_NUM(status, database_away, "workers_without_database"),
	COL_REAL(status, db_ms, "database_ms_per_request"),
	COL_REAL(status, db_trips, "round_trips_per_request"),
	COL_NUM(status, stock, "keypackage_stock"),
	COL_NUM(status, last_resorts, "keypackage_last_resorts"),
	COL_TIME(status, stock_at, "keypackages_counted_at"),
	COL_TIME(status, certificate_ends, "certificate_ends_at"),
	COL_NUM(status, certificate_days, "certificate_days_left"),
};
enum { FIXED = sizeof columns / sizeof columns[0] };

static double per(int64_t n, int64_t of)
{
	return of ? (double)n / (double)of : 0;
}

static struct str state_of(const struct scoreboard_view *b)
{
	int64_t serving = b->sum.workers[WORKER_IDLE] + b->sum.workers[WORKER_BUSY];

	if (serving == 0)
		return STR("no worker serves");
	if (b->storm)
		return STR("crash storm: workers die one after the other");
	if (b->sum.db[METER_DB_AWAY])
		return STR("the database is away");
	if (!b->alone && serving < b->wanted)
		return STR("workers are missing");
	return b->sum.workers[WORKER_IDLE] ? STR("good") : STR("all workers are busy");
}

static void traffic(
    struct status *s, const struct scoreboard_view *b, const struct scoreboard_view *before)
{
	const struct scoreboard_sum_route *all = &b->sum.all;
	int64_t us = b->sum.at_us - before->sum.at_us;

	s->requests = all->n;
	s->per_second = us > 0 ? (double)(all->n - before->sum.all.n) * 1e6 / (double)us : 0;
	s->answers_2xx = scoreboard_sum_statuses(all, 0, 400);
	s->answers_4xx = scoreboard_sum_statuses(all, 400, 500);
	s->answers_5xx = scoreboard_sum_statuses(all, 500, 1000);
	s->p50 = (double)scoreboard_sum_quantile(all, 0.5) / 1000;
	s->p95 = (double)scoreboard_sum_quantile(all, 0.95) / 1000;
	s->p99 = (double)scoreboard_sum_quantile(all, 0.99) / 1000;
	s->oldest = (double)b->sum.oldest_us / 1000;
	s->db_ms = per(b->sum.phase_us[PHASE_DB] + b->sum.phase_us[PHASE_CONNECT], all->n) / 1000;
	s->db_trips = per(b->sum.count[COUNT_DB_ROUND_TRIP], all->n);
}

static void fill(
    struct status *s, const struct scoreboard_view *b, const struct scoreboard_view *before)
{
	const int *w = b->sum.workers;
	int64_t now = clock_now();

	*s = (struct status){ .version = b->version,
		.state = state_of(b),
		.started_at = b->started,
		.up_seconds = now - b->started,
		.workers = (int64_t)b->nworkers,
		.workers_wanted = b->wanted,
		.starting = w[WORKER_STARTING],
		.idle = w[WORKER_IDLE],
		.busy = w[WORKER_BUSY],
		.stopping = w[WORKER_STOPPING],
		.births = b->births,
		.deaths = b->deaths,
		.killed = b->killed,
		.signer_deaths = b->signer_deaths,
		.reloads = b->reloads,
		.database_up = b->sum.db[METER_DB_UP],
		.database_away = b->sum.db[METER_DB_AWAY],
		.stock = b->stock,
		.last_resorts = b->last_resorts,
		.stock_at = b->stock_at,
		.certificate_ends = b->cert_not_after,
		.certificate_days = b->cert_not_after ? (b->cert_not_after - now) / 86400 : 0 };
	traffic(s, b, before);
	memcpy(s->count, b->sum.count, sizeof s->count);
}

/* Counters that are still 0 are left out for people. */
static size_t counters(struct arena *mem, const struct status *s, bool all, struct column *c)
{
	size_t n = 0;

	for (size_t i = 0; i < COUNTS; i++) {
		const struct meter_row *m = &meter_rows[i];
		if (!all && s->count[i] == 0)
			continue;
		const char *name =
		    m->label[0] ? arena_printf(mem, "%s_%s", m->family, m->value) : m->family;
		c[n++] = (struct column){ name, COL_NUM,
			offsetof(struct status, count) + i * sizeof s->count[0] };
	}
	return n;
}

/* Rates need two looks; a second is long enough to see something, and short enough to wait for. */
enum err cmd_status(struct ctl *c)
{
	enum { A_SECOND = 1000000 };
	bool json = options_has(&c->opt, OPT_JSON);
	struct column all[FIXED + COUNTS];
	struct scoreboard_view *before, *now;
	struct status s;

	TRY(scoreboard_view_take(c, &before));
	usleep(A_SECOND);
	TRY(scoreboard_view_take(c, &now));
	if (now->started_us != before->started_us)
		before = now;
	fill(&s, now, before);
	memcpy(all, columns, sizeof columns);
	const struct listing l = { all, FIXED + counters(c->cx.mem, &s, json, all + FIXED), &s,
		sizeof s, 1 };
	out_one(&c->cx, &l, json);
	return OK;
}
