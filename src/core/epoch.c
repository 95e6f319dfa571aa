#include "core/epoch.h"
#include "base/log.h"
#include "shm/scoreboard.h"

bool epoch_is_foreign(const struct epoch_look *l)
{
	return l->number && l->system_now.s && !str_eq(l->system_id, l->system_now);
}

static bool is_same_history(const struct epoch_look *l)
{
	return l->number && str_eq(l->system_id, l->system_now) && l->timeline == l->timeline_now;
}

static enum err begin_timeline_epoch(struct cx *cx, const struct epoch_look *l)
{
	TRY(q_epoch_begin(cx, EPOCH_TIMELINE));
	log_warn(
	    "database: a new epoch has begun after epoch %lld, because the timeline is now %lld "
	    "and was %lld; earlier one-time values are void: motetctl epoch show lists them",
	    (long long)l->number, (long long)l->timeline_now, (long long)l->timeline);
	if (cx->board)
		cx->board->epoch = l->number + 1;
	return OK;
}

/* Log that an operator, or a server on another host, has begun a new epoch. */
static void log_new_epoch(struct scoreboard *board, int64_t number)
{
	int64_t was = atomic_exchange(&board->epoch, number);

	if (was && was < number)
		log_warn("database: epoch %lld has begun: motetctl epoch list shows why, and "
			 "motetctl epoch show lists what became void",
		    (long long)number);
}

enum err epoch_fence(struct cx *cx, bool *settled)
{
	struct epoch_look *l;

	TRY(q_epoch_exists(cx, settled));
	if (!*settled)
		return OK;
	TRY(q_epoch_look(cx, &l));
	if (cx->board)
		log_new_epoch(cx->board, l->number);
	*settled = !l->standby;
	if (l->system_now.s == NULL || is_same_history(l))
		return OK;
	if (epoch_is_foreign(l))
		return fail(cx, ERR_EPOCH,
		    "the database has another system identifier (%.*s) than in epoch %lld (%.*s): "
		    "run motetctl epoch restored after a restore, or motetctl epoch moved after a "
		    "move without a loss",
		    (int)l->system_now.n, l->system_now.s, (long long)l->number,
		    (int)l->system_id.n, l->system_id.s);
	return begin_timeline_epoch(cx, l);
}
