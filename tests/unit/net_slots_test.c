#include "../tap.h"
#include "base/clock.h"
#include "net/net_unreachable.h"
#include "net/net_slots.h"
#include "shm/limits.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct conf *conf(const char *dir)
{
	struct conf *c;
	char why[256];

	if (!conf_load(NULL, &c, why, sizeof why) ||
	    !conf_set(c, STR("state_dir"), str_of(dir), why, sizeof why))
		exit(99);
	return c;
}

struct shared {
	_Atomic int in, out;
};
enum { MOST = 8 };

static struct shared *share(void)
{
	return mmap(
	    NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Each child asks for an address of its own. */
static const struct net_asker *asker(int i, bool trusted)
{
	static char address[32];
	static struct net_asker a;

	a.who = (struct str){ address, (size_t)snprintf(address, sizeof address, "192.0.2.%d", i) };
	a.trusted = trusted;
	return &a;
}

static struct str server(int i)
{
	static char name[32];

	return (struct str){ name, (size_t)snprintf(name, sizeof name, "s%d.example:443", i) };
}

/* A child that takes a place to ask server i until it is killed, or counts that it got none. */
static pid_t hold_place(struct net_slots *s, struct shared *m, int i, bool trusted)
{
	bool waited;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (net_slots_enter(s, server(i), asker(i, trusted), &waited))
		m->in++;
	else
		m->out++;
	for (;;)
		pause();
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void hold_places(struct net_slots *s, struct shared *m, pid_t *pid, int n, bool trusted)
{
	for (int i = 0; i < n; i++)
		pid[i] = hold_place(s, m, i, trusted);
	while (m->in + m->out < n)
		usleep(1000);
}

static void end_all(pid_t *pid, int n)
{
	for (int i = 0; i < n; i++)
		end(pid[i]);
}

static void places(const char *dir, int workers, int want, int strangers)
{
	struct conf *c = conf(dir);
	struct net_slots *s = net_slots_new(c, workers, NULL);
	struct shared *m = share(), *few = share();
	pid_t pid[MOST], other;
	int64_t began;
	bool waited;

	hold_places(s, m, pid, want, true);
	ok(m->in == want, "%d workers: %d places", workers, (int)m->in);
	began = clock_us();
	ok(!net_slots_enter(s, STR("x.example:443"), asker(99, true), &waited) && waited &&
		clock_us() - began >= 1900000,
	    "the next one waits two seconds and gets none");
	began = clock_us();
	ok(!net_slots_enter(s, STR("x.example:443"), asker(99, false), &waited) &&
		clock_us() - began >= 4900000,
	    "a stranger waits five");
	other = hold_place(s, m, want, true);
	usleep(100000);
	end(pid[0]);
	while (m->in + m->out == want)
		usleep(1000);
	ok(m->in == want + 1, "a killed holder's place goes to one that waits");
	pid[0] = other;
	end_all(pid, want);

	hold_places(s, few, pid, want, false);
	ok(few->in == strangers, "strangers get %d of %d", (int)few->in, want);
	ok(want == 1 || net_slots_enter(s, STR("x.example:443"), asker(99, true), &waited),
	    "and never the last");
	net_slots_leave(s);
	end_all(pid, want);
	net_slots_free(s);
	conf_free(c);
}

/* A process that needs what another process already asks for waits, and then looks for the result.
 */
static void one_server(const char *dir)
{
	struct conf *c = conf(dir);
	struct net_slots *s = net_slots_new(c, 16, NULL);
	struct shared *m = share();
	pid_t pid[1];
	bool waited;

	hold_places(s, m, pid, 1, true);
	ok(!net_slots_enter(s, server(0), asker(99, true), &waited),
	    "a server that is slow has one place");
	ok(net_slots_enter(s, server(1), asker(99, true), &waited) && !waited,
	    "and others have theirs");
	net_slots_leave(s);
	pid_t killer = fork();
	if (killer == 0) {
		usleep(200000);
		kill(pid[0], SIGKILL);
		_exit(0);
	}
	ok(net_slots_enter(s, server(0), asker(99, true), &waited) && waited,
	    "when it is free, the next one is told that it has waited");
	end(pid[0]);
	waitpid(killer, NULL, 0);
	net_slots_leave(s);
	net_slots_free(s);
	conf_free(c);
}

/* A stranger's address gets only one place, so that places are left for other addresses. */
static void one_address(const char *dir)
{
	struct conf *c = conf(dir);
	struct net_slots *s = net_slots_new(c, 16, NULL);
	struct shared *m = share();
	pid_t pid[1];
	bool waited;

	hold_places(s, m, pid, 1, false);
	int64_t began = clock_us();
	ok(!net_slots_enter(s, server(7), asker(0, false), &waited) && clock_us() - began < 2000000,
	    "an address has one place, and does not wait for another");
	ok(net_slots_enter(s, server(7), asker(1, false), &waited), "another has one, too");
	net_slots_leave(s);
	ok(net_slots_enter(s, server(7), asker(0, true), &waited),
	    "and so has who asks a server that was good");
	net_slots_leave(s);
	end_all(pid, 1);
	net_slots_free(s);
	conf_free(c);
}

#define SECONDS(n) ((n)*INT64_C(1000000))

/* Records one more failure right after the last pause; returns the next pause in milliseconds. */
static int64_t fail_once(struct net_unreachable *d, struct str key, int64_t *now)
{
	net_unreachable_fail(d, key, *now, *now);
	int64_t pause = net_unreachable_wait_ms(d, key, *now);
	*now += pause * 1000 + SECONDS(1);
	return pause;
}

static void down(void)
{
	struct net_unreachable *d = net_unreachable_new();
	struct str a = STR("a.example:443"), b = STR("b.example:443");
	int64_t now = clock_us(), least = 1000, most = 2000, pause;
	bool grows = true;

	if (fork() == 0) {
		fail_once(d, a, &now);
		_exit(0);
	}
	wait(NULL);
	ok(net_unreachable_wait_ms(d, a, now) == 0, "the first failure costs nothing");
	now += SECONDS(1);
	pause = fail_once(d, a, &now);
	ok(pause >= least && pause <= most, "another process sees it: the second costs %lld ms",
	    (long long)pause);
	for (int i = 3; i < 30; i++) {
		least = least * 2 < 60000 ? least * 2 : 60000;
		most = most * 2 < 120000 ? most * 2 : 120000;
		pause = fail_once(d, a, &now);
		grows = grows && pause >= least - 200 && pause <= most;
	}
	ok(grows, "each further one twice that, up to two minutes");
	ok(net_unreachable_wait_ms(d, b, now) == 0, "nobody else");
	now -= SECONDS(2);
	int64_t before = net_unreachable_wait_ms(d, a, now);
	net_unreachable_fail(d, a, now - SECONDS(3), now);
	ok(before > 0 && net_unreachable_wait_ms(d, a, now) == before,
	    "a request that was under way then does not count");
	net_unreachable_clear(d, a);
	ok(net_unreachable_wait_ms(d, a, now) == 0 && fail_once(d, a, &now) == 0,
	    "an answer clears it");
	fail_once(d, a, &now);
	now += SECONDS(130);
	ok(fail_once(d, a, &now) == 0, "and so do two minutes");
}

static bool is_left_alone(struct net_unreachable *d, const char *name, int i)
{
	char k[32];

	return net_unreachable_wait_ms(d,
		   (struct str){ k, (size_t)snprintf(k, sizeof k, "%s%d", name, i) },
		   clock_us()) > 0;
}

static void fail_twice(struct net_unreachable *d, const char *name, int i)
{
	char k[32];
	struct str key = { k, (size_t)snprintf(k, sizeof k, "%s%d", name, i) };
	int64_t now = clock_us();

	net_unreachable_fail(d, key, now, now);
	net_unreachable_fail(d, key, now + SECONDS(100), now + SECONDS(100));
}

static void many_down(void)
{
	enum { KEYS = 2000, OTHERS = 20000 };
	struct net_unreachable *d = net_unreachable_new();
	int kept = 0, wrong = 0;

	for (int i = 0; i < KEYS; i++)
		fail_twice(d, "down", i);
	for (int i = 0; i < KEYS; i++)
		kept += is_left_alone(d, "down", i);
	for (int i = 0; i < OTHERS; i++)
		wrong += is_left_alone(d, "up", i);
	ok(kept >= KEYS - KEYS / 20, "%d of %d are remembered", kept, KEYS);
	ok(wrong == 0, "%d of %d other keys collide with them", wrong, OTHERS);
	for (int i = 0; i < 50000; i++)
		fail_twice(d, "flood", i);
	fail_twice(d, "last", 0);
	ok(is_left_alone(d, "last", 0), "a full table takes one more");
}

/* Somebody with many accounts waits no longer than one session, and for servers that are not known
 * no longer than a stranger. */
static void many_sessions(void)
{
	struct conf *c = conf("/nonexistent");
	struct net_slots *s = net_slots_new(c, 4, limits_new());
	const struct str server = STR("new.example:443");
	struct net_asker a = { .who = STR("1:s1"), .address = STR("192.0.2.1"), .session = true },
			 b = a, other = a;
	int64_t after;

	b.who = STR("2:s1");
	other.address = STR("192.0.2.2");
	for (int i = 0; i < 3; i++)
		net_slots_charge(s, &a, server, SECONDS(4));
	ok(!net_slots_take_asker(s, &b, &after),
	    "sessions of one address wait 10 s for new servers");
	ok(net_slots_take_asker(s, &other, &after), "a session of another address is not refused");
	a.known = b.known = true;
	ok(net_slots_take_asker(s, &b, &after), "and neither is one that asks a known server");
	for (int i = 0; i < 8; i++)
		net_slots_charge(s, &a, server, SECONDS(4));
	ok(!net_slots_take_asker(s, &b, &after), "for which all together may wait 30 s");
	net_slots_free(s);
	conf_free(c);
}

/* A server far away is not slow, however many ask about it. */
static void far_server(void)
{
	struct conf *c = conf("/nonexistent");
	struct net_slots *s = net_slots_new(c, 4, limits_new());
	const struct net_asker a = { .who = STR("192.0.2.1") };
	const struct str server = STR("far.example:443");

	for (int i = 0; i < 100; i++)
		net_slots_charge(s, &a, server, SECONDS(1) / 5);
	ok(!net_slots_is_slow(s, server), "a server that answers in 0.2 s is not slow");
	net_slots_free(s);
	conf_free(c);
}

static void rates(void)
{
	struct conf *c = conf("/nonexistent");
	struct net_slots *s = net_slots_new(c, 4, limits_new()), *off = net_slots_new(c, 4, NULL);
	int64_t after = 0;
	int n = 0, unlimited = 0;

	struct net_asker one = { .who = STR("192.0.2.1") }, two = { .who = STR("192.0.2.2") },
			 slow = { .who = STR("192.0.2.3") },
			 same = { .who = STR("192.0.2.3"), .trusted = true };

	while (n < 1000 && net_slots_take_request(s, STR("a.example:443"), false, 0, &after))
		n++;
	ok(n == NET_STRANGERS_PER_MINUTE && after == 1, "strangers ask a server %d times", n);
	ok(net_slots_take_request(s, STR("b.example:443"), false, 0, &after), "others as well");
	for (n = 0; n < 1000 && net_slots_take_request(s, STR("a.example:443"), true, 0, &after);)
		n++;
	ok(n == NET_KNOWN_PER_MINUTE, "who has a session has a share of %d", n);
	for (n = 0; n < 1000 && net_slots_take_asker(s, &one, &after);)
		n++;
	ok(n == NET_ASKER_PER_MINUTE && net_slots_take_asker(s, &two, &after),
	    "an address may cause %d", n);
	net_slots_charge(s, &slow, STR("c.example:443"), SECONDS(4));
	ok(net_slots_take_asker(s, &slow, &after) && !net_slots_is_slow(s, STR("c.example:443")),
	    "an address may make us wait for 4 s");
	for (int i = 0; i < 2; i++)
		net_slots_charge(s, &slow, STR("c.example:443"), SECONDS(4));
	ok(!net_slots_take_asker(s, &slow, &after) && after >= 1 && after <= 15,
	    "but not for 12: %lld", (long long)after);
	ok(net_slots_take_asker(s, &same, &after),
	    "who shares the address can ask a server that was good");
	ok(net_slots_is_slow(s, STR("c.example:443")) &&
		!net_slots_is_slow(s, STR("d.example:443")),
	    "and that server is slow");
	while (unlimited < 1000 &&
	    net_slots_take_request(off, STR("a.example:443"), false, 0, &after) &&
	    net_slots_take_asker(off, &one, &after))
		unlimited++;
	ok(unlimited == 1000, "without limits, no request is refused");
	net_slots_note_failure(s, STR("a.example:443"), clock_us());
	ok(net_slots_down_s(s, STR("a.example:443")) == 0, "one failure bars nobody");
	usleep(300000);
	net_slots_note_failure(s, STR("a.example:443"), clock_us());
	ok(net_slots_down_s(s, STR("a.example:443")) >= 1 &&
		net_slots_down_s(s, STR("b.example:443")) == 0,
	    "two do, this server only");
	net_slots_note_answer(s, STR("a.example:443"));
	ok(net_slots_down_s(s, STR("a.example:443")) == 0, "until it answers");
	net_slots_free(s);
	net_slots_free(off);
	conf_free(c);
}

int main(void)
{
	char dir[] = "/tmp/motet-net-XXXXXX", path[64];

	if (mkdtemp(dir) == NULL)
		return 99;
	places(dir, 4, 2, 1);
	places(dir, 17, 4, 2);
	places("/nonexistent", 1, 1, 1);
	one_server(dir);
	one_address(dir);
	snprintf(path, sizeof path, "%s/outbound.lock", dir);
	ok(unlink(path) == 0, "outbound.lock is in the state directory");
	snprintf(path, sizeof path, "%s/outbound-queue.lock", dir);
	ok(unlink(path) == 0, "and so is outbound-queue.lock");
	snprintf(path, sizeof path, "%s/outbound-strangers.lock", dir);
	ok(unlink(path) == 0, "and outbound-strangers.lock");
	rmdir(dir);
	down();
	many_down();
	rates();
	many_sessions();
	far_server();
	return done();
}
