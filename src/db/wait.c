#include "db/wait.h"
#include "base/clock.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* scout_us has the value HUNG_US after a scout has waited in vain: the database counts as hung
 * until a scout gets an answer. */
enum { HANGS_AFTER_US = 1000 * 1000, LOOK_US = 100 * 1000, HUNG_US = 1 };

static bool is_in_pool(const struct db *d)
{
	return d->pool != &d->own_pool;
}

static bool is_process_gone(pid_t pid)
{
	return pid > 0 && kill(pid, 0) != 0 && errno == ESRCH;
}

static bool is_scout_due(const struct db *d, int64_t scout, int64_t now)
{
	return scout == 0 || now - scout > d->timeout_us + HANGS_AFTER_US ||
	    (now - scout > HANGS_AFTER_US && is_process_gone(d->pool->scout_pid));
}

static void become_scout(struct db *d, int64_t now)
{
	int64_t scout = d->pool->scout_us;

	if (d->scout || !is_scout_due(d, scout, now))
		return;
	int64_t since = scout == HUNG_US ? now - HANGS_AFTER_US : now;
	d->scout = atomic_compare_exchange_strong(&d->pool->scout_us, &scout, since);
	if (d->scout)
		d->pool->scout_pid = getpid();
}

static bool is_database_hanging(const struct db *d, int64_t now)
{
	return is_in_pool(d) && !d->scout && now - d->pool->scout_us > HANGS_AFTER_US &&
	    now - d->pool->answered_us > HANGS_AFTER_US;
}

static int64_t request_time_left(const struct cx *cx)
{
	const struct db *d = cx->db;

	return is_in_pool(d) ? d->timeout_us - cx->meter.us[PHASE_DB] - cx->meter.us[PHASE_CONNECT]
			     : d->timeout_us;
}

enum err wait_begin(struct cx *cx)
{
	struct db *d = cx->db;
	int64_t now = clock_us(), left = request_time_left(cx);

	if (d->looking)
		return OK; /* the time of the fence counts as part of the wait of the statement that
			      runs after it */
	if (left <= 0)
		return fail(cx, ERR_UNAVAILABLE,
		    "database: this request has waited as long as database_timeout allows");
	become_scout(d, now);
	if (is_database_hanging(d, now))
		return fail(cx, ERR_UNAVAILABLE,
		    "database: it does not answer, and another worker is already waiting for it");
	d->began_us = now;
	d->deadline_us = now + left;
	d->told_long_wait = false;
	return OK;
}

static bool has_waited_in_vain(const struct db *d)
{
	return clock_us() - d->began_us > HANGS_AFTER_US && d->pool->answered_us < d->began_us;
}

void wait_end(struct cx *cx)
{
	struct db *d = cx->db;

	if (d->looking)
		return;
	d->deadline_us = 0;
	if (d->scout)
		d->pool->scout_us = has_waited_in_vain(d) ? HUNG_US : 0;
	d->scout = false;
}

static void tell_long_wait(struct db *d, int64_t now)
{
	if (d->told_long_wait || d->long_wait == NULL || now - d->began_us < HANGS_AFTER_US)
		return;
	d->told_long_wait = true;
	d->long_wait(d->long_wait_arg);
}

bool wait_is_over(struct db *d)
{
	int64_t now = clock_us();

	become_scout(d, now);
	return now >= d->deadline_us ||
	    (now - d->began_us > HANGS_AFTER_US && is_database_hanging(d, now));
}

bool wait_for_socket(struct db *d, int fd, short events, int64_t deadline_us)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		int64_t now = clock_us(), left = deadline_us - now;
		if (fd < 0 || left <= 0 || wait_is_over(d))
			return false;
		tell_long_wait(d, now);
		int n = poll(&p, 1, (int)((left < LOOK_US ? left : LOOK_US) / 1000) + 1);
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

bool db_hangs(const struct cx *cx)
{
	return cx->db->pool->scout_us != 0 && is_database_hanging(cx->db, clock_us());
}

bool db_pause(struct cx *cx, int64_t us)
{
	if (request_time_left(cx) <= us)
		return false;
	enum phase was = meter_phase(&cx->meter, PHASE_DB);
	usleep((useconds_t)us);
	meter_phase(&cx->meter, was);
	return true;
}
