/*
 * The delivery service under load: no KeyPackage is given out twice or after it expired, and no
 * claim is empty while there is stock. Many processes claim, add, replace, expire, rotate and
 * revoke at once, with the server's statements. The bytes of each KeyPackage are a number. Prints
 * seed and N; MOTET_SEED=N repeats a seed.
 */
#include "member.h"
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	TARGETS = 4,
	CLAIMERS = 48,
	EXACT = 9000,
	STOCK = 2000,
	MIXED = 8000,
	CHAOS = 4000,
	ITEMS = 200000,
	BATCH = 25
};

struct item {
	atomic_int given;
	atomic_llong dead; /* ns: must not be given out after this time; 0: valid */
	atomic_int last;
};
/* Bounds of the stock of a target's first session: `added` is counted after the upload, `taken`
 * before the claim. */
struct stock {
	atomic_long added, taken;
};
static struct shared {
	atomic_long next, tickets, claims, one_time, last_resort, none, lost,
	    retried; /* numbers of claims; retried: lost for another reason than a cut connection */
	atomic_long twice, late, false_empty, wrong, uploads, rotations, ended, replaced;
	atomic_int stop;
	struct stock stock[TARGETS];
	struct item item[ITEMS];
} * sh;
static unsigned seed;

/* Each child has its own copy. */
static struct member targets[TARGETS], claimant;

static long long clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void reset_counters(void)
{
	memset(sh, 0, sizeof *sh);
}

/* --- Adding --- */

static struct keypackage make_numbered(struct cx *cx, int64_t i, bool last_resort)
{
	int64_t *id = arena_alloc(cx->mem, 32);

	id[0] = i;
	id[1] = seed;
	if (last_resort)
		sh->item[i].last = 1;
	return (struct keypackage){ .suite = 1,
		.last_resort = last_resort,
		.ref = { (uint8_t *)id, 32 },
		.init_hash = { (uint8_t *)id, 32 },
		.tls = { (uint8_t *)id, 8 },
		.not_before = clock_now() - 60,
		.not_after = clock_now() + 3600 };
}

/* Adds n KeyPackages; their numbers begin with *first and are used by no other process. */
static enum err add_numbered(
    struct cx *cx, const struct member *m, int64_t *first, size_t n, bool last_resort)
{
	struct keypackage *k = arena_alloc(cx->mem, n * sizeof *k);
	struct keypackages_added *a;

	*first = atomic_fetch_add(&sh->next, (long)n);
	for (size_t i = 0; i < n; i++)
		k[i] = make_numbered(cx, *first + (int64_t)i, last_resort);
	TRY(q_keypackage_add(cx, m->actor_id, m->serial, k, n, ITEMS, &a));
	return a->live && !a->reused ? OK : ERR_UNAUTHORIZED;
}

/* --- Uploads at the same time --- */

enum { UPLOADERS = 16, FULL = 100 };

/* 16 processes upload n KeyPackages each to one session: the same ones, or their own. */
static void upload_at_once(
    struct cx *cx, size_t n, bool same, bool last_resort, long *taken, long *failed)
{
	atomic_long *out = (atomic_long *)sh->item;
	const struct member *m = &targets[0];

