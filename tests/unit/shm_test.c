#include "../tap.h"
#include "base/clock.h"
#include "shm/gate.h"
#include "shm/limits.h"
#include "shm/siphash.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* The vectors of the SipHash paper: the key is 00 01 … 0f, the texts are 0, 1, 8 and 15 octets 00
 * 01 … */
static void siphashes(void)
{
	static const struct {
		size_t n;
		uint64_t want;
	} rows[] = { { 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd },
		{ 8, 0x93f5f5799a932462 }, { 15, 0xa129ca6149be45e5 } };
	struct siphash_key k = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	char text[16];

	for (int i = 0; i < 16; i++)
		text[i] = (char)i;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ok(siphash(&k, (struct str){ text, rows[i].n }) == rows[i].want,
		    "SipHash-2-4 of %zu octets", rows[i].n);
}

static void addresses(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2/64" },
		{ "2001:db8:1:2::ffff", "2001:db8:1:2/64" },
		{ "2001:db8:1:3::1", "2001:db8:1:3/64" },
		{ "::1", "0:0:0:0/64" },
		{ "unix:", "unix:" },
		{ "", "" },
		{ "2001:db8::1%eth0", "2001:db8::1%eth0" },
		{ "an-address-that-is-much-longer-than-any-address-could-be",
		    "an-address-that-is-much-longer-than-any-address-could-be" },
	};
	struct arena *a = arena_new(1 << 16);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str got = limits_address_key(a, str_of(rows[i].in));
		ok(str_is(got, rows[i].want), "the key of address '%s' is '%.*s'", rows[i].in,
		    (int)got.n, got.s);
	}
	arena_free(a);
}

static void one_client(void)
{
	struct limits *l = limits_new();
	int64_t after = 0;
	int n = 0;

	while (n < 100 && limits_take(l, "a", STR("k"), 1, 7, &after))
		n++;
	ok(n == 7, "a burst of 7: %d", n);
	ok(after >= 59 && after <= 60, "the next one a minute later: %lld s", (long long)after);
	int64_t first = limits_queue(l, "turns", STR(""), 500000), last = 0;
	for (int i = 1; i < 100; i++)
		last = limits_queue(l, "turns", STR(""), 500000);
	ok(first == 1 && last >= 49 && last <= 50, "the 100th of two a second comes in 50 s: %lld",
	    (long long)last);
	for (int i = 0; i < 100; i++)
		last = limits_queue(l, "turns", STR(""), 500000);
	ok(last == 60, "nobody is sent away for more than a minute");
	ok(limits_take(l, "b", STR("k"), 1, 7, &after) &&
		limits_take(l, "a", STR("l"), 1, 7, &after),
	    "other classes and keys have their own");
	for (n = 0; limits_take(l, "f", STR("k"), 6000, 1, &after); n++)
		;
	ok(n >= 1 && after == 1, "less than a second is said as one");
	usleep(11000);
	ok(limits_take(l, "f", STR("k"), 6000, 1, &after),
	    "6000 a minute: allowed again after 10 ms");
}

enum { PROCESSES = 64 };

static int taken_by_all(const _Atomic int *taken)
{
	int n = 0;
	for (int i = 0; i < PROCESSES; i++)
		n += taken[i];
	return n;
}
/* PROCESSES processes take requests as fast as they can; a third of them are killed meanwhile. */
static void many_processes(void)
{
	struct limits *l = limits_new();
	struct {
		_Atomic int go, taken[PROCESSES];
	} *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[PROCESSES];
	int64_t after;
	int taken = 0;

	for (int i = 0; i < PROCESSES; i++)
		if ((pid[i] = fork()) == 0) {
			while (!s->go)
				;
			for (;;)
				s->taken[i] += limits_take(l, "c", STR("one"), 1, 5000, &after);
		}
	s->go = 1;
	for (int i = 0; i < 600 && taken_by_all(s->taken) < 2500; i++)
		usleep(50000);
	for (int i = 0; i < PROCESSES; i += 3)
		kill(pid[i], SIGKILL);
	for (int i = 0; i < 600 && taken_by_all(s->taken) < 5000 - PROCESSES; i++)
		usleep(50000);
	usleep(200000);
	for (int i = 0; i < PROCESSES; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
		taken += s->taken[i];
	}
	/* If a process is killed between taking a request and counting it, the request is not
	 * counted. */
	ok(taken <= 5000 && taken >= 5000 - PROCESSES,
	    "%d processes, a third killed: %d of 5000 counted as taken", PROCESSES, taken);
	ok(!limits_take(l, "c", STR("one"), 1, 5000, &after), "and none is left");
}

