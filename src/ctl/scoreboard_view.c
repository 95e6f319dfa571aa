#include "ctl/scoreboard_view.h"
#include <sys/mman.h>
#include <unistd.h>

const char *const scoreboard_view_state_names[WORKER_STATES] = { "none", "starting", "idle", "busy",
	"stopping" };
const char *const scoreboard_view_db_names[3] = { "-", "up", "away" };

static void copy_scoreboard_workers(
    struct arena *mem, const struct scoreboard *s, int fd, struct scoreboard_view *b)
{
	int rows = s->rows;
	int64_t now = clock_us();

	b->worker = arena_alloc(mem, (size_t)rows * sizeof *b->worker + 1);
	for (int i = 0; i < rows; i++) {
		const struct scoreboard_row *r = &s->row[i];
		int state = r->state, phase = r->now.phase, db = r->db, route = r->now.route;
		int64_t since = r->request_us;
		if (r->pid == 0 || state <= WORKER_NONE || state >= WORKER_STATES ||
		    !scoreboard_is_alive(s, fd, i))
			continue;
		bool busy = state == WORKER_BUSY && since > 0;
		b->worker[b->nworkers++] = (struct scoreboard_view_worker){ .pid = r->pid,
			.state = state,
			.requests = r->requests,
			.phase = phase >= 0 && phase < PHASES ? phase : PHASE_WORK,
			.db = db >= 0 && db < 3 ? db : 0,
			.route = busy && route > 0 && route < s->nroutes ? route : 0,
			.request_us = busy && now > since ? now - since : 0 };
	}
}

/* A damaged file can hold any number: keep to times that gmtime() can print, from 0 (no time) to
 * the end of the year 9999. */
static int64_t calendar_second_or_zero(int64_t t)
{
	const int64_t end = INT64_C(253402300799); /* end of the year 9999 */

	return t < 0 ? 0 : t < end ? t : end;
}

static void copy_scoreboard(
    struct arena *mem, const struct scoreboard *s, int fd, struct scoreboard_view *b)
{
	*b = (struct scoreboard_view){ .version = str_of(arena_printf(mem, "%.23s", s->version)),
		.alone = s->master == 0,
		.unready = s->unready,
		.started = calendar_second_or_zero(s->started),
		.started_us = s->started_us,
		.cert_not_after = calendar_second_or_zero(s->cert_not_after),
		.stock = s->stock,
		.last_resorts = s->last_resorts,
		.stock_at = calendar_second_or_zero(s->stock_at),
		.wanted = s->wanted,
		.births = s->births,
		.deaths = s->deaths,
		.killed = s->killed,
		.signer_deaths = s->signer_deaths,
		.reloads = s->reloads,
		.nroutes = s->nroutes };
	memcpy(b->name, s->name, sizeof b->name);
	scoreboard_sum_take(s, fd, &b->sum);
	b->storm = scoreboard_is_storm(s, b->sum.at_us);
	copy_scoreboard_workers(mem, s, fd, b);
}

enum err scoreboard_view_take(struct ctl *c, struct scoreboard_view **out)
{
	const char *path = c->conf->scoreboard_file, *why;
	int fd;
	const struct scoreboard *s = scoreboard_copy(path, &fd, &why);

	if (s == NULL)
		return fail(&c->cx, ERR_UNAVAILABLE,
		    "scoreboard %s: %s; is motetd running on this host, with this configuration?",
		    path, why);
	bool lives = scoreboard_is_alive(s, fd, -1);
	*out = arena_alloc(c->cx.mem, sizeof **out);
	if (lives)
		copy_scoreboard(c->cx.mem, s, fd, *out);
	munmap((void *)(uintptr_t)s, sizeof *s);
	close(fd);
	return lives ? OK
		     : fail(&c->cx, ERR_UNAVAILABLE,
			   "scoreboard %s: the motetd that wrote this file has stopped", path);
}
