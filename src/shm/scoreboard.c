#include "shm/scoreboard.h"
#include <fcntl.h>
#include <unistd.h>

const int scoreboard_statuses[SCOREBOARD_STATUSES] = { 200, 201, 202, 204, 304, 400, 401, 403, 404,
	405, 406, 409, 410, 413, 415, 422, 429, 431, 500, 501, 502, 503, 504, 0 };
const int64_t scoreboard_buckets_us[SCOREBOARD_BUCKETS] = { 1000, 2500, 5000, 10000, 25000, 50000,
	100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, INT64_MAX };

void scoreboard_start_worker(struct scoreboard_row *s, int pid)
{
	s->requests = 0;
	s->request_us = 0;
	s->started_us = clock_us();
	s->now.route = 0;
	s->db = METER_DB_UNUSED;
	s->resident = 0;
	s->pid = pid;
	scoreboard_set_state(s, pid ? WORKER_STARTING : WORKER_NONE);
}

void scoreboard_set_state(struct scoreboard_row *s, enum worker_state state)
{
	s->active_us = clock_us();
	s->state = (int)state;
}

void scoreboard_start_request(struct scoreboard_row *s, int64_t now_us)
{
	s->request_us = now_us;
	s->active_us = now_us;
	s->state = WORKER_BUSY;
}

void scoreboard_suspend_request(struct scoreboard_row *s)
{
	s->request_us = 0;
	s->now.route = 0;
	scoreboard_set_state(s, WORKER_IDLE);
}

void scoreboard_end_request(struct scoreboard_row *s)
{
	s->requests++;
	scoreboard_suspend_request(s);
}

/* Read the second number of /proc/self/statm, the resident memory in pages. */
int64_t scoreboard_read_resident(void)
{
	struct str size, rest, pages;
	int64_t n = 0;
	char text[128];
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	ssize_t got = read(fd, text, sizeof text);
	close(fd);
	str_cut((struct str){ text, got > 0 ? (size_t)got : 0 }, ' ', &size, &rest);
	str_cut(rest, ' ', &pages, &rest);
	str_i64(pages, &n);
	return n * sysconf(_SC_PAGESIZE);
}

static int find_status(int status)
{
	int i = 0;

	while (i < SCOREBOARD_STATUSES - 1 && scoreboard_statuses[i] != status)
		i++;
	return i;
}

static int find_bucket(int64_t us)
{
	int i = 0;

	while (us > scoreboard_buckets_us[i])
		i++;
	return i;
}

static void add_totals(scoreboard_total *to, const int64_t *from, int n)
{
	for (int i = 0; i < n; i++)
		if (from[i])
			scoreboard_count(&to[i], from[i]);
}

void scoreboard_add_request(
    struct scoreboard *b, struct scoreboard_row *s, const struct meter *m, int status)
{
	struct scoreboard_route *r =
	    &s->route[m->route > 0 && m->route < SCOREBOARD_ROUTES ? m->route : 0];
	int64_t us = meter_total(m);

	scoreboard_count(&r->status[find_status(status)], 1);
	scoreboard_count(&r->bucket[find_bucket(us)], 1);
	scoreboard_count(&r->us, us);
	add_totals(s->count, m->count, COUNTS);
	add_totals(s->phase_us, m->us, PHASES);
	if (m->err > 0 && m->err < ERR_COUNT)
		scoreboard_count(&s->error[m->err], 1);
	s->db = m->db;
	if (m->cert_not_after && b->cert_not_after != m->cert_not_after)
		b->cert_not_after = m->cert_not_after;
}
