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

/* A child that takes a place until it is killed, or counts that it got none. */
static pid_t holder(struct net_slots *s, struct shared *m)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (net_slots_enter(s))
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

/*
 * All places are held, and as many wait, which they do for a second: where this process is slower
 * than that, the caller tries again. pid[0] is killed, and another one put in its place.
 */
static void crowded(
    struct net_slots *s, struct shared *m, pid_t *pid, int want, bool *at_once, bool *followed)
{
	pid_t waiting[MOST];
	int held = m->in;

	for (int i = 0; i < want; i++)
		waiting[i] = holder(s, m);
	usleep(200000);
	int64_t began = clock_us();
	*at_once |= !net_slots_enter(s) && clock_us() - began < 200000;
	end(pid[0]);
	usleep(300000);
	*followed |= m->in == held + 1;
	for (int i = 0; i < want; i++)
		end(waiting[i]);
	held = m->in;
	pid[0] = holder(s, m);
	while (m->in == held)
		usleep(1000);
}

static void places(const char *dir, int workers, int want)
{
	struct conf *c = conf(dir);
	struct net_slots *s = net_slots_new(c, workers, NULL);
	struct shared *m =
	    mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[MOST];
	int64_t began;

	for (int i = 0; i < want; i++)
		pid[i] = holder(s, m);
	while (m->in + m->out < want)
		usleep(1000);
	ok(m->in == want, "%d workers: %d places", workers, (int)m->in);
	began = clock_us();
	ok(!net_slots_enter(s) && clock_us() - began >= 900000 && clock_us() - began < 20000000,
	    "the next one waits a second and gets none");
	bool at_once = false, followed = false;
	for (int tries = 0; tries < 20 && !(at_once && followed); tries++)
		crowded(s, m, pid, want, &at_once, &followed);
	ok(at_once, "with %d waiting, the next one is told at once", want);
	ok(followed, "a killed holder's place goes to one that waits");
	for (int i = 0; i < want; i++)
		end(pid[i]);
	began = clock_us();
	ok(net_slots_enter(s) && clock_us() - began < 900000, "all are dead: a place at once");
	net_slots_leave(s);
	net_slots_free(s);
	conf_free(c);
}

#define SECONDS(n) ((n)*INT64_C(1000000))

/* One more failure, right after the end of the last pause; the next pause in milliseconds. */
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

static void rates(void)
{
	struct conf *c = conf("/nonexistent");
	struct net_slots *s = net_slots_new(c, 4, limits_new()), *off = net_slots_new(c, 4, NULL);
	int64_t after = 0;
	int n = 0, unlimited = 0;

	while (n < 100 && net_slots_take_request(s, STR("a.example:443"), 6, &after))
		n++;
	ok(n == 6 && after >= 9 && after <= 10, "6 a minute: %d, and the next in %lld s", n,
	    (long long)after);
	ok(net_slots_take_request(s, STR("b.example:443"), 6, &after),
	    "another server has a counter of its own");
	ok(net_slots_take_request(s, STR("a.example:443"), 120, &after), "so does another rate");
	while (unlimited < 100 && net_slots_take_request(off, STR("a.example:443"), 6, &after))
		unlimited++;
	ok(unlimited == 100, "without limits, no request is refused");
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
	places(dir, 4, 1);
	places(dir, 17, 4);
	places("/nonexistent", 1, 1);
	snprintf(path, sizeof path, "%s/outbound.lock", dir);
	ok(unlink(path) == 0, "outbound.lock is in the state directory");
	snprintf(path, sizeof path, "%s/outbound-queue.lock", dir);
	ok(unlink(path) == 0, "and so is outbound-queue.lock");
	rmdir(dir);
	down();
	many_down();
	rates();
	return done();
}
