#include "net/net_unreachable.h"
#include "base/clock.h"
#include "shm/siphash.h"
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/random.h>

/* A word: the upper 28 bits of the hash, the number of failures, and the end of the pause in ticks
 * since the start. */
enum {
	UNREACHABLE_WORDS = 4096,
	UNREACHABLE_PROBES = 8,
	END_BITS = 32,
	FAILURE_BITS = 4,
	TICK_MS = 100,
	TICK_SHIFT = END_BITS + FAILURE_BITS,
	FAILURES_MAX = (1 << FAILURE_BITS) - 1,
	FORGET_TICKS = 120 * 1000 / TICK_MS,
	SECOND_FAILURE_MS = 2000
};

struct net_unreachable {
	struct siphash_key key;
	int64_t start_us;
	_Atomic uint64_t words[UNREACHABLE_WORDS];
};

struct net_unreachable *net_unreachable_new(void)
{
	struct net_unreachable *d =
	    mmap(NULL, sizeof *d, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (d == MAP_FAILED)
		return NULL;
	if (getrandom(&d->key, sizeof d->key, 0) != sizeof d->key) {
		munmap(d, sizeof *d);
		return NULL;
	}
	d->start_us = clock_us();
	return d;
}

/* Ticks count from 1, so that 0 is an empty word. */
static int64_t count_ticks(const struct net_unreachable *d, int64_t at_us)
{
	return (at_us - d->start_us) / (TICK_MS * 1000) + 1;
}

static uint64_t make_unreachable_word(uint64_t tag, int64_t failures, int64_t end)
{
	return tag << TICK_SHIFT | (uint64_t)failures << END_BITS | (uint32_t)end;
}

static int64_t read_failures(uint64_t word)
{
	return (int64_t)(word >> END_BITS) & FAILURES_MAX;
}

/* Find the word with this tag (*own is true); if there is none, the word whose pause ends first. */
static _Atomic uint64_t *find_unreachable_word(struct net_unreachable *d, uint64_t h, bool *own)
{
	_Atomic uint64_t *best = NULL;
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < UNREACHABLE_PROBES; i++) {
		_Atomic uint64_t *w = &d->words[(h + i) % UNREACHABLE_WORDS];
		uint64_t v = atomic_load_explicit(w, memory_order_relaxed);
		if ((*own = v && v >> TICK_SHIFT == h >> TICK_SHIFT))
			return w;
		if ((uint32_t)v <= least) {
			least = (uint32_t)v;
			best = w;
		}
	}
	return best;
}

/* Up to half of the length of a pause is random. */
static int64_t choose_pause_ms(const struct net_unreachable *d, int64_t failures, uint64_t word)
{
	const int64_t max = NET_UNREACHABLE_MAX_S * INT64_C(1000);
	struct str dice = { (const char *)&word, sizeof word };

	if (failures < 2)
		return 0;
	int64_t ms = (int64_t)SECOND_FAILURE_MS << (failures - 2);
	ms = ms < max ? ms : max;
	return ms - (int64_t)(siphash(&d->key, dice) % (uint64_t)(ms / 2));
}

void net_unreachable_fail(
    struct net_unreachable *d, struct str key, int64_t began_us, int64_t now_us)
{
	uint64_t h = siphash(&d->key, key), old, new;
	int64_t now = count_ticks(d, now_us);
	bool own;

	_Atomic uint64_t *w = find_unreachable_word(d, h, &own);
	old = atomic_load_explicit(w, memory_order_relaxed);
	if (own && count_ticks(d, began_us) < (uint32_t)old)
		return;
	int64_t failures = own && now - (uint32_t)old < FORGET_TICKS ? read_failures(old) + 1 : 1;
	failures = failures < FAILURES_MAX ? failures : FAILURES_MAX;
	new = make_unreachable_word(h >> TICK_SHIFT, failures, now);
	new += (uint64_t)(choose_pause_ms(d, failures, new) / TICK_MS);
	/* If the exchange fails, another process was faster and has counted a failure, too. */
	atomic_compare_exchange_strong(w, &old, new);
}

void net_unreachable_clear(struct net_unreachable *d, struct str key)
{
	bool own;
	_Atomic uint64_t *w = find_unreachable_word(d, siphash(&d->key, key), &own);

	if (own)
		atomic_store_explicit(w, 0, memory_order_relaxed);
}

int64_t net_unreachable_wait_ms(struct net_unreachable *d, struct str key, int64_t now_us)
{
	bool own;
	_Atomic uint64_t *w = find_unreachable_word(d, siphash(&d->key, key), &own);
	int64_t left = (int64_t)(uint32_t)atomic_load_explicit(w, memory_order_relaxed) -
	    count_ticks(d, now_us);

	return own && left > 0 ? left * TICK_MS : 0;
}
