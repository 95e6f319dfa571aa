#include "net/net_unreachable.h"
#include "base/clock.h"
#include "shm/siphash.h"
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/random.h>

/* A word: the upper 32 bits are of the hash, the lower 32 the end, in seconds since the start. */
enum { UNREACHABLE_WORDS = 4096, UNREACHABLE_PROBES = 8 };

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

static int64_t seconds_since_start(const struct net_unreachable *d)
{
	return (clock_us() - d->start_us) / 1000000;
}

/* The word of this hash (*own is true), else the one that ends first. */
static _Atomic uint64_t *find_unreachable_word(struct net_unreachable *d, uint64_t h, bool *own)
{
	_Atomic uint64_t *best = NULL;
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < UNREACHABLE_PROBES; i++) {
		_Atomic uint64_t *w = &d->words[(h + i) % UNREACHABLE_WORDS];
		uint64_t v = atomic_load_explicit(w, memory_order_relaxed);
		if ((*own = v && v >> 32 == h >> 32))
			return w;
		if ((uint32_t)v <= least) {
			least = (uint32_t)v;
			best = w;
		}
	}
	return best;
}

void net_unreachable_mark(struct net_unreachable *d, struct str key, int64_t seconds)
{
	uint64_t h = siphash(&d->key, key);
	bool own;
	_Atomic uint64_t *w = find_unreachable_word(d, h, &own);

	atomic_store_explicit(
	    w, h >> 32 << 32 | (uint32_t)(seconds_since_start(d) + seconds), memory_order_relaxed);
}

bool net_unreachable_has(struct net_unreachable *d, struct str key)
{
	bool own;
	_Atomic uint64_t *w = find_unreachable_word(d, siphash(&d->key, key), &own);

	return own &&
	    (uint32_t)atomic_load_explicit(w, memory_order_relaxed) > seconds_since_start(d);
}
