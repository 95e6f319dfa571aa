#include "ctl/scoreboard_view.h"
#include "ctl/cmd.h"
#include "ctl/term/screen.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVERY_MS = 1000, ARENA_MAX = 64 << 20, BATCH_ROWS = 10000, BATCH_COLUMNS = 1000 };

/* A process id of a broken file may be any number: no difference of two is safe. */
static int by_pid(const void *a, const void *b)
{
	const struct scoreboard_view_worker *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* By what workers are sorted: a key, and a word of --sort. */
static int by_time(const void *a, const void *b)
{
	const struct scoreboard_view_worker *x = a, *y = b;

	return x->request_us != y->request_us ? (x->request_us < y->request_us ? 1 : -1)
					      : by_pid(a, b);
}

static int by_requests(const void *a, const void *b)
{
	const struct scoreboard_view_worker *x = a, *y = b;

	return x->requests != y->requests ? (x->requests < y->requests ? 1 : -1) : by_pid(a, b);
}

static const struct order {
	char key;
	const char *word;
	int (*less)(const void *, const void *);
} orders[] = { { 't', "time", by_time }, { 'r', "requests", by_requests }, { 'p', "pid", by_pid } };
enum { ORDERS = sizeof orders / sizeof orders[0] };

struct page {
	struct buf b;
	int rows, columns; /* what is left, and the width */
};

static void put(struct page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct page *p, const char *fmt, ...)
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

static double ms(int64_t us)
{
	return (double)us / 1000;
}

/* Since the last look, or since the start. */
struct span {
	struct scoreboard_sum sum;
	double seconds;
};

static void head(struct page *p, const struct scoreboard_view *b, const struct span *s)
{
	const struct scoreboard_sum *n = &b->sum;
	int64_t up = clock_now() - b->started;
	const struct scoreboard_sum_route *all = &s->sum.all;

	put(p,
	    "motetd %.*s  up %lld:%02d:%02d  workers %zu: %d busy, %d idle, %d starting, %d stopping  database: %d up, %d away",
	    (int)b->version.n, b->version.s, (long long)(up / 3600), (int)(up / 60 % 60),
	    (int)(up % 60), b->nworkers, n->workers[WORKER_BUSY], n->workers[WORKER_IDLE],
	    n->workers[WORKER_STARTING], n->workers[WORKER_STOPPING], n->db[METER_DB_UP],
	    n->db[METER_DB_AWAY]);
	put(p,
	    "%.1f requests/s  %.1f errors/s  p50 %.1f  p95 %.1f  p99 %.1f ms  database %.1f ms a request  %lld in all, %lld deaths",
	    (double)all->n / s->seconds,
	    (double)scoreboard_sum_statuses(all, 500, 1000) / s->seconds,
	    ms(scoreboard_sum_quantile(all, 0.5)), ms(scoreboard_sum_quantile(all, 0.95)),
	    ms(scoreboard_sum_quantile(all, 0.99)),
	    all->n ? ms(s->sum.phase_us[PHASE_DB] + s->sum.phase_us[PHASE_CONNECT]) / (double)all->n
		   : 0.0,
	    (long long)n->all.n, (long long)b->deaths);
}

/* Only /metrics counts them: the database is not asked here. */
static void stock(struct page *p, const struct scoreboard_view *b)
{
	if (b->stock_at == 0)
		put(p, "KeyPackages: not counted yet, which takes a look at /metrics");
	else
		put(p, "KeyPackages: %lld in stock, %lld last resorts, counted %lld s ago",
		    (long long)b->stock, (long long)b->last_resorts,
		    (long long)(clock_now() - b->stock_at));
}

static void workers(struct page *p, const struct scoreboard_view *b, size_t most)
{
	put(p, " ");
	put(p, "%8s %-8s %10s %10s %-8s %-4s %s", "PID", "STATE", "REQUESTS", "MS", "PHASE", "DB",
	    "ROUTE");
	for (size_t i = 0; i < b->nworkers && i < most; i++) {
		const struct scoreboard_view_worker *w = &b->worker[i];
		bool at = w->request_us > 0;
		put(p, "%8d %-8s %10lld %10.0f %-8s %-4s %s %s", w->pid,
		    scoreboard_view_states[w->state], (long long)w->requests, ms(w->request_us),
		    at ? meter_phase_names[w->phase] : "-", scoreboard_view_dbs[w->db],
		    at ? b->name[w->route].method : "", at ? b->name[w->route].path : "-");
	}
	if (b->nworkers > most)
		put(p, "%8s %zu more", "", b->nworkers - most);
}

/* The busiest first. */
static int busiest(const struct span *s, int nroutes, const bool *shown)
{
	int best = -1;

	for (int i = 0; i < nroutes; i++)
		if (!shown[i] && s->sum.route[i].n > 0 &&
		    (best < 0 || s->sum.route[i].n > s->sum.route[best].n))
			best = i;
	return best;
}

static void routes(struct page *p, const struct scoreboard_view *b, const struct span *s)
{
	bool shown[SCOREBOARD_ROUTES] = { false };
	int i;

	put(p, " ");
	put(p, "%9s %9s %9s %9s %s", "REQ/S", "4XX/S", "5XX/S", "P95 MS", "ROUTE");
	while (p->rows > 0 && (i = busiest(s, b->nroutes, shown)) >= 0) {
		const struct scoreboard_sum_route *r = &s->sum.route[i];
		shown[i] = true;
		put(p, "%9.1f %9.1f %9.1f %9.1f %s %s", (double)r->n / s->seconds,
		    (double)scoreboard_sum_statuses(r, 400, 500) / s->seconds,
		    (double)scoreboard_sum_statuses(r, 500, 1000) / s->seconds,
		    ms(scoreboard_sum_quantile(r, 0.95)), b->name[i].method, b->name[i].path);
	}
}

static void show(struct arena *mem, struct scoreboard_view *b, const struct span *s,
    const struct order *o, bool batch)
{
	struct page p = { .b = { .mem = mem }, .rows = BATCH_ROWS, .columns = BATCH_COLUMNS };

	if (!batch)
		screen_size(&p.rows, &p.columns);
	qsort(b->worker, b->nworkers, sizeof *b->worker, o->less);
	head(&p, b, s);
	stock(&p, b);
	workers(&p, b, p.rows > 12 ? (size_t)(p.rows - 2) / 2 : 4);
	routes(&p, b, s);
	screen_show(buf_done(&p.b));
}

static void look_back(const struct scoreboard_view *now, const struct scoreboard_sum *then,
    int64_t began_us, struct span *s)
{
	static const struct scoreboard_sum nothing;
	bool same = then->at_us && began_us == now->started_us;

	scoreboard_sum_since(&now->sum, same ? then : &nothing, &s->sum);
	s->seconds = (double)(now->sum.at_us - (same ? then->at_us : now->started_us)) / 1e6;
	if (s->seconds < 0.001)
		s->seconds = 0.001;
}

static bool pressed(int key, const struct order **o)
{
	for (int i = 0; i < ORDERS; i++)
		if (orders[i].key == key)
			*o = &orders[i];
	return key >= 0 && key != 'q';
}

static enum err loop(struct ctl *c, const struct order *o, bool batch)
{
	static struct scoreboard_sum then;
	static struct span s;
	int64_t began = 0;
	struct scoreboard_view *b;

	do {
		arena_reset(c->cx.mem);
		TRY(scoreboard_view_take(c, &b));
		look_back(b, &then, began, &s);
		show(c->cx.mem, b, &s, o, batch);
		then = b->sum;
		began = b->started_us;
	} while (!options_has(&c->opt, OPT_ONCE) && !ferror(stdout) &&
	    pressed(screen_wait(EVERY_MS), &o));
	return OK;
}

enum err cmd_top(struct ctl *c)
{
	const char *sort = c->opt.value[OPT_SORT];
	const struct order *o = &orders[0];
	bool plain = options_has(&c->opt, OPT_BATCH) || options_has(&c->opt, OPT_ONCE);

	for (int i = 0; sort && i < ORDERS; i++)
		if (strcmp(orders[i].word, sort) == 0)
			o = &orders[i];
	if (sort && strcmp(o->word, sort) != 0)
		return ctl_bad_usage(c, "--sort is time, requests or pid");
	bool screen = !plain && screen_begin();
	enum err e = loop(c, o, !screen);
	screen_end();
	return e;
}
