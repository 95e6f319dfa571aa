#include "ctl/scoreboard_view.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>
#include <unistd.h>

struct server_status {
	struct str version, state, unseen;
	int64_t started_at, up_seconds;
	int64_t workers, workers_wanted, starting, idle, busy, stopping, births, deaths, killed,
	    signer_deaths, reloads;
	int64_t requests, answers_2xx, answers_4xx, answers_5xx, database_up, database_away;
	double per_second, p50, p95, p99, oldest, db_ms, db_trips;
	int64_t stock, last_resorts, stock_at, certificate_ends, certificate_days;
	int64_t count[COUNTS];
};
static const struct column server_status_columns[] = {
	COL_STR(server_status, version, "version"),
	COL_STR(server_status, state, "state"),
	COL_TIME(server_status, started_at, "started_at"),
	COL_NUM(server_status, up_seconds, "up_seconds"),
	COL_NUM(server_status, workers, "workers"),
	COL_NUM(server_status, workers_wanted, "workers_wanted"),
	COL_NUM(server_status, starting, "workers_starting"),
	COL_NUM(server_status, idle, "workers_idle"),
	COL_NUM(server_status, busy, "workers_busy"),
	COL_NUM(server_status, stopping, "workers_stopping"),
	COL_NUM(server_status, births, "worker_births"),
	COL_NUM(server_status, deaths, "worker_deaths"),
	COL_NUM(server_status, killed, "workers_killed"),
	COL_NUM(server_status, signer_deaths, "signer_deaths"),
	COL_NUM(server_status, reloads, "reloads"),
	COL_NUM(server_status, requests, "requests"),
	COL_REAL(server_status, per_second, "requests_per_second"),
	COL_NUM(server_status, answers_2xx, "answers_below_400"),
	COL_NUM(server_status, answers_4xx, "answers_4xx"),
	COL_NUM(server_status, answers_5xx, "answers_5xx"),
	COL_REAL(server_status, p50, "p50_ms"),
	COL_REAL(server_status, p95, "p95_ms"),
	COL_REAL(server_status, p99, "p99_ms"),
	COL_REAL(server_status, oldest, "oldest_request_ms"),
	COL_NUM(server_status, database_up, "workers_with_database"),
	COL_NUM(server_status, database_away, "workers_without_database"),
	COL_REAL(server_status, db_ms, "database_ms_per_request"),
	COL_REAL(server_status, db_trips, "round_trips_per_request"),
	COL_NUM(server_status, stock, "keypackage_stock"),
	COL_NUM(server_status, last_resorts, "keypackage_last_resorts"),
	COL_TIME(server_status, stock_at, "keypackages_counted_at"),
	COL_TIME(server_status, certificate_ends, "certificate_ends_at"),
	COL_NUM(server_status, certificate_days, "certificate_days_left"),
	COL_STR(server_status, unseen, "unseen"),
};
enum { STATUS_COLUMNS = sizeof server_status_columns / sizeof server_status_columns[0] };

static double divide_or_zero(int64_t n, int64_t of)
{
	return of ? (double)n / (double)of : 0;
}

static struct str describe_server_state(const struct scoreboard_view *b)
{
	int64_t serving = b->sum.workers[WORKER_IDLE] + b->sum.workers[WORKER_BUSY];

	if (serving == 0)
		return STR("no worker is ready");
	if (b->storm)
		return STR("crash storm: workers die again and again");
	if (b->sum.db[METER_DB_AWAY])
		return STR("the database is unavailable");
	if (b->unready)
		return STR("not ready: the log of motetd says why");
	if (b->cert_not_after && b->cert_not_after <= clock_now())
		return STR("the server's certificate has expired");
	if (!b->alone && serving < b->wanted)
		return STR("fewer workers serve than are wanted");
	return b->sum.workers[WORKER_IDLE] ? STR("serving") : STR("all workers are busy");
}

static void fill_traffic(
    struct server_status *s, const struct scoreboard_view *b, const struct scoreboard_view *before)
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
	s->db_ms =
	    divide_or_zero(b->sum.phase_us[PHASE_DB] + b->sum.phase_us[PHASE_CONNECT], all->n) /
	    1000;
	s->db_trips = divide_or_zero(b->sum.count[COUNT_DB_ROUND_TRIP], all->n);
}

static void fill_server_status(
    struct server_status *s, const struct scoreboard_view *b, const struct scoreboard_view *before)
{
	const int *w = b->sum.workers;
	int64_t now = clock_now();

	*s = (struct server_status){ .version = b->version,
		.state = describe_server_state(b),
		.unseen =
		    STR("the web server and other hosts (run motetctl doctor URL), the stored data "
			"(run motetctl verify)"),
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
	fill_traffic(s, b, before);
	memcpy(s->count, b->sum.count, sizeof s->count);
}

/* Text output leaves out counters that are 0. */
static size_t add_counter_columns(
    struct arena *mem, const struct server_status *s, bool all, struct column *c)
{
	size_t n = 0;

	for (size_t i = 0; i < COUNTS; i++) {
		const struct meter_row *m = &meter_rows[i];
		if (!all && s->count[i] == 0)
			continue;
		const char *name =
		    m->label[0] ? arena_printf(mem, "%s_%s", m->family, m->value) : m->family;
		c[n++] = (struct column){ name, COL_NUM,
			offsetof(struct server_status, count) + i * sizeof s->count[0] };
	}
	return n;
}

/* Two readings, one second apart, give the request rate. */
enum err cmd_status(struct ctl *c)
{
	enum { A_SECOND = 1000000 };
	bool json = ctl_options_has(&c->opt, OPT_JSON);
	struct column all[STATUS_COLUMNS + COUNTS];
	struct scoreboard_view *before, *now;
	struct server_status s;

	TRY(scoreboard_view_take(c, &before));
	usleep(A_SECOND);
	TRY(scoreboard_view_take(c, &now));
	if (now->started_us != before->started_us)
		before = now;
	fill_server_status(&s, now, before);
	memcpy(all, server_status_columns, sizeof server_status_columns);
	const struct listing l = { all,
		STATUS_COLUMNS + add_counter_columns(c->cx.mem, &s, json, all + STATUS_COLUMNS), &s,
		sizeof s, 1 };
	out_one(&c->cx, &l, json);
	return OK;
}
