#include "shm/scoreboard_sum.h"

static void add_counters(int64_t *to, const scoreboard_total *from, int n)
{
	for (int i = 0; i < n; i++)
		to[i] += atomic_load_explicit(&from[i], memory_order_relaxed);
}

static void add_route_counters(struct scoreboard_sum_route *to, const struct scoreboard_route *from)
{
	add_counters(to->status, from->status, SCOREBOARD_STATUSES);
	add_counters(to->bucket, from->bucket, SCOREBOARD_BUCKETS);
	to->us += from->us;
}

static void count_present_worker(struct scoreboard_sum *s, const struct scoreboard_row *r)
{
	int state = r->state, db = r->db;
	int64_t since = r->request_us;

	if (state <= WORKER_NONE || state >= WORKER_STATES || db < METER_DB_UNUSED ||
	    db > METER_DB_AWAY)
		return;
	s->workers[state]++;
	s->db[db]++;
	if (state == WORKER_BUSY && since && s->at_us - since > s->oldest_us)
		s->oldest_us = s->at_us - since;
}

static void sum_routes(struct scoreboard_sum *s, int nroutes)
{
	for (int r = 0; r < nroutes; r++) {
		for (int i = 0; i < SCOREBOARD_STATUSES; i++)
			s->all.status[i] += s->route[r].status[i];
		for (int i = 0; i < SCOREBOARD_BUCKETS; i++) {
			s->route[r].n += s->route[r].bucket[i];
			s->all.bucket[i] += s->route[r].bucket[i];
		}
		s->all.us += s->route[r].us;
		s->all.n += s->route[r].n;
	}
}

void scoreboard_sum_take(const struct scoreboard *b, int fd, struct scoreboard_sum *s)
{
	int rows = b->rows < SCOREBOARD_ROWS ? b->rows : SCOREBOARD_ROWS,
	    nroutes = b->nroutes < SCOREBOARD_ROUTES ? b->nroutes : SCOREBOARD_ROUTES;
	bool led = b->master && (fd < 0 || scoreboard_is_alive(b, fd, -1));

	memset(s, 0, sizeof *s);
	s->at_us = clock_us();
	for (int i = 0; i < rows; i++) {
		const struct scoreboard_row *r = &b->row[i];
		if (r->pid && (b->master ? led : fd < 0 || scoreboard_is_alive(b, fd, i)))
			count_present_worker(s, r);
		add_counters(s->count, r->count, COUNTS);
		add_counters(s->phase_us, r->phase_us, PHASES);
		add_counters(s->error, r->error, ERR_COUNT);
		for (int k = 0; k < nroutes; k++)
			add_route_counters(&s->route[k], &r->route[k]);
	}
	sum_routes(s, nroutes);
}

static void subtract_counters(int64_t *to, const int64_t *from, int n)
{
	for (int i = 0; i < n; i++)
		to[i] -= from[i];
}

static void subtract_route_counters(
    struct scoreboard_sum_route *to, const struct scoreboard_sum_route *from)
{
	subtract_counters(to->status, from->status, SCOREBOARD_STATUSES);
	subtract_counters(to->bucket, from->bucket, SCOREBOARD_BUCKETS);
	to->us -= from->us;
	to->n -= from->n;
}

void scoreboard_sum_since(
    const struct scoreboard_sum *now, const struct scoreboard_sum *then, struct scoreboard_sum *out)
{
	*out = *now;
	subtract_counters(out->count, then->count, COUNTS);
	subtract_counters(out->phase_us, then->phase_us, PHASES);
	subtract_counters(out->error, then->error, ERR_COUNT);
	subtract_route_counters(&out->all, &then->all);
	for (int i = 0; i < SCOREBOARD_ROUTES; i++)
		subtract_route_counters(&out->route[i], &then->route[i]);
}

int64_t scoreboard_sum_quantile(const struct scoreboard_sum_route *r, double q)
{
	double rank = q * (double)r->n, before = 0;

	for (int i = 0; i < SCOREBOARD_BUCKETS && r->n > 0; i++) {
		int64_t from = i ? scoreboard_buckets_us[i - 1] : 0;
		double n = (double)r->bucket[i];
		if (n > 0 && before + n >= rank)
			return i == SCOREBOARD_BUCKETS - 1 ? from
							   : from +
				(int64_t)((double)(scoreboard_buckets_us[i] - from) *
				    (rank - before) / n);
		before += n;
	}
	return 0;
}

int64_t scoreboard_sum_statuses(const struct scoreboard_sum_route *r, int low, int high)
{
	int64_t n = 0;

	for (int i = 0; i < SCOREBOARD_STATUSES; i++) {
		int status = scoreboard_statuses[i] ? scoreboard_statuses[i] : 500;
		if (status >= low && status < high)
			n += r->status[i];
	}
	return n;
}