	run_sql(cx, "TRUNCATE key_package, key_package_notice");
	reset_counters();
	for (int p = 0; p < UPLOADERS; p++) {
		if (fork() != 0)
			continue;
		struct cx mine = new_context();
		struct keypackage *k = arena_alloc(mine.mem, n * sizeof *k);
		struct keypackages_added *a;
		for (size_t i = 0; i < n; i++)
			k[i] =
			    make_numbered(&mine, (int64_t)i + (same ? 0 : 1000 * (p + 1)), false);
		for (size_t i = 0; i < n; i++)
			k[i].last_resort = last_resort;
		enum err e = ERR_RETRY;
		for (int try = 0; try < 3 && e == ERR_RETRY; try++)
			e = q_keypackage_add(&mine, m->actor_id, m->serial, k, n, FULL, &a);
		out[e != OK]++;
		if (e == OK && a->stock <= FULL && !a->reused)
			out[2]++;
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	*failed = out[1];
	*taken = out[2];
}

static void test_uploads_at_once(void)
{
	struct cx cx = new_context();
	long taken, failed;
	const char *left = "SELECT count(*) FROM key_package WHERE spent_at IS NULL";

	upload_at_once(&cx, BATCH, false, false, &taken, &failed);
	ok(taken == FULL / BATCH && failed == 0 && sql_number(&cx, left) == FULL,
	    "%d uploads of %d at once: a stock of %d takes %ld", UPLOADERS, BATCH, FULL, taken);
	upload_at_once(&cx, BATCH, true, false, &taken, &failed);
	ok(taken == UPLOADERS && failed == 0 && sql_number(&cx, left) == BATCH,
	    "the same upload %d times at once is stored once (%ld, %ld)", UPLOADERS, taken, failed);
	upload_at_once(&cx, 1, false, true, &taken, &failed);
	ok(taken == UPLOADERS && failed == 0 && sql_number(&cx, left) == 1,
	    "of %d last resorts at once one is kept (%ld, %ld)", UPLOADERS, taken, failed);
	end_context(&cx);
}

static void fill_stock(struct cx *cx, int t, size_t n)
{
	int64_t first;

	for (size_t done = 0; done < n; done += 500) {
		must(cx,
		    add_numbered(cx, &targets[t], &first, n - done < 500 ? n - done : 500, false));
		arena_reset(cx->mem);
	}
	atomic_fetch_add(&sh->stock[t].added, (long)n);
}

/* --- Claiming --- */

static void check_given(const struct keypackage_given *g, long long began)
{
	int64_t i = -1;

	if (g->tls.n == sizeof i)
		memcpy(&i, g->tls.p, sizeof i);
	if (i < 0 || i >= ITEMS || g->last_resort != (sh->item[i].last != 0)) {
		sh->wrong++;
		return;
	}
	long long dead = sh->item[i].dead;
	if (dead && dead < began)
		sh->late++;
	if (g->last_resort)
		sh->last_resort++;
	else if (atomic_fetch_add(&sh->item[i].given, 1) > 0)
		sh->twice++;
	else
		sh->one_time++;
}

/* An empty claim is wrong if the stock at its beginning exceeds the number of claims that others
 * have begun since then. */
static void check_empty(int t, long had)
{
	if (had - (sh->stock[t].taken - 1) > 0)
		sh->false_empty++;
}

static void claim_once(struct cx *cx, int t)
{
	const struct keypackage_claim c = { .token_hash = claimant.token_hash,
		.target_id = targets[t].actor_id,
		.address = STR("192.0.2.1"),
		.low = 10 };
	long long began = clock_ns();
	long had = sh->stock[t].added;
	struct keypackage_given *g;
	bool one_time = false;
	size_t n;

	sh->claims++;
	sh->stock[t].taken++;
	enum err e = q_keypackage_claim(cx, &c, &g, &n);
	if (e != OK) {
		sh->lost++;
		if (e == ERR_RETRY || err_status(e) != 503)
			sh->retried++;
		usleep(20 * 1000);
		return;
	}
	for (size_t i = 0; i < n && g[i].tls.p; i++) {
		check_given(&g[i], began);
		one_time |= !g[i].last_resort && str_is(g[i].session_id, "phone");
	}
	if (n && g[0].tls.p == NULL)
		sh->none++;
	if (!one_time)
		check_empty(t, had);
}

static void run_claimer(struct cx *cx, long total)
{
	for (long i; (i = atomic_fetch_add(&sh->tickets, 1)) < total; arena_reset(cx->mem))
		claim_once(cx, (int)(i % TARGETS));
}

/* --- Other processes --- */

static void run_uploader(struct cx *cx, long total)
{
	int64_t first;

	(void)total;
	for (int t = 0; !sh->stop; t = (t + 1) % TARGETS, arena_reset(cx->mem)) {
		if (add_numbered(cx, &targets[t], &first, BATCH, false) == OK) {
			atomic_fetch_add(&sh->stock[t].added, BATCH);
			sh->uploads++;
		}
		usleep(10 * 1000);
	}
}

/* Replaces the last resorts, and notes when each old last resort became invalid. */
static void run_replacer(struct cx *cx, long total)
{
	int64_t before[TARGETS], first;

	(void)total;
	for (int t = 0; t < TARGETS; t++)
		before[t] = -1;
	for (int t = 0; !sh->stop; t = (t + 1) % TARGETS, arena_reset(cx->mem)) {
		if (add_numbered(cx, &targets[t], &first, 1, true) != OK)
			continue;
		if (before[t] >= 0)
			sh->item[before[t]].dead = clock_ns();
		before[t] = first;
		sh->replaced++;
		usleep(3000);
	}
}

/* Expires the oldest KeyPackages in stock, which claims take first. */
static void run_expirer(struct cx *cx, long total)
{
	PGconn *pg = connect_as_owner();

	(void)total;
	for (int t = 0; !sh->stop; t = (t + 1) % TARGETS, arena_reset(cx->mem)) {
		sh->stock[t].taken += 2;
		PGresult *r = PQexec(pg,
		    arena_printf(cx->mem,
			"UPDATE key_package SET not_after = now() - interval '1 s' WHERE id IN "
			"(SELECT id FROM key_package WHERE "
			"actor_id = %lld AND NOT last_resort AND spent_at IS NULL AND not_after > "
			"now() ORDER BY id LIMIT 2) AND spent_at IS NULL RETURNING "
			"('x' || encode(substr(init_hash, 1, 1), 'hex'))::bit(8)::int + 256 * "
			"('x' || encode(substr(init_hash, 2, 1), 'hex'))::bit(8)::int "
			"+ 65536 * ('x' || encode(substr(init_hash, 3, 1), 'hex'))::bit(8)::int",
			(long long)targets[t].actor_id));
		long long now = clock_ns();
		for (int i = 0; i < PQntuples(r); i++, sh->ended++)
			sh->item[strtol(PQgetvalue(r, i, 0), NULL, 10)].dead = now;
		PQclear(r);
		usleep(20 * 1000);
	}
	PQfinish(pg);
}

/* Invalidates the certificate of a second session again and again, by rotation and by log-out. */
static void run_rotator(struct cx *cx, long total)
{
	(void)total;
	for (int round = 0; !sh->stop; round++, arena_reset(cx->mem)) {
		struct member m = new_device(cx, &targets[round % TARGETS], "restless");
		int64_t first;
		for (int i = 0; i < 3; i++) {
			if (add_numbered(cx, &m, &first, BATCH, false) != OK)
				sh->wrong++;
			if (i < 2)
				rotate_session(cx, &m);
			else
				must(cx, session_end(cx, m.s, STR("restless")));
			for (int64_t k = first; k < first + BATCH; k++)
				sh->item[k].dead = clock_ns();
			sh->rotations++;
		}
	}
}

static void run_killer(struct cx *cx, long total)
{
	PGconn *pg = PQconnectdb(conninfo);

	(void)cx, (void)total;
	PQclear(PQexec(pg, "SET application_name = 'killer'"));
	while (!sh->stop) {
		PQclear(PQexec(pg,
		    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
		    "AND "
		    "application_name = 'motet' AND random() < 0.05"));
		usleep(20000 + (useconds_t)(random() % 60000));
	}
	PQfinish(pg);
}

/* --- Starting and ending processes --- */

typedef void actor_fn(struct cx *, long total);

static pid_t start_process(actor_fn *f, long total)
{
	pid_t p = fork();

	if (p != 0)
		return p;
	srandom(seed ^ (unsigned)getpid());
	struct cx cx = new_context();
	f(&cx, total);
	end_context(&cx);
	_exit(0);
}

/* Runs claimers until all claims are made, with the other processes beside them. */
static double run_claims(long total, actor_fn *const *others)
{
	long long began = clock_ns();
	pid_t claimers[CLAIMERS];

	for (; *others; others++)
		start_process(*others, total);
	for (int i = 0; i < CLAIMERS; i++)
		claimers[i] = start_process(run_claimer, total);
	for (int i = 0; i < CLAIMERS; i++)
		waitpid(claimers[i], NULL, 0);
	sh->stop = 1;
	for (int status; wait(&status) > 0;)
		if (status)
			sh->wrong++;
	return (double)(clock_ns() - began) / 1e9;
}

static void print_counts(const char *what, double seconds)
{
	printf("# %s: N=%ld claims by %d processes in %.1f s: %ld one-time, %ld last resort, %ld "
	       "none, %ld lost\n",
	    what, sh->claims, CLAIMERS, seconds, sh->one_time, sh->last_resort, sh->none, sh->lost);
}

static long count_stock(struct cx *cx)
{
	return sql_number(cx,
	    "SELECT count(*) FROM key_package WHERE NOT last_resort AND spent_at IS NULL AND "
	    "not_after > now()");
}

static void check_counts(const char *what)
{
	ok(sh->twice == 0, "%s: 0 given twice (%ld)", what, sh->twice);
	ok(sh->false_empty == 0, "%s: 0 false empties (%ld)", what, sh->false_empty);
	ok(sh->late == 0, "%s: 0 given out after they had ended (%ld)", what, sh->late);
	ok(sh->wrong == 0, "%s: nothing else was wrong (%ld)", what, sh->wrong);
}

/* The session gets one or two events for "low" and "last resort used": simultaneous claims do not
 * see each other, so the claim that finds the stock empty may also be the first that finds it low.
 */
static void check_low_events(struct cx *cx)
{
	const char *of_session =
	    "SELECT count(*) FROM (SELECT count(*) AS n, "
	    "bool_or((data::json->>'lastResortUsed')::bool) AS used FROM event "
	    "WHERE name = 'LOW_KEY_PACKAGES' AND session_key LIKE '%:phone' GROUP BY session_key) "
	    "s WHERE n IN (1, 2) AND used";

	ok(sql_number(cx, of_session) == TARGETS,
	    "each session got one or two events: low, and last resort used");
}

/* With more claims than stock, every KeyPackage is given out before a last resort. */
static void test_exact_stock(void)
{
	static actor_fn *const nobody[] = { NULL };
	struct cx cx = new_context();
	int64_t first;

	reset_counters();
	for (int t = 0; t < TARGETS; t++) {
		fill_stock(&cx, t, STOCK);
		must(&cx, add_numbered(&cx, &targets[t], &first, 1, true));
	}
	print_counts("claims alone", run_claims(EXACT, nobody));
	check_counts("claims alone");
	ok(sh->one_time == TARGETS * STOCK && sh->last_resort == EXACT - TARGETS * STOCK &&
		sh->lost == 0 && count_stock(&cx) == 0,
	    "each of %d was given, and only then %d times a last resort", TARGETS * STOCK,
	    EXACT - TARGETS * STOCK);
	check_low_events(&cx);
	end_context(&cx);
}

static void test_mixed_load(void)
{
	static actor_fn *const all[] = { run_uploader, run_uploader, run_replacer, run_expirer,
		run_rotator, NULL };
	struct cx cx = new_context();

	run_sql(&cx, "TRUNCATE key_package, key_package_notice");
	reset_counters();
	for (int t = 0; t < TARGETS; t++)
		fill_stock(&cx, t, STOCK / 4);
	print_counts("with everything else", run_claims(MIXED, all));
	printf("# meanwhile %ld uploads, %ld replaced last resorts, %ld expired, %ld certificates "
	       "ended\n",
	    sh->uploads, sh->replaced, sh->ended, sh->rotations);
	check_counts("with everything else");
	ok(sh->lost == 0, "no claim failed (%ld)", sh->lost);
	ok(sh->uploads > 10 && sh->replaced > 10 && sh->ended > 10 && sh->rotations > 10,
	    "all processes did their part");
	ok(sql_number(&cx,
	       "SELECT count(*) FROM key_package k JOIN idcert c USING (actor_id, serial) WHERE "
	       "NOT c.live AND k.spent_at IS NULL") == 0,
	    "no ended certificate has stock");
	end_context(&cx);
}

static void test_killed_connections(void)
{
	static actor_fn *const others[] = { run_killer, NULL };
	struct cx cx = new_context();
	int64_t first;

	run_sql(&cx, "TRUNCATE key_package, key_package_notice");
	reset_counters();
	for (int t = 0; t < TARGETS; t++) {
		fill_stock(&cx, t, CHAOS / TARGETS);
		must(&cx, add_numbered(&cx, &targets[t], &first, 1, true));
	}
	print_counts("with connections ended", run_claims(CHAOS, others));
	check_counts("with connections ended");
	long left = count_stock(&cx), gone = CHAOS - left - sh->one_time;
	ok(sh->lost > 0 && sh->retried == 0,
	    "%ld claims lost their connection, and were told no more than that", sh->lost);
	ok(gone >= 0 && gone <= sh->lost,
	    "which took %ld KeyPackages at most one each; %ld are left", gone, left);
	end_context(&cx);
}

int main(void)
{
	const char *given = getenv("MOTET_SEED");

	if (!open_test_home())
		return 0;
	seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)clock_ns();
	sh = mmap(NULL, sizeof *sh, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	printf("# seed %u, N=%d claims\n", seed, EXACT + MIXED + CHAOS);
	struct cx cx = new_context();
	claimant = new_member(&cx, "claimant", "phone");
	for (int t = 0; t < TARGETS; t++)
		targets[t] = new_member(&cx, arena_printf(cx.mem, "target%d", t), "phone");
	test_uploads_at_once();
	run_sql(&cx, "TRUNCATE key_package, key_package_notice, event, event_counter");
	test_exact_stock();
	test_mixed_load();
	test_killed_connections();
	end_context(&cx);
	munmap(sh, sizeof *sh);
	conf_free(conf);
	return done();
}
