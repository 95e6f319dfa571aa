#include "net/net_slots.h"
#include "base/clock.h"
#include "net/net_unreachable.h"
#include "shm/gate.h"
#include "shm/limits.h"
#include "shm/siphash.h"
#include <sys/random.h>
#include <unistd.h>

enum { STRANGER_WAIT_MS = 1000, TRUSTED_WAIT_MS = 2000, SLOT_NAP_US = 5000 };

struct net_slots {
	struct gate *busy, *strangers, *queue;
	struct net_unreachable *down;
	struct limits *times;  /* of servers */
	struct limits *limits; /* NULL: rate_limit is off */
	struct siphash_key key;
	uint64_t entered; /* hash of the server that this process is asking */
};

static int count_slots(int workers)
{
	int n = workers >= 8 ? workers / 4 : 2;

	return n < workers ? n : workers;
}

struct net_slots *net_slots_new(const struct conf *c, int workers, struct limits *limits)
{
	int n = count_slots(workers), half = n > 1 ? n / 2 : 1;
	struct net_slots *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	*s = (struct net_slots){
		.busy = gate_new_named(c->state_dir, "outbound", n),
		.strangers = gate_new_named(c->state_dir, "outbound-strangers", half),
		.queue = gate_new_named(c->state_dir, "outbound-queue", half),
		.down = net_unreachable_new(),
		.times = limits,
		.limits = c->rate_limit ? limits : NULL,
	};
	if (s->busy && s->strangers && s->queue && s->down &&
	    getrandom(&s->key, sizeof s->key, 0) == sizeof s->key)
		return s;
	net_slots_free(s);
	return NULL;
}

void net_slots_free(struct net_slots *s)
{
	if (s == NULL)
		return;
	gate_free(s->busy);
	gate_free(s->strangers);
	gate_free(s->queue);
	free(s);
}

static bool try_outbound_slot(struct net_slots *s, uint64_t server, bool trusted)
{
	if (!gate_lock_key(s->busy, server))
		return false;
	if ((trusted || gate_enter(s->strangers, 0)) && gate_enter(s->busy, 0)) {
		s->entered = server;
		return true;
	}
	gate_leave(s->strangers);
	gate_unlock_key(s->busy, server);
	return false;
}

bool net_slots_enter(struct net_slots *s, struct str authority, bool trusted, bool *waited)
{
	uint64_t server = siphash(&s->key, authority);
	int64_t end = clock_us() + (trusted ? TRUSTED_WAIT_MS : STRANGER_WAIT_MS) * INT64_C(1000);

	*waited = false;
	if (try_outbound_slot(s, server, trusted))
		return true;
	*waited = true;
	if (!trusted && !gate_enter(s->queue, 0))
		return false;
	bool in = false;
	while (!in && clock_us() < end) {
		usleep(SLOT_NAP_US);
		in = try_outbound_slot(s, server, trusted);
	}
	gate_leave(s->queue);
	return in;
}

void net_slots_leave(struct net_slots *s)
{
	gate_leave(s->busy);
	gate_leave(s->strangers);
	gate_unlock_key(s->busy, s->entered);
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

bool net_slots_take_asker(struct net_slots *s, struct str asker, bool known, int64_t *retry_after_s)
{
	int64_t wait_ms = known ? NET_SESSION_WAIT_MS : NET_STRANGER_WAIT_MS;

	return s->limits == NULL || asker.n == 0 ||
	    (limits_has_room(s->limits, "out wait", asker, wait_ms, wait_ms, retry_after_s) &&
		limits_take(s->limits, "out asker", asker, NET_ASKER_PER_MINUTE,
		    NET_ASKER_PER_MINUTE, retry_after_s));
}

bool net_slots_take_request(
    struct net_slots *s, struct str authority, bool known, int per_minute, int64_t *retry_after_s)
{
	char class[24];

	if (s->limits == NULL)
		return true;
	if (per_minute == 0)
		per_minute = known ? NET_KNOWN_PER_MINUTE : NET_STRANGERS_PER_MINUTE;
	/* Each rate has its own counter. */
	snprintf(class, sizeof class, "out %d", per_minute);
	return limits_take(s->limits, class, authority, per_minute, per_minute, retry_after_s);
}

bool net_slots_is_slow(struct net_slots *s, struct str authority)
{
	return s->times &&
	    !limits_has_room(s->times, "out slow", authority, NET_SERVER_WAIT_MS,
		NET_SERVER_WAIT_MS, &(int64_t){ 0 });
}

void net_slots_charge(
    struct net_slots *s, struct str asker, bool known, struct str authority, int64_t us)
{
	int64_t wait_ms = known ? NET_SESSION_WAIT_MS : NET_STRANGER_WAIT_MS, ms = us / 1000 + 1;

	if (s->times)
		limits_charge(s->times, "out slow", authority, NET_SERVER_WAIT_MS, ms);
	if (s->limits && asker.n)
		limits_charge(s->limits, "out wait", asker, wait_ms, ms);
}
