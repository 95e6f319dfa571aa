/*
 * A database that ends connections while it is written to: what was done is said to be done, though the answer was lost; and what the
 * actor's limit on key material is worth when many upload at once. Prints its N.
 */
#include "member.h"
#include "core/keymaterial.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REGISTERED = 25, ROTATED = 40, UPLOADED = 150, RACERS = 8, RACES = 8 };

static pid_t killer(void)
{
	pid_t p = fork();

	if (p != 0)
		return p;
	PGconn *pg = PQconnectdb(conninfo);
	PQclear(PQexec(pg, "SET application_name = 'killer'"));
	for (;;) {
		PQclear(PQexec(pg, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'motet' AND state = 'active'"));
		usleep((useconds_t)(random() % 3000));
	}
}

/* What was certainly not done is asked for again; *refused counts that. */
static bool again(enum err e, int *refused)
{
	if (e == OK || err_status(e) != 503 || *refused > 3000)
		return false;
	++*refused;
	usleep(20 * 1000);
	return true;
}

static void explain(const struct cx *cx, enum err e)
{
	if (e != OK)
		printf("# %s %s%s\n", err_name(e), cx->why.say, cx->why.log);
}

static void registering(void)
{
	struct cx cx = context();
	int done = 0, refused = 0;
	pid_t k = killer();

	for (int i = 0; i < REGISTERED; i++) {
		struct str local = str_of(arena_printf(cx.mem, "new%d", i));
		int64_t id = 0;
		enum err e;
		do
			e = actor_add(&cx, local, STR("correct horse battery"), false, &id);
		while (again(e, &refused));
		explain(&cx, e);
		done += e == OK && id != 0;
		arena_reset(cx.mem);
	}
	kill(k, SIGKILL);
	waitpid(k, NULL, 0);
	ok(done == REGISTERED, "%d of %d actors registered while connections were ended (%d times asked again)", done, REGISTERED, refused);
	ok(number(&cx, "SELECT count(*) FROM actor WHERE local_name LIKE 'new%'") == REGISTERED, "and they are there");
	end(&cx);
}

/* One second must pass between two rotations: it is made to have passed. */
static void rotating(void)
{
	struct cx cx = context();
	int done = 0, current = 0, refused = 0;
	long before = number(&cx, "SELECT count(*) FROM server_key");
	pid_t k = killer();

	for (int i = 0; i < ROTATED; i++) {
		struct server_key *key;
		enum err e;
		sql(&cx, "UPDATE server_key SET not_before = not_before - interval '1 hour', ended_at = ended_at - interval '1 hour'");
		do
			e = identity_rotate(&cx, &key);
		while (again(e, &refused));
		explain(&cx, e);
		done += e == OK;
		current += e == OK && number(&cx, arena_printf(cx.mem, "SELECT count(*) FROM server_key WHERE ended_at IS NULL AND serial = %lld",
		    (long long)key->serial));
		arena_reset(cx.mem);
	}
	kill(k, SIGKILL);
	waitpid(k, NULL, 0);
	ok(done == ROTATED, "%d of %d rotations of the server's key while connections were ended (%d times asked again)", done, ROTATED, refused);
	ok(current == ROTATED, "each gave the key that is the current one then");
	ok(number(&cx, "SELECT count(*) FROM server_key") == before + ROTATED, "and made one");
	end(&cx);
}

static void uploading(void)
{
	struct cx cx = context();
	struct member m = member(&cx, "uploader", "one");
	struct arena *keep = cx.mem;
	int added = 0, deleted = 0, refused = 0, there = 0, gone = 0;
	pid_t k = killer();

	cx.mem = arena_new(64 << 20);
	for (int i = 0; i < UPLOADED; i++) {
		struct keymaterial km = { .key_data = str_of(arena_printf(cx.mem, "key material %d", i)), .algorithms = STR("1.2.3") };
		enum err e;
		do
			e = keymaterial_add(&cx, m.s, &km, 1);
		while (again(e, &refused));
		explain(&cx, e);
		added += e == OK;
		there += number(&cx, "SELECT count(*) FROM keymaterial") == 1;
		do
			e = keymaterial_delete(&cx, m.s, &m.serial, 1);
		while (again(e, &refused));
		explain(&cx, e);
		deleted += e == OK;
		gone += number(&cx, "SELECT count(*) FROM keymaterial") == 0;
		arena_reset(cx.mem);
	}
	kill(k, SIGKILL);
	waitpid(k, NULL, 0);
	ok(added == UPLOADED && there == UPLOADED, "%d of %d uploads while connections were ended (%d times asked again)", added, UPLOADED, refused);
	ok(deleted == UPLOADED && gone == UPLOADED, "%d of %d deletions", deleted, UPLOADED);
	arena_free(cx.mem);
	cx.mem = keep;
	end(&cx);
}

/* Outside of an attempt's own doubt the rules are as ever. */
static void rules(void)
{
	struct cx cx = context();
	struct member m = member(&cx, "ruled", "one");
	struct keymaterial km = { .key_data = STR("some key material") }, other = { .key_data = STR("other key material"), .serial = m.serial };
	const int64_t two[] = { m.serial, 1000000000000000 };
	struct added *a;

	ok(keymaterial_add(&cx, m.s, &km, 1) == OK, "key material");
	ok(keymaterial_add(&cx, m.s, &km, 1) == ERR_CONFLICT, "the same again is refused");
	ok(q_keymaterial_add(&cx, m.actor_id, &km, 1, KEYMATERIAL_TOTAL, true, &a) == OK && a->missing == 0, "but for the one who may have added it");
	ok(q_keymaterial_add(&cx, m.actor_id, &other, 1, KEYMATERIAL_TOTAL, true, &a) == ERR_CONFLICT, "not when it is another one");
	ok(keymaterial_delete(&cx, m.s, two, 2) == ERR_NOT_FOUND && number(&cx, "SELECT count(*) FROM keymaterial") == 1, "%s", cx.why.say);
	ok(keymaterial_delete(&cx, m.s, two, 1) == OK && keymaterial_delete(&cx, m.s, two, 1) == ERR_NOT_FOUND, "deleted once: %s", cx.why.say);
	end(&cx);
}

static void limit(void)
{
	enum { MOST = 3, EACH = 60000, ROOM = MOST * (EACH + 512) + 100 };
	struct cx cx = context();
	struct member m = member(&cx, "heavy", "s0");
	int64_t serial[RACERS] = { m.serial };
	char *text = arena_alloc(cx.mem, EACH);
	int right = 0;

	memset(text, 'x', EACH);
	for (int i = 1; i < RACERS; i++)
		serial[i] = device(&cx, &m, arena_printf(cx.mem, "s%d", i)).serial;
	for (int r = 0; r < RACES; r++) {
		for (int i = 0; i < RACERS; i++) {
			if (fork() != 0)
				continue;
			struct cx mine = context();
			const struct keymaterial km = { .key_data = { text, EACH }, .serial = serial[i] };
			struct added *a;
			must(&mine, q_keymaterial_add(&mine, m.actor_id, &km, 1, ROOM, false, &a));
			_exit(0);
		}
		while (wait(NULL) > 0)
			;
		right += number(&cx, "SELECT count(*) FROM keymaterial") == MOST;
		sql(&cx, "DELETE FROM keymaterial");
	}
	ok(right == RACES, "%d uploads at once with room for %d: so many are there, %d of %d times", RACERS, MOST, right, RACES);
	end(&cx);
}

int main(void)
{
	if (!place())
		return 0;
	rules();
	limit();
	registering();
	rotating();
	uploading();
	conf_free(conf);
	return done();
}
