#include "ctl/scoreboard_view.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include "ctl/term/screen.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOP_INTERVAL_MS = 1000, ARENA_MAX = 64 << 20, BATCH_ROWS = 10000, BATCH_COLUMNS = 1000 };

/* A damaged file may hold any number as a process id, so a subtraction could overflow. */
static int compare_worker_pids(const void *a, const void *b)
{
	const struct scoreboard_view_worker *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static int compare_worker_times(const void *a, const void *b)
{
	const struct scoreboard_view_worker *x = a, *y = b;

	return x->request_us != y->request_us ? (x->request_us < y->request_us ? 1 : -1)
					      : compare_worker_pids(a, b);
}

static int compare_worker_requests(const void *a, const void *b)
{
	const struct scoreboard_view_worker *x = a, *y = b;

	return x->requests != y->requests ? (x->requests < y->requests ? 1 : -1)
					  : compare_worker_pids(a, b);
}

static const struct worker_order {
	char key;
	const char *word;
	int (*less)(const void *, const void *);
} worker_orders[] = { { 't', "time", compare_worker_times },
	{ 'r', "requests", compare_worker_requests }, { 'p', "pid", compare_worker_pids } };
enum { WORKER_ORDERS = sizeof worker_orders / sizeof worker_orders[0] };

struct top_page {
	struct buf b;
	int rows, columns; /* rows: those still free on the page; columns: its width */
};

__attribute__((format(printf, 2, 3))) static void put_page_line(
    struct top_page *p, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (p->rows-- <= 0)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	buf_printf(&p->b, "%.*s\n", p->columns, line);
}

static double us_to_ms(int64_t us)
{
	return (double)us / 1000;
}

/* What was counted since the previous page; on the first page, since the start of the server. */
struct top_span {
	struct scoreboard_sum sum;
	double seconds;
};

static void put_summary(
    struct top_page *p, const struct scoreboard_view *b, const struct top_span *s)
{
	const struct scoreboard_sum *n = &b->sum;
	int64_t up = clock_now() - b->started;
	const struct scoreboard_sum_route *all = &s->sum.all;

	put_page_line(p,
	    "motetd %.*s  up %lld:%02d:%02d  workers %zu: %d busy, %d idle, %d starting, "
	    "%d stopping  with database: %d, without: %d",
	    (int)b->version.n, b->version.s, (long long)(up / 3600), (int)(up / 60 % 60),
	    (int)(up % 60), b->nworkers, n->workers[WORKER_BUSY], n->workers[WORKER_IDLE],
	    n->workers[WORKER_STARTING], n->workers[WORKER_STOPPING], n->db[METER_DB_UP],
	    n->db[METER_DB_AWAY]);
	put_page_line(p,
	    "%.1f requests/s  %.1f errors/s  p50 %.1f  p95 %.1f  p99 %.1f ms  database %.1f ms per "
	    "request  %lld requests in total  %lld workers died",
	    (double)all->n / s->seconds,
	    (double)scoreboard_sum_statuses(all, 500, 1000) / s->seconds,
	    us_to_ms(scoreboard_sum_quantile(all, 0.5)),
	    us_to_ms(scoreboard_sum_quantile(all, 0.95)),
	    us_to_ms(scoreboard_sum_quantile(all, 0.99)),
	    all->n ? us_to_ms(s->sum.phase_us[PHASE_DB] + s->sum.phase_us[PHASE_CONNECT]) /
		    (double)all->n
		   : 0.0,
	    (long long)n->all.n, (long long)b->deaths);
}

/* Show the number of KeyPackages that /metrics last counted: top does not ask the database. */
static void put_keypackage_stock(struct top_page *p, const struct scoreboard_view *b)
{
	if (b->stock_at == 0)
		put_page_line(p, "KeyPackages: not counted yet; a request to /metrics counts them");
	else
		put_page_line(p,
		    "KeyPackages: %lld in stock, %lld last resorts, counted %lld s ago",
		    (long long)b->stock, (long long)b->last_resorts,
		    (long long)(clock_now() - b->stock_at));
}

static void put_workers(struct top_page *p, const struct scoreboard_view *b, size_t most)
{
	put_page_line(p, " ");
	put_page_line(p, "%8s %-8s %10s %10s %-8s %-4s %s", "PID", "STATE", "REQUESTS", "MS",
	    "PHASE", "DB", "ROUTE");
	for (size_t i = 0; i < b->nworkers && i < most; i++) {
		const struct scoreboard_view_worker *w = &b->worker[i];
		bool at = w->request_us > 0;
		put_page_line(p, "%8d %-8s %10lld %10.0f %-8s %-4s %s %s", w->pid,
		    scoreboard_view_state_names[w->state], (long long)w->requests,
		    us_to_ms(w->request_us), at ? meter_phase_names[w->phase] : "-",
		    scoreboard_view_db_names[w->db], at ? b->name[w->route].method : "",
		    at ? b->name[w->route].path : "-");
	}
	if (b->nworkers > most)
		put_page_line(p, "%8s %zu more", "", b->nworkers - most);
}

/* Find the busiest route that is not shown yet; -1: there is none. */
static int find_busiest_route(const struct top_span *s, int nroutes, const bool *shown)
{
	int best = -1;

	for (int i = 0; i < nroutes; i++)
		if (!shown[i] && s->sum.route[i].n > 0 &&
		    (best < 0 || s->sum.route[i].n > s->sum.route[best].n))
			best = i;
	return best;
}

static void put_routes(
    struct top_page *p, const struct scoreboard_view *b, const struct top_span *s)
{
	bool shown[SCOREBOARD_ROUTES] = { false };
	int i;

	put_page_line(p, " ");
	put_page_line(p, "%9s %9s %9s %9s %s", "REQ/S", "4XX/S", "5XX/S", "P95 MS", "ROUTE");
	while (p->rows > 0 && (i = find_busiest_route(s, b->nroutes, shown)) >= 0) {
		const struct scoreboard_sum_route *r = &s->sum.route[i];
		shown[i] = true;
		put_page_line(p, "%9.1f %9.1f %9.1f %9.1f %s %s", (double)r->n / s->seconds,
		    (double)scoreboard_sum_statuses(r, 400, 500) / s->seconds,
		    (double)scoreboard_sum_statuses(r, 500, 1000) / s->seconds,
		    us_to_ms(scoreboard_sum_quantile(r, 0.95)), b->name[i].method, b->name[i].path);
	}
}

static void show_top_page(struct arena *mem, struct scoreboard_view *b, const struct top_span *s,
    const struct worker_order *o, bool batch)
{
	struct top_page p = { .b = { .mem = mem }, .rows = BATCH_ROWS, .columns = BATCH_COLUMNS };

	if (!batch)
		screen_size(&p.rows, &p.columns);
	qsort(b->worker, b->nworkers, sizeof *b->worker, o->less);
	put_summary(&p, b, s);
	put_keypackage_stock(&p, b);
	put_workers(&p, b, p.rows > 12 ? (size_t)(p.rows - 2) / 2 : 4);
	put_routes(&p, b, s);
	screen_show(buf_done(&p.b));
}

struct worker_row {
	struct str state, phase, database, method, path;
	int64_t pid, requests;
	double request_ms;
};
static const struct column worker_columns[] = {
	COL_NUM(worker_row, pid, "pid"),
	COL_STR(worker_row, state, "state"),
	COL_NUM(worker_row, requests, "requests"),
	COL_REAL(worker_row, request_ms, "request_ms"),
	COL_STR(worker_row, phase, "phase"),
	COL_STR(worker_row, database, "database"),
	COL_STR(worker_row, method, "method"),
	COL_STR(worker_row, path, "path"),
};
struct route_row {
	struct str method, path;
	int64_t requests, answers_4xx, answers_5xx;
	double p95;
};
static const struct column route_columns[] = {
	COL_STR(route_row, method, "method"),
	COL_STR(route_row, path, "path"),
	COL_NUM(route_row, requests, "requests"),
	COL_NUM(route_row, answers_4xx, "answers_4xx"),
	COL_NUM(route_row, answers_5xx, "answers_5xx"),
	COL_REAL(route_row, p95, "p95_ms"),
};

static struct worker_row *make_worker_rows(struct arena *mem, const struct scoreboard_view *b)
{
	struct worker_row *r = arena_alloc(mem, (b->nworkers + 1) * sizeof *r);

	for (size_t i = 0; i < b->nworkers; i++) {
		const struct scoreboard_view_worker *w = &b->worker[i];
		r[i] = (struct worker_row){ .pid = w->pid,
			.state = str_of(scoreboard_view_state_names[w->state]),
			.requests = w->requests };
		if (w->db != METER_DB_UNUSED)
			r[i].database = str_of(scoreboard_view_db_names[w->db]);
		if (w->request_us <= 0)
			continue;
		r[i].request_ms = us_to_ms(w->request_us);
		r[i].phase = str_of(meter_phase_names[w->phase]);
		r[i].method = str_of(b->name[w->route].method);
		r[i].path = str_of(b->name[w->route].path);
	}
	return r;
}

static struct route_row *make_route_rows(
    struct arena *mem, const struct scoreboard_view *b, const struct top_span *s, size_t *n)
{
	struct route_row *r = arena_alloc(mem, SCOREBOARD_ROUTES * sizeof *r);
	bool shown[SCOREBOARD_ROUTES] = { false };
	int i;

	for (*n = 0; (i = find_busiest_route(s, b->nroutes, shown)) >= 0; shown[i] = true) {
		const struct scoreboard_sum_route *one = &s->sum.route[i];
		r[(*n)++] = (struct route_row){ str_of(b->name[i].method), str_of(b->name[i].path),
			one->n, scoreboard_sum_statuses(one, 400, 500),
			scoreboard_sum_statuses(one, 500, 1000),
			us_to_ms(scoreboard_sum_quantile(one, 0.95)) };
	}
	return r;
}

static void print_top_json(struct cx *cx, struct scoreboard_view *b, const struct top_span *s,
    const struct worker_order *o)
{
	static const char *const names[] = { "workers", "routes" };
	size_t nroutes;

	qsort(b->worker, b->nworkers, sizeof *b->worker, o->less);
	struct route_row *routes = make_route_rows(cx->mem, b, s, &nroutes);
	const struct listing lists[] = {
		LISTING(worker_columns, make_worker_rows(cx->mem, b), b->nworkers),
		LISTING(route_columns, routes, nroutes),
	};
	out_arrays(cx, names, lists, 2);
}

static void measure_span(const struct scoreboard_view *now, const struct scoreboard_sum *then,
    int64_t began_us, struct top_span *s)
{
	static const struct scoreboard_sum nothing;
	bool same = then->at_us && began_us == now->started_us;

	scoreboard_sum_since(&now->sum, same ? then : &nothing, &s->sum);
	s->seconds = (double)(now->sum.at_us - (same ? then->at_us : now->started_us)) / 1e6;
	if (s->seconds < 0.001)
		s->seconds = 0.001;
}

static bool handle_key(int key, const struct worker_order **o)
{
	for (int i = 0; i < WORKER_ORDERS; i++)
		if (worker_orders[i].key == key)
			*o = &worker_orders[i];
	return key >= 0 && key != 'q';
}

static bool prints_one_page(const struct ctl *c)
{
	return ctl_options_has(&c->opt, OPT_ONCE) || ctl_options_has(&c->opt, OPT_JSON);
}

static enum err repeat_top_page(struct ctl *c, const struct worker_order *o, bool batch)
{
	static struct scoreboard_sum then;
	static struct top_span s;
	int64_t began = 0;
	struct scoreboard_view *b;

	do {
		arena_reset(c->cx.mem);
		TRY(scoreboard_view_take(c, &b));
		measure_span(b, &then, began, &s);
		if (ctl_options_has(&c->opt, OPT_JSON))
			print_top_json(&c->cx, b, &s, o);
		else
			show_top_page(c->cx.mem, b, &s, o, batch);
		then = b->sum;
		began = b->started_us;
	} while (
	    !prints_one_page(c) && !ferror(stdout) && handle_key(screen_wait(TOP_INTERVAL_MS), &o));
	return OK;
}

enum err cmd_top(struct ctl *c)
{
	const char *sort = c->opt.value[OPT_SORT];
	const struct worker_order *o = &worker_orders[0];
	bool plain = ctl_options_has(&c->opt, OPT_BATCH) || prints_one_page(c);

	for (int i = 0; sort && i < WORKER_ORDERS; i++)
		if (strcmp(worker_orders[i].word, sort) == 0)
			o = &worker_orders[i];
	if (sort && strcmp(o->word, sort) != 0)
		return ctl_bad_usage(c, "--sort must be time, requests or pid");
	bool screen = !plain && screen_begin();
	enum err e = repeat_top_page(c, o, !screen);
	screen_end();
	return e;
}
