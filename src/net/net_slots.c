#include "net/net_slots.h"
#include "base/clock.h"
#include "net/net_unreachable.h"
#include "shm/gate.h"
#include "shm/limits.h"
#include "shm/siphash.h"
#include <sys/random.h>
#include <unistd.h>

/* A stranger may wait for a slot longer than another stranger may hold one (NET_STRANGER_MS). */
enum { STRANGER_WAIT_MS = 5000, TRUSTED_WAIT_MS = 2000, SLOT_NAP_US = 5000 };

struct net_slots {
	struct gate *busy, *strangers, *queue;
	struct net_unreachable *down;
	struct limits *times;  /* how long the fetches from each server took */
	struct limits *limits; /* NULL: rate_limit is off */
	struct siphash_key key;
	uint64_t server, stranger; /* hashes: of the server being asked, and of the asker */
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

/* From one address, only one request at a time fetches or waits for a slot. */
static bool lock_stranger(struct net_slots *s, const struct net_asker *a)
{
	s->stranger = siphash(&s->key, a->who);
	return a->trusted || a->who.n == 0 || gate_lock_key(s->strangers, s->stranger);
}

static bool try_outbound_slot(struct net_slots *s, struct str authority, bool trusted)
{
	s->server = siphash(&s->key, authority);
	if (!gate_lock_key(s->busy, s->server))
		return false;
	if ((trusted || gate_enter(s->strangers, 0)) && gate_enter(s->busy, 0))
		return true;
	gate_leave(s->strangers);
	gate_unlock_key(s->busy, s->server);
	return false;
}

static bool wait_for_slot(struct net_slots *s, struct str authority, bool trusted, bool *waited)
{
	int64_t end = clock_us() + (trusted ? TRUSTED_WAIT_MS : STRANGER_WAIT_MS) * INT64_C(1000);
	bool in = try_outbound_slot(s, authority, trusted);

	*waited = !in;
	while (!in && clock_us() < end) {
		usleep(SLOT_NAP_US);
		in = try_outbound_slot(s, authority, trusted);
	}
	return in;
}

/* A stranger first takes a place in the queue, even if a slot is free; if the queue is full, the
 * request is refused. */
bool net_slots_enter(
    struct net_slots *s, struct str authority, const struct net_asker *a, bool *waited)
{
	*waited = false;
	if (!lock_stranger(s, a))
		return false;
	bool in = (a->trusted || gate_enter(s->queue, 0)) &&
	    wait_for_slot(s, authority, a->trusted, waited);
	gate_leave(s->queue);
	if (!in)
		gate_unlock_key(s->strangers, s->stranger);
	return in;
}

void net_slots_leave(struct net_slots *s)
{
	gate_leave(s->busy);
	gate_leave(s->strangers);
	gate_unlock_key(s->busy, s->server);
	gate_unlock_key(s->strangers, s->stranger);
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

/* A budget for milliseconds of waiting in a minute. */
struct wait_budget {
	const char *class;
	struct str who; /* n 0: not charged */
	int64_t ms;
};
enum { WAIT_BUDGETS = 2 };

static void list_wait_budgets(const struct net_asker *a, struct wait_budget b[WAIT_BUDGETS])
{
	bool shares = a->session && !str_eq(a->who, a->address);

	b[0] = (struct wait_budget){ a->trusted ? "out wait trusted" : "out wait", a->who,
		a->session ? NET_SESSION_WAIT_MS : NET_STRANGER_WAIT_MS };
	b[1] = (struct wait_budget){ a->known ? "out wait sessions" : "out wait sessions new",
		shares ? a->address : (struct str){ NULL, 0 },
		a->known ? NET_SESSION_WAIT_MS : NET_STRANGER_WAIT_MS };
}

static bool has_wait_budgets(struct net_slots *s, const struct net_asker *a, int64_t *retry_after_s)
{
	struct wait_budget b[WAIT_BUDGETS];

	list_wait_budgets(a, b);
	for (int i = 0; i < WAIT_BUDGETS; i++)
		if (b[i].who.n &&
		    !limits_has_room(
			s->limits, b[i].class, b[i].who, b[i].ms, b[i].ms, retry_after_s))
			return false;
	return true;
}

static void charge_wait_budgets(struct net_slots *s, const struct net_asker *a, int64_t ms)
{
	struct wait_budget b[WAIT_BUDGETS];

	list_wait_budgets(a, b);
	for (int i = 0; i < WAIT_BUDGETS; i++)
		if (b[i].who.n)
			limits_charge(s->limits, b[i].class, b[i].who, b[i].ms, ms);
}

bool net_slots_take_asker(struct net_slots *s, const struct net_asker *a, int64_t *retry_after_s)
{
	return s->limits == NULL || a->who.n == 0 ||
	    (has_wait_budgets(s, a, retry_after_s) &&
		limits_take(s->limits, "out asker", a->who, NET_ASKER_PER_MINUTE,
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
    struct net_slots *s, const struct net_asker *a, struct str authority, int64_t us)
{
	int64_t ms = us / 1000 + 1;

	if (s->times && ms > NET_PROMPT_MS)
		limits_charge(s->times, "out slow", authority, NET_SERVER_WAIT_MS, ms);
	if (s->limits && a->who.n)
		charge_wait_budgets(s, a, ms);
}
