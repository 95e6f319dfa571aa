#include "api/ops/metrics_text.h"
#include "shm/scoreboard_sum.h"
#include <stdio.h>

static void put_metric_head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_metric_value(
    struct buf *b, const char *name, const char *type, const char *help, int64_t n)
{
	put_metric_head(b, name, type, help);
	buf_printf(b, "%s %lld\n", name, (long long)n);
}

static void put_metric_seconds(struct buf *b, int64_t us)
{
	buf_printf(b, "%lld.%06lld\n", (long long)(us / 1000000), (long long)(us % 1000000));
}

static void put_process_metrics(
    struct buf *b, const struct scoreboard *s, const struct scoreboard_sum *sum)
{
	static const char *const states[] = { "none", "starting", "idle", "busy", "stopping" };
	static const char *const dbs[] = { "unused", "up", "away" };
	int64_t memory = s->resident;

	for (int i = 0; i < s->rows && i < SCOREBOARD_ROWS; i++)
		memory += s->row[i].pid ? s->row[i].resident : 0;
	put_metric_head(b, "motet_build_info", "gauge", "Version of the program.");
	buf_printf(b, "motet_build_info{version=\"%s\"} 1\n", s->version);
	put_metric_value(b, "process_start_time_seconds", "gauge",
	    "When motetd started, in seconds since 1970.", s->started);
	put_metric_value(b, "process_resident_memory_bytes", "gauge",
	    "Memory of master and workers; shared memory counts once for each.", memory);
	put_metric_head(b, "motet_workers", "gauge", "Workers by state.");
	for (int i = WORKER_STARTING; i < WORKER_STATES; i++)
		buf_printf(b, "motet_workers{state=\"%s\"} %d\n", states[i], sum->workers[i]);
	put_metric_value(b, "motet_workers_wanted", "gauge",
	    "Workers that should run; 0 if another program starts them.", s->wanted);
	put_metric_head(b, "motet_database_workers", "gauge",
	    "Workers by whether the database answered at their last use of it.");
	for (int i = 0; i < 3; i++)
		buf_printf(b, "motet_database_workers{state=\"%s\"} %d\n", dbs[i], sum->db[i]);
	put_metric_head(b, "motet_oldest_request_seconds", "gauge",
	    "Age of the oldest request that is being worked on.");
	buf_z(b, "motet_oldest_request_seconds ");
	put_metric_seconds(b, sum->oldest_us);
}

static void put_pool_metrics(struct buf *b, const struct scoreboard *s, int64_t at_us)
{
	put_metric_value(b, "motet_worker_births_total", "counter", "Workers started.", s->births);
	put_metric_value(b, "motet_worker_deaths_total", "counter",
	    "Workers that ended unexpectedly.", s->deaths);
	put_metric_value(b, "motet_workers_killed_total", "counter",
	    "Workers killed because a request took too long.", s->killed);
	put_metric_value(b, "motet_crash_storm", "gauge",
	    "1 while workers keep dying; the log has an alarm.", scoreboard_is_storm(s, at_us));
	put_metric_value(b, "motet_signer_deaths_total", "counter",
	    "Signers that ended and were replaced.", s->signer_deaths);
	put_metric_value(
	    b, "motet_reloads_total", "counter", "Reloads of the configuration.", s->reloads);
}

static void put_request_metrics(
    struct buf *b, const struct scoreboard *s, const struct scoreboard_sum *sum)
{
	put_metric_head(b, "motet_http_requests_total", "counter",
	    "Answered requests; status 0: statuses without a counter of their own.");
	for (int r = 0; r < s->nroutes; r++)
		for (int i = 0; i < SCOREBOARD_STATUSES; i++)
			if (sum->route[r].status[i])
				buf_printf(b,
				    "motet_http_requests_total{route=\"%s\",method=\"%s\","
				    "status=\"%d\"} %lld\n",
				    s->name[r].path, s->name[r].method, scoreboard_statuses[i],
				    (long long)sum->route[r].status[i]);
}

static void put_route_histogram(
    struct buf *b, const struct scoreboard_name *name, const struct scoreboard_sum_route *r)
{
	static const char family[] = "motet_http_request_duration_seconds";
	int64_t n = 0;

