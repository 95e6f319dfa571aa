#include "shm/limits.h"
#include "base/address.h"
#include "base/clock.h"
#include "shm/siphash.h"
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/random.h>

/* A word: the upper TAG_BITS are of the hash, the lower TIME_BITS the arrival time in ticks of
 * TICK_US since the start, enough for five and a half years. */
enum {
	LIMIT_WORDS = 65536,
	LIMIT_PROBES = 16,
	TICK_US = 10,
	TIME_BITS = 44,
	TAG_BITS = 64 - TIME_BITS
};
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)
#define MINUTE_TICKS (INT64_C(60000000) / TICK_US)

struct limits {
	struct siphash_key key;
	int64_t start_us;
	_Atomic uint64_t words[LIMIT_WORDS];
};

struct limits *limits_new(void)
{
	struct limits *l =
	    mmap(NULL, sizeof *l, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (l == MAP_FAILED)
		return NULL;
	if (getrandom(&l->key, sizeof l->key, 0) != sizeof l->key) {
		munmap(l, sizeof *l);
		return NULL;
	}
	l->start_us = clock_us();
	return l;
}

static uint64_t hash_rate_key(const struct limits *l, const char *class, struct str key)
{
	char text[256];
	size_t n = strlen(class);

	if (n + 1 + key.n > sizeof text)
		return siphash(&l->key, key) + siphash(&l->key, str_of(class));
	memcpy(text, class, n);
	text[n] = '\0';
	if (key.n)
		memcpy(text + n + 1, key.s, key.n);
	return siphash(&l->key, (struct str){ text, n + 1 + key.n });
}

/* Tag 0 means an empty word. */
static uint64_t make_limit_tag(uint64_t h)
{
	uint64_t tag = h >> TIME_BITS;

	return tag ? tag : 1;
}

/*
 * Find the word for this tag: the word that has the tag; else a word that is empty or whose time is
 * past; else the word whose time will pass first. *seen is the value of the word: if it changes,
 * the swap fails, and the caller searches again.
 */
static _Atomic uint64_t *find_limit_word(struct limits *l, uint64_t h, int64_t now, uint64_t *seen)
{
	uint64_t tag = make_limit_tag(h), least = UINT64_MAX, step = h >> 16 | 1;
	_Atomic uint64_t *best = NULL;

	for (size_t i = 0; i < LIMIT_PROBES; i++) {
		_Atomic uint64_t *w = &l->words[(h + i * step) % LIMIT_WORDS];
		uint64_t v = atomic_load_explicit(w, memory_order_relaxed), at = v & TIME_MASK;
		if (v >> TIME_BITS == tag) {
			*seen = v;
			return w;
		}
		if ((int64_t)at <= now)
			at = 0;
		if (at < least) {
			least = at;
			best = w;
			*seen = v;
		}
	}
	return best;
}

/* Add n requests, or (n 0) look whether one more request is allowed. `anyway`: add the requests
 * even beyond the limit. */
static bool add_to_limit(struct limits *l, const char *class, struct str key, int64_t per_minute,
    int64_t burst, int64_t n, bool anyway, int64_t *retry_after_s)
{
	uint64_t h = hash_rate_key(l, class, key), tag = make_limit_tag(h), seen, want;
	int64_t now = (clock_us() - l->start_us) / TICK_US, step = MINUTE_TICKS / per_minute;
	_Atomic uint64_t *w;

	do {
		w = find_limit_word(l, h, now, &seen);
		int64_t at = seen >> TIME_BITS == tag ? (int64_t)(seen & TIME_MASK) : 0;
		int64_t next = (at > now ? at : now) + n * step,
			early = next + (n ? 0 : step) - now - burst * step;
		if (early > 0 && !anyway) {
			*retry_after_s = (early * TICK_US + 999999) / 1000000;
			return false;
		}
		want = tag << TIME_BITS | ((uint64_t)next & TIME_MASK);
	} while (n && !atomic_compare_exchange_weak(w, &seen, want));
	return true;
}

bool limits_take(struct limits *l, const char *class, struct str key, int64_t per_minute,
    int64_t burst, int64_t *retry_after_s)
{
	return add_to_limit(l, class, key, per_minute, burst, 1, false, retry_after_s);
}

bool limits_has_room(struct limits *l, const char *class, struct str key, int64_t per_minute,
    int64_t burst, int64_t *retry_after_s)
{
	return add_to_limit(l, class, key, per_minute, burst, 0, false, retry_after_s);
}

void limits_charge(
    struct limits *l, const char *class, struct str key, int64_t per_minute, int64_t n)
{
	add_to_limit(l, class, key, per_minute, 0, n, true, &(int64_t){ 0 });
}

int64_t limits_queue(struct limits *l, const char *class, struct str key, int64_t step_us)
{
	uint64_t h = hash_rate_key(l, class, key), tag = make_limit_tag(h), seen, want;
	int64_t now = (clock_us() - l->start_us) / TICK_US, next;
	_Atomic uint64_t *w;

	do {
		w = find_limit_word(l, h, now, &seen);
		int64_t at = seen >> TIME_BITS == tag ? (int64_t)(seen & TIME_MASK) : 0;
		next = (at > now ? at : now) + step_us / TICK_US;
		if (next > now + MINUTE_TICKS)
			next = now + MINUTE_TICKS;
		want = tag << TIME_BITS | ((uint64_t)next & TIME_MASK);
	} while (!atomic_compare_exchange_weak(w, &seen, want));
	return ((next - now) * TICK_US + 999999) / 1000000;
}

struct str limits_address_key(struct arena *mem, struct str address)
{
	struct address a;
	const uint8_t *b = a.b;

	if (!address_read(address, &a))
		return address;
	if (a.v4)
		return str_of(arena_printf(mem, "%d.%d.%d.%d", b[12], b[13], b[14], b[15]));
	return str_of(arena_printf(mem, "%x:%x:%x:%x/64", b[0] << 8 | b[1], b[2] << 8 | b[3],
	    b[4] << 8 | b[5], b[6] << 8 | b[7]));
}
