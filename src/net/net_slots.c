#include "net/net_slots.h"
#include "base/clock.h"
#include "net/net_unreachable.h"
#include "shm/gate.h"
#include "shm/limits.h"

enum { SLOT_WAIT_MS = 1000 };

struct net_slots {
	struct gate *busy, *queue;
	struct net_unreachable *down;
	struct limits *limits;
};

struct net_slots *net_slots_new(const struct conf *c, int workers, struct limits *limits)
{
	int n = workers >= 8 ? workers / 4 : 1;
	struct net_slots *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	*s = (struct net_slots){
		.busy = gate_new_named(c->state_dir, "outbound", n),
		.queue = gate_new_named(c->state_dir, "outbound-queue", n),
		.down = net_unreachable_new(),
		.limits = c->rate_limit ? limits : NULL,
	};
	if (s->busy && s->queue && s->down)
		return s;
	net_slots_free(s);
	return NULL;
}

void net_slots_free(struct net_slots *s)
{
	if (s == NULL)
		return;
	gate_free(s->busy);
	gate_free(s->queue);
	free(s);
}

bool net_slots_enter(struct net_slots *s)
{
	if (gate_enter(s->busy, 0))
		return true;
	if (!gate_enter(s->queue, 0))
		return false;
	bool in = gate_enter(s->busy, SLOT_WAIT_MS);
	gate_leave(s->queue);
	return in;
}

void net_slots_leave(struct net_slots *s)
{
	gate_leave(s->busy);
}

void net_slots_note_failure(struct net_slots *s, struct str authority, int64_t began_us)
{
	net_unreachable_fail(s->down, authority, began_us, clock_us());
}

void net_slots_note_answer(struct net_slots *s, struct str authority)
{
	net_unreachable_clear(s->down, authority);
}

int64_t net_slots_down_s(struct net_slots *s, struct str authority)
{
	return (net_unreachable_wait_ms(s->down, authority, clock_us()) + 999) / 1000;
}

bool net_slots_take_request(
    struct net_slots *s, struct str authority, int per_minute, int64_t *retry_after_s)
{
	char class[24];

	if (s->limits == NULL)
		return true;
	/* Each rate has its own counter. */
	snprintf(class, sizeof class, "out %d", per_minute);
	return limits_take(s->limits, class, authority, per_minute, per_minute, retry_after_s);
}