	for (int i = 0; i < SCOREBOARD_BUCKETS; i++) {
		n += r->bucket[i];
		buf_printf(b, "%s_bucket{route=\"%s\",method=\"%s\",le=\"", family, name->path,
		    name->method);
		if (i == SCOREBOARD_BUCKETS - 1)
			buf_z(b, "+Inf");
		else
			buf_printf(b, "%g", (double)scoreboard_buckets_us[i] / 1e6);
		buf_printf(b, "\"} %lld\n", (long long)n);
	}
	buf_printf(b, "%s_sum{route=\"%s\",method=\"%s\"} ", family, name->path, name->method);
	put_metric_seconds(b, r->us);
	buf_printf(b, "%s_count{route=\"%s\",method=\"%s\"} %lld\n", family, name->path,
	    name->method, (long long)n);
}

static void put_duration_metrics(
    struct buf *b, const struct scoreboard *s, const struct scoreboard_sum *sum)
{
	put_metric_head(b, "motet_http_request_duration_seconds", "histogram",
	    "Time from the first octet of a request to the last octet of its answer.");
	for (int r = 0; r < s->nroutes; r++)
		if (sum->route[r].n)
			put_route_histogram(b, &s->name[r], &sum->route[r]);
	put_metric_head(
	    b, "motet_phase_seconds_total", "counter", "Time that requests spent, by phase.");
	for (int i = 0; i < PHASES; i++) {
		buf_printf(b, "motet_phase_seconds_total{phase=\"%s\"} ", meter_phase_names[i]);
		put_metric_seconds(b, sum->phase_us[i]);
	}
}

static void put_counter_metrics(struct buf *b, const struct scoreboard_sum *sum)
{
	const char *last = "";

	for (int i = 0; i < COUNTS; last = meter_rows[i++].family) {
		const struct meter_row *m = &meter_rows[i];
		if (strcmp(last, m->family) != 0)
			buf_printf(b, "# HELP motet_%s_total %s\n# TYPE motet_%s_total counter\n",
			    m->family, m->help, m->family);
		buf_printf(b, "motet_%s_total", m->family);
		if (m->label[0])
			buf_printf(b, "{%s=\"%s\"}", m->label, m->value);
		buf_printf(b, " %lld\n", (long long)sum->count[i]);
	}
	put_metric_head(b, "motet_errors_total", "counter",
	    "Requests that ended with an error, by the error's name in the log.");
	for (int i = 1; i < ERR_COUNT; i++)
		if (sum->error[i])
			buf_printf(b, "motet_errors_total{error=\"%s\"} %lld\n",
			    err_name((enum err)i), (long long)sum->error[i]);
}

/* A value that is not known yet is left out. */
static void put_gauge_metrics(struct buf *b, const struct scoreboard *s)
{
	put_metric_head(b, "motet_epoch", "gauge",
	    "Number of the database's epoch; it rises when a failover or a restore may have lost "
	    "commits.");
	if (s->epoch)
		buf_printf(b, "motet_epoch %lld\n", (long long)s->epoch);
	put_metric_head(b, "motet_keypackage_stock", "gauge",
	    "KeyPackages that can be claimed, counted at most once a minute.");
	if (s->stock_at) {
		buf_printf(
		    b, "motet_keypackage_stock{kind=\"one_time\"} %lld\n", (long long)s->stock);
		buf_printf(b, "motet_keypackage_stock{kind=\"last_resort\"} %lld\n",
		    (long long)s->last_resorts);
	}
	put_metric_head(b, "motet_server_certificate_not_after_seconds", "gauge",
	    "When the server's certificate expires, in seconds since 1970.");
	if (s->cert_not_after)
		buf_printf(b, "motet_server_certificate_not_after_seconds %lld\n",
		    (long long)s->cert_not_after);
}

struct str metrics_text(struct arena *mem, const struct scoreboard *s)
{
	struct scoreboard_sum *sum = arena_alloc(mem, sizeof *sum);
	struct buf b = { .mem = mem };

	scoreboard_sum_take(s, -1, sum);
	put_process_metrics(&b, s, sum);
	put_pool_metrics(&b, s, sum->at_us);
	put_request_metrics(&b, s, sum);
	put_duration_metrics(&b, s, sum);
	put_counter_metrics(&b, sum);
	put_gauge_metrics(&b, s);
	return buf_done(&b);
}
