/*
 * Passwords against a real database: who has to wait after wrong ones and who does not, how many may hash at a time, and what a lost
 * connection may not lose.
 */
#include "member.h"
#include "codec/hash.h"
#include "core/password.h"
#include "shm/gate.h"
#include "store/q_throttle.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSWORD STR("correct horse battery")
#define WRONG STR("wrong horse battery")

static void registered(struct cx *cx, const char *local)
{
	int64_t id;

	must(cx, actor_add(cx, str_of(local), PASSWORD, false, &id));
}

/* A child that has one of the places until it is killed. */
static pid_t holder(struct gate *g)
{
	int fd[2];
	char c = 0;
	pid_t p;

	if (pipe(fd) != 0 || (p = fork()) < 0)
		exit(1);
	if (p == 0) {
		if (!gate_enter(g, 1000) || write(fd[1], &c, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(fd[0], &c, 1) != 1)
		exit(1);
	close(fd[0]);
	close(fd[1]);
	return p;
}

static void busy(void)
{
	struct cx cx = context();
	struct gate *g = gate_new("/nonexistent", 1);
	int64_t workers = conf->workers, id;
	struct str phc;

	registered(&cx, "taken");
	pid_t p = holder(g);
	cx.gate = g;
	conf->workers = 2;
	int64_t t = clock_us();
	ok(password_new(&cx, PASSWORD, &phc) == ERR_RETRY && clock_us() - t < 500000 && cx.retry_after > 0,
	    "no place to hash at and none to wait at: said at once, with when to come again");
	ok(actor_add(&cx, STR("taken"), PASSWORD, false, &id) == ERR_FID_TAKEN, "that a name is taken is known without hashing");
	ok(actor_add(&cx, STR("free"), PASSWORD, false, &id) == ERR_RETRY, "a name that is free needs it");
	conf->workers = 8;
	kill(p, SIGKILL);
	waitpid(p, NULL, 0);
	ok(password_new(&cx, PASSWORD, &phc) == OK, "and there is a place again when its holder is gone");
	conf->workers = workers;
	gate_free(g);
	end(&cx);
}

/* What strangers made us write goes when it is over, whoever comes next. */
static void growth(void)
{
	enum { STRANGERS = 200, LATER = 60 };
	struct cx cx = context();
	struct throttled *t;
	uint8_t key[HASH_BYTES] = { 0 };

	for (int i = 0; i < STRANGERS + LATER; i++) {
		if (i == STRANGERS)
			sql(&cx, "UPDATE throttle SET tat = tat - interval '1 day'");
		key[0] = (uint8_t)i;
		key[1] = (uint8_t)(i >> 8);
		must(&cx, q_throttle_take(&cx, (struct blob){ key, HASH_BYTES }, 1000, 10, &t));
	}
	ok(number(&cx, "SELECT count(*) FROM throttle") == LATER, "%d keys that are over are gone after %d others: %ld are left", STRANGERS, LATER,
	    number(&cx, "SELECT count(*) FROM throttle"));
	sql(&cx, "UPDATE throttle SET tat = tat - interval '1 day'");
	must(&cx, q_throttle_take(&cx, (struct blob){ key, HASH_BYTES }, 1000, 1, &t));
	ok(t->taken, "one that is over may come again");
	must(&cx, q_throttle_take(&cx, (struct blob){ key, HASH_BYTES }, 1000, 1, &t));
	ok(!t->taken && t->wait == 1, "and then has to wait");
	ok(number(&cx, "SELECT count(*) FROM pg_indexes WHERE tablename = 'throttle' AND indexdef LIKE '%(tat)'") == 1,
	    "there is an index to find them by");
	sql(&cx, "DELETE FROM throttle");
	end(&cx);
}

int main(void)
{
	if (!place())
		return 0;
	busy();
	growth();
	conf_free(conf);
	return done();
}