/* Even with two thirds of the table in use, most keys have a counter of their own. */
static void many_keys(void)
{
	enum { KEYS = 40000 };
	struct limits *l = limits_new();
	int64_t after;
	int first = 0, second = 0;
	char k[32];

	for (int i = 0; i < KEYS; i++)
		first += limits_take(l, "m",
		    (struct str){ k, (size_t)snprintf(k, sizeof k, "key%d", i) }, 1, 1, &after);
	for (int i = 0; i < KEYS; i++)
		second += limits_take(l, "m",
		    (struct str){ k, (size_t)snprintf(k, sizeof k, "key%d", i) }, 1, 1, &after);
	ok(first >= KEYS - 20, "%d new keys: %d allowed once", KEYS, first);
	ok(second <= KEYS / 1000, "and %d twice", second);
}

static int64_t us_to_enter(struct gate *g, int timeout_ms, bool *in)
{
	int64_t t = clock_us();

	*in = gate_enter(g, timeout_ms);
	return clock_us() - t;
}

static void gates(const char *dir, const char *what)
{
	enum { SLOTS = 2, RUNS = 8 };
	struct gate *g = gate_new(dir, SLOTS);
	struct {
		_Atomic int in, most;
	} *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[RUNS];
	int all = 0;
	bool in;

	for (int i = 0; i < RUNS; i++)
		if ((pid[i] = fork()) == 0) {
			if (!gate_enter(g, 5000))
				_exit(1);
			int now = ++s->in;
			while (now > s->most)
				s->most = now;
			usleep(50000);
			s->in--;
			gate_leave(g);
			_exit(0);
		}
	for (int i = 0, status; i < RUNS; i++) {
		waitpid(pid[i], &status, 0);
		all += status == 0;
	}
	ok(all == RUNS && s->most == SLOTS, "%s: all %d came in, at most %d at once", what, all,
	    s->most);
	for (int i = 0; i < SLOTS; i++)
		if ((pid[i] = fork()) == 0) {
			if (gate_enter(g, 1000))
				s->in++;
			for (;;)
				pause();
		}
	while (s->in < SLOTS)
		usleep(1000);
	int64_t us = us_to_enter(g, 100, &in);
	ok(!in && us >= 100000 && us < 20000000, "%s: full, refused after %lld ms", what,
	    (long long)us / 1000);
	kill(pid[0], SIGKILL);
	waitpid(pid[0], NULL, 0);
	us = us_to_enter(g, 30000, &in);
	ok(in && us < 20000000, "%s: a killed holder's place is free after %lld ms", what,
	    (long long)us / 1000);
	gate_leave(g);
	kill(pid[1], SIGKILL);
	waitpid(pid[1], NULL, 0);
	gate_free(g);
}

int main(void)
{
	char dir[] = "/tmp/motet-gate-XXXXXX", path[64];

	siphashes();
	addresses();
	one_client();
	many_processes();
	many_keys();
	gates(mkdtemp(dir), "a lock file");
	snprintf(path, sizeof path, "%s/hashing.lock", dir);
	ok(unlink(path) == 0, "the file is in the state directory");
	rmdir(dir);
	gates("/nonexistent", "memory");
	return done();
}
