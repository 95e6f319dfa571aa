/* Uploading and claiming KeyPackages with a real database, one request at a time; see
 * keypackage_race_test.c for parallel ones. */
#include "member.h"

#define NONE_FIT ((struct keypackage_filter){ .suites = NULL })
static const char *counts; /* of the last upload that was stored */

static enum err upload_all(
    struct cx *cx, const struct member *m, const struct mls_input *v, size_t n, bool last_resort)
{
	const struct keypackage_upload u = { .v = v, .n = n, .last_resort = last_resort };
	struct str text;
	size_t bad;
	enum err e = keypackage_add(cx, m->s, &u, &text, &bad);

	counts = e == OK ? str_z(cx->mem, text) : "";
	return e;
}

static enum err upload_one(
    struct cx *cx, const struct member *m, struct mls_input in, bool last_resort)
{
	return upload_all(cx, m, &in, 1, last_resort);
}

/* Stores the KeyPackages in *v; returns their number, or -1 after an error, which is in cx->why. */
static int claim_of(struct cx *cx, const struct member *who, const char *whose,
    struct keypackage_filter f, struct keypackage_given **v)
{
	size_t n = 0;

	return keypackage_claim(cx, who->token_hash, str_of(whose), STR("192.0.2.1"), &f, v, &n) ==
		OK
	    ? (int)n
	    : -1;
}

static bool is_package(const struct keypackage_given *g, struct mls_input in, bool last_resort)
{
	return blob_eq(g->tls, in.tls) && g->last_resort == last_resort;
}

static long count_stock(struct cx *cx, const struct member *m)
{
	return sql_number(cx,
	    arena_printf(cx->mem,
		"SELECT count(*) FROM key_package WHERE serial = %lld AND spent_at IS NULL",
		(long long)m->serial));
}

static long count_rows(struct cx *cx, const struct member *m)
{
	return sql_number(cx,
	    arena_printf(cx->mem, "SELECT count(*) FROM key_package WHERE actor_id = %lld",
		(long long)m->actor_id));
}

static long count_events(struct cx *cx, const struct member *m)
{
	return sql_number(cx,
	    arena_printf(cx->mem,
		"SELECT count(*) FROM event WHERE name = 'LOW_KEY_PACKAGES' AND session_key = "
		"'%lld:%s'",
		(long long)m->actor_id, m->session_id));
}

static bool error_says(const struct cx *cx, const char *rule)
{
	return strstr(cx->why.say, rule) != NULL;
}

static void test_uploads(struct cx *cx)
{
	struct member m = new_member(cx, "ada", "phone"), other = new_device(cx, &m, "tablet"),
		      bob = new_member(cx, "bob", "phone");
	const struct keypackage_spec usual = { .init = NULL };
	struct mls_input v[4], again;
	struct keypackage_given *g;

	for (int i = 0; i < 4; i++)
		v[i] = new_keypackage(cx, &m, &usual);
	ok(upload_all(cx, &m, v, 3, false) == OK && strcmp(counts, "3;suite=1") == 0,
	    "three are taken: %s", counts);
	ok(upload_all(cx, &m, v, 4, false) == OK && strcmp(counts, "4;suite=1") == 0 &&
		count_rows(cx, &m) == 4,
	    "the same three and a fourth: only the fourth is added");
	struct mls_input twice[2] = { new_keypackage(cx, &m, &usual), { .tls = { NULL, 0 } } };
	twice[1] = twice[0];
	ok(upload_all(cx, &m, twice, 2, false) == ERR_BAD_REQUEST &&
		error_says(cx, "KeyPackage 1: init_key_reused"),
	    "one twice in a request: %s", cx->why.say);
	again = new_keypackage(cx, &m,
	    &(struct keypackage_spec){
		.init = hex_encode(cx->mem, v[0].kp.init_key).s, .lasts = 7200 });
	struct mls_input mixed[3] = { new_keypackage(cx, &m, &usual), again,
		new_keypackage(cx, &m, &usual) };
	ok(upload_all(cx, &m, mixed, 3, false) == ERR_BAD_REQUEST &&
		error_says(cx, "KeyPackage 1: init_key_reused"),
	    "an init_key in stock: %s", cx->why.say);
	ok(count_rows(cx, &m) == 4, "and nothing of that request is added");
	ok(upload_one(cx, &m, v[0], true) == ERR_BAD_REQUEST,
	    "a stored one cannot become a last resort: %s", cx->why.say);
	ok(claim_of(cx, &bob, "ada", NONE_FIT, &g) == 1 && is_package(g, v[0], false),
	    "the oldest is given first, byte for byte");
	ok(upload_one(cx, &m, v[0], false) == ERR_BAD_REQUEST && error_says(cx, "init_key_reused"),
	    "a claimed one is refused");
	ok(upload_one(cx, &m, v[0], true) == ERR_BAD_REQUEST, "also as a last resort");
	struct mls_input theirs = new_keypackage(cx, &other,
	    &(struct keypackage_spec){ .init = hex_encode(cx->mem, v[0].kp.init_key).s });
	ok(upload_one(cx, &other, theirs, false) == ERR_BAD_REQUEST &&
		error_says(cx, "init_key_reused"),
	    "also from another session of the actor");
	ok(upload_one(cx, &m, new_keypackage(cx, &other, &usual), false) == ERR_BAD_REQUEST &&
		error_says(cx, "session_key_mismatch"),
	    "another session's KeyPackage is refused");
	conf->keypackage_stock = 5;
	struct mls_input more[3] = { new_keypackage(cx, &m, &usual), new_keypackage(cx, &m, &usual),
		new_keypackage(cx, &m, &usual) };
	ok(upload_all(cx, &m, more, 3, false) == ERR_CONFLICT && count_stock(cx, &m) == 3,
	    "more than the stock may hold: %s", cx->why.say);
	ok(upload_all(cx, &m, more, 2, false) == OK && strcmp(counts, "5;suite=1") == 0,
	    "a full stock is accepted");
	ok(upload_all(cx, &m, more, 2, false) == OK,
	    "a repeated upload is accepted when it is "
	    "full");
	ok(upload_one(cx, &m, new_keypackage(cx, &m, &usual), true) == OK, "so is a last resort");
	conf->keypackage_stock = 500;
}

static void test_last_resorts(struct cx *cx)
{
	struct member m = new_member(cx, "cleo", "phone"), bob = new_member(cx, "ben", "phone");
	const struct keypackage_spec usual = { .init = NULL }, three = { .head = "00010003" };
	struct mls_input one = new_keypackage(cx, &m, &usual), l1 = new_keypackage(cx, &m, &usual),
			 l2 = new_keypackage(cx, &m, &usual), l3 = new_keypackage(cx, &m, &three);
	const int64_t ids[] = { 1, 3 };
	const struct keypackage_filter suite1 = { .suites = ids, .nsuites = 1 },
				       suite3 = { .suites = ids + 1, .nsuites = 1 },
				       nothing = { .suites = ids };
	struct keypackage_given *g;

	ok(upload_one(cx, &m, l1, true) == OK && strcmp(counts, "0") == 0,
	    "a last resort is no stock: %s", counts);
	ok(upload_one(cx, &m, one, false) == OK && strcmp(counts, "1;suite=1") == 0,
	    "a one-time one beside it");
	ok(claim_of(cx, &bob, "cleo", suite3, &g) == 0, "no KeyPackage of an absent suite");
	ok(claim_of(cx, &bob, "cleo", nothing, &g) == 0,
	    "no KeyPackage for an empty list of suites");
	ok(count_stock(cx, &m) == 2, "which consumes nothing");
	ok(claim_of(cx, &bob, "cleo", NONE_FIT, &g) == 1 && is_package(g, one, false),
	    "the one-time one comes first");
	ok(claim_of(cx, &bob, "cleo", NONE_FIT, &g) == 1 && is_package(g, l1, true),
	    "then the last resort");
	ok(claim_of(cx, &bob, "cleo", NONE_FIT, &g) == 1 && is_package(g, l1, true),
	    "again for another claim");
	ok(upload_one(cx, &m, l1, true) == OK, "the same last resort again is no error");
	ok(sql_number(cx,
	       "SELECT count(*) FROM key_package WHERE last_resort AND used_at IS NOT NULL AND "
	       "spent_at IS NULL") == 1,
	    "it stays marked as used");
	ok(upload_one(cx, &m, l3, true) == OK && claim_of(cx, &bob, "cleo", suite3, &g) == 1 &&
		is_package(g, l3, true),
	    "another suite has its own");
	ok(upload_one(cx, &m, l2, true) == OK && count_stock(cx, &m) == 2,
	    "a new one replaces the old");
	ok(claim_of(cx, &bob, "cleo", suite1, &g) == 1 && is_package(g, l2, true),
	    "and is given out");
	ok(upload_one(cx, &m, l1, true) == ERR_BAD_REQUEST && error_says(cx, "init_key_reused"),
	    "a replaced one is refused");
	ok(upload_one(cx, &m, l1, false) == ERR_BAD_REQUEST, "also as a one-time KeyPackage");
	struct mls_input pair[2] = { new_keypackage(cx, &m, &usual),
		new_keypackage(cx, &m, &usual) };
	ok(upload_all(cx, &m, pair, 2, true) == ERR_BAD_REQUEST &&
		error_says(cx, "last_resort_twice"),
	    "two of a suite in one request: %s", cx->why.say);
}

static void test_sessions(struct cx *cx)
{
	struct member a = new_member(cx, "dora", "phone"), b = new_device(cx, &a, "tablet"),
		      c = new_device(cx, &a, "empty"), bob = new_member(cx, "dan", "phone");
	const struct keypackage_spec usual = { .init = NULL },
				     able = { .caps = "020001"
						      "0e0001000200030004000500060007"
						      "04000a00f1"
						      "00"
						      "0400010002" };
	struct mls_input ka = new_keypackage(cx, &a, &usual), kb = new_keypackage(cx, &b, &able);
	const struct keypackage_filter f1 = { .extensions = (const int64_t[]){ 0xf1 },
		.nextensions = 1 },
				       f2 = { .extensions = (const int64_t[]){ 0xf1, 0xf2 },
					       .nextensions = 2 };
	struct keypackage_given *g;

	ok(upload_one(cx, &a, ka, false) == OK && upload_one(cx, &b, kb, false) == OK,
	    "two sessions of three have one each");
	ok(claim_of(cx, &bob, "dora", f2, &g) == 0, "no session supports both extensions");
	ok(claim_of(cx, &bob, "nobody", NONE_FIT, &g) == -1 && cx->why.err == ERR_NOT_FOUND,
	    "an unknown actor: %s", cx->why.say);
	ok(claim_of(cx, &a, "dora", NONE_FIT, &g) == 1 && is_package(g, kb, false),
	    "the claimant's own session is left out");
	ok(claim_of(cx, &b, "dora@example.org", f1, &g) == 0 && count_stock(cx, &a) == 1,
	    "also when it is the only one that supports the extension");
	ok(upload_one(cx, &b, kb = new_keypackage(cx, &b, &able), false) == OK, "another one");
	ok(claim_of(cx, &bob, arena_printf(cx->mem, "%lld", (long long)a.actor_id), f1, &g) == 1 &&
		is_package(g, kb, false),
	    "the one that supports it, by Snowflake");
	ok(upload_one(cx, &b, kb = new_keypackage(cx, &b, &able), false) == OK, "another one");
	ok(claim_of(cx, &c, "dora", NONE_FIT, &g) == 2, "one of each session with stock");
	ok(is_package(&g[0], ka, false) && is_package(&g[1], kb, false),
	    "in the order of their IDs");
	struct member gone = bob;
	gone.token_hash = a.token_hash.n
	    ? (struct blob){ (const uint8_t *)"01234567890123456789012345678901", 32 }
	    : a.token_hash;
	ok(claim_of(cx, &gone, "dora", NONE_FIT, &g) == -1 && cx->why.err == ERR_UNAUTHORIZED,
	    "an unknown token: %s", cx->why.say);
}

/* now() is constant within a transaction, so that exact times can be tested. */
static void test_expiry(struct cx *cx)
{
	struct member m = new_member(cx, "elsa", "phone"), bob = new_member(cx, "eric", "phone");
	const struct keypackage_spec usual = { .init = NULL };
	static const struct {
		const char *name, *end;
		long want;
	} cases[] = {
		{ "a microsecond before its end it is given out", "now() + interval '1 us'", 1 },
		{ "at its very end it is not", "now()", 0 },
		{ "after it neither", "now() - interval '1 us'", 0 },
	};
	struct keypackage_given *g;

	ok(upload_one(cx, &m, new_keypackage(cx, &m, &usual), false) == OK &&
		upload_one(cx, &m, new_keypackage(cx, &m, &usual), true) == OK,
	    "one, and a last resort");
	for (size_t i = 0; i < COUNT(cases); i++) {
		long n = sql_number(cx,
		    arena_printf(cx->mem,
			"BEGIN; UPDATE key_package SET not_after = %s WHERE serial = %lld; SELECT "
			"count(*) FROM motet_claim_key_package("
			"%lld, %lld, NULL, '{}')",
			cases[i].end, (long long)m.serial, (long long)m.actor_id,
			(long long)m.serial));
		ok(n == cases[i].want, "%s", cases[i].name);
	}
	run_sql(cx,
	    arena_printf(cx->mem,
		"UPDATE key_package SET not_after = now() - interval '25 h' WHERE serial = %lld "
		"AND NOT last_resort",
		(long long)m.serial));
	ok(claim_of(cx, &bob, "elsa", NONE_FIT, &g) == 1 && g->last_resort,
	    "an expired one is not claimed");
	ok(upload_one(cx, &m, new_keypackage(cx, &m, &usual), false) == OK &&
		strcmp(counts, "1;suite=1") == 0,
	    "another one");
	ok(count_rows(cx, &m) == 2, "a day later the next upload prunes it");
	long far = sql_number(cx,
	    arena_printf(cx->mem,
		"SELECT count(*) FROM key_package k JOIN idcert c USING (actor_id, serial) WHERE "
		"k.serial = %lld AND "
		"k.not_after > c.not_after",
		(long long)m.serial));
	struct mls_input forever =
	    new_keypackage(cx, &m, &(struct keypackage_spec){ .lasts = INT64_MAX / 2 });
	ok(far == 0 && upload_one(cx, &m, forever, false) == OK, "one without an end is accepted");
	ok(sql_number(cx,
	       "SELECT count(*) FROM key_package k JOIN idcert c USING (actor_id, serial) WHERE "
	       "k.not_after = c.not_after") == 1,
	    "it ends with its ID-Cert");
}

static void test_low_stock(struct cx *cx)
{
	struct member m = new_member(cx, "fay", "phone"), bob = new_member(cx, "fred", "phone");
	const struct keypackage_spec usual = { .init = NULL }, three = { .head = "00010003" };
	const struct keypackage_filter suite3 = { .suites = (const int64_t[]){ 3 }, .nsuites = 1 };
	struct mls_input v[14];
	struct keypackage_given *g;

	for (size_t i = 0; i < COUNT(v); i++)
		v[i] = new_keypackage(cx, &m, &usual);
	ok(upload_all(cx, &m, v, 12, false) == OK, "twelve; ten are enough");
	claim_of(cx, &bob, "fay", NONE_FIT, &g);
	ok(claim_of(cx, &bob, "fay", NONE_FIT, &g) == 1 && count_events(cx, &m) == 0,
	    "ten left: no event");
	ok(claim_of(cx, &bob, "fay", NONE_FIT, &g) == 1 && count_events(cx, &m) == 1,
	    "nine left: one event");
	ok(claim_of(cx, &bob, "fay", NONE_FIT, &g) == 1 && count_events(cx, &m) == 1,
	    "eight left: no further event");
	ok(upload_all(cx, &m, &v[12], 2, false) == OK, "two more: ten again");
	ok(claim_of(cx, &bob, "fay", NONE_FIT, &g) == 1 && count_events(cx, &m) == 2,
	    "the next claim gives another event");
	ok(upload_one(cx, &m, new_keypackage(cx, &m, &three), true) == OK,
	    "a last resort of another suite");
	ok(claim_of(cx, &bob, "fay", suite3, &g) == 1 && g->last_resort &&
		count_events(cx, &m) == 3,
	    "its first use gives an event");
	ok(claim_of(cx, &bob, "fay", suite3, &g) == 1 && count_events(cx, &m) == 3,
	    "its second use does not");
	const char *data = run_sql(cx,
	    arena_printf(cx->mem,
		"SELECT data FROM event WHERE session_key = '%lld:phone' ORDER BY seq DESC LIMIT 1",
		(long long)m.actor_id));
	ok(strcmp(data, "{\"remaining\" : 9, \"lastResortUsed\" : true}") == 0,
	    "the event has the remaining stock: %s", data);
}

static void test_endings(struct cx *cx)
{
	struct member m = new_member(cx, "gina", "phone"), other = new_device(cx, &m, "tablet"),
		      bob = new_member(cx, "gus", "phone");
	const struct keypackage_spec usual = { .init = NULL };
	struct mls_input first = new_keypackage(cx, &m, &usual);
	struct keypackage_given *g;
	struct member before = m;
	int64_t old = m.serial;

	must(cx, upload_one(cx, &m, first, false));
	must(cx, upload_one(cx, &m, new_keypackage(cx, &m, &usual), true));
	must(cx, upload_one(cx, &other, new_keypackage(cx, &other, &usual), false));
	long n = sql_number(cx,
	    arena_printf(cx->mem,
		"BEGIN; UPDATE idcert SET live = false, invalidated_at = now() WHERE serial = "
		"%lld; "
		"SELECT count(*) FROM key_package WHERE serial = %lld AND (spent_at IS NULL OR "
		"tls IS NOT NULL)",
		(long long)old, (long long)old));
	ok(n == 0 && count_stock(cx, &m) == 2,
	    "ending a certificate empties its stock in the same transaction");
	rotate_session(cx, &m);
	ok(count_stock(cx, &before) == 0 && count_stock(cx, &other) == 1,
	    "a rotation empties the stock of its session only");
	ok(upload_one(cx, &before, new_keypackage(cx, &before, &usual), false) == ERR_UNAUTHORIZED,
	    "an upload for the old certificate is refused: %s", cx->why.say);
	ok(upload_one(cx, &m, new_keypackage(cx, &before, &usual), false) == ERR_BAD_REQUEST &&
		error_says(cx, "session_key_mismatch"),
	    "so is one signed with the old key");
	struct mls_input again = new_keypackage(
	    cx, &m, &(struct keypackage_spec){ .init = hex_encode(cx->mem, first.kp.init_key).s });
	ok(upload_one(cx, &m, again, false) == ERR_BAD_REQUEST && error_says(cx, "init_key_reused"),
	    "so is an earlier init_key");
	must(cx, upload_one(cx, &m, new_keypackage(cx, &m, &usual), true));
	ok(session_end(cx, other.s, STR("phone")) == OK && count_stock(cx, &m) == 0,
	    "a log-out empties the stock");
	ok(claim_of(cx, &bob, "gina", NONE_FIT, &g) == 1 && count_stock(cx, &other) == 0,
	    "the other session can still be claimed from");
	must(cx, upload_one(cx, &other, new_keypackage(cx, &other, &usual), true));
	struct cx owner = new_owner_context();
	ok(actor_deactivate(&owner, STR("gina")) == OK && count_stock(cx, &other) == 0,
	    "a deactivation empties the stock");
	end_context(&owner);
	ok(claim_of(cx, &bob, "gina", NONE_FIT, &g) == -1 && cx->why.err == ERR_NOT_FOUND,
	    "the actor is not found");
	ok(sql_number(cx,
	       "SELECT count(*) FROM key_package WHERE spent_at IS NOT NULL AND tls IS NOT NULL") ==
		0,
	    "spent rows have no bytes");
}

static void test_limits(struct cx *cx)
{
	struct member m = new_member(cx, "hana", "phone"), bob = new_member(cx, "hugo", "phone"),
		      eve = new_member(cx, "hedy", "phone");
	const struct keypackage_spec usual = { .init = NULL };
	struct keypackage_given *g;

	for (int i = 0; i < 6; i++)
		must(cx, upload_one(cx, &m, new_keypackage(cx, &m, &usual), false));
	conf->rate_limit = true;
	conf->rate_limit_claims = 2;
	ok(claim_of(cx, &bob, "hana", NONE_FIT, &g) == 1 &&
		claim_of(cx, &bob, "hana", NONE_FIT, &g) == 1,
	    "two claims are allowed");
	ok(claim_of(cx, &bob, "hana", NONE_FIT, &g) == -1 && cx->why.err == ERR_RATE_LIMITED &&
		cx->retry_after > 1 && cx->retry_after <= 1800,
	    "the third is rate-limited: %s", cx->why.say);
	ok(count_stock(cx, &m) == 4, "it consumes nothing");
	ok(claim_of(cx, &eve, "hana", NONE_FIT, &g) == 1 &&
		claim_of(cx, &bob, "hedy", NONE_FIT, &g) == 0,
	    "other claimants and other actors are not limited");
	ok(sql_number(cx, "SELECT count(*) FROM throttle") == 4, "refused claims are not counted");
	ok(keypackage_may_claim(cx, bob.token_hash, STR("hana"), STR("192.0.2.1")) ==
		    ERR_RATE_LIMITED &&
		keypackage_may_claim(cx, eve.token_hash, STR("hana"), STR("192.0.2.1")) == OK &&
		count_stock(cx, &m) == 3,
	    "keypackage_may_claim() consumes nothing");
	run_sql(cx,
	    "UPDATE throttle SET tat = now() + interval '1 h' WHERE key = sha256('claims "
	    "192.0.2.1')");
	ok(claim_of(cx, &m, "hugo", NONE_FIT, &g) == -1 && cx->why.err == ERR_RATE_LIMITED,
	    "an address has its own limit");
	conf->rate_limit = false;
	ok(claim_of(cx, &bob, "hana", NONE_FIT, &g) == 1, "rate_limit = off allows all");
}

/* Prints the query plan of a claim with 100 000 rows; no table may be read sequentially. */
static void test_query_plan(struct cx *cx)
{
	struct member m = new_member(cx, "ivy", "phone");
	const char *fill = arena_printf(cx->mem,
	    "INSERT INTO key_package (actor_id, serial, suite, extensions, last_resort, ref, "
	    "init_hash, tls, not_before, "
	    "not_after, spent_at) SELECT %lld, %lld, 1 + 2 * (i %% 2), '{}', false, "
	    "sha256(i::text::bytea), sha256(i::text::bytea), CASE WHEN i %% 2 = 0 THEN 'x'::bytea "
	    "END, now(), "
	    "now() + interval '1 day', CASE WHEN i %% 2 = 1 THEN now() END FROM "
	    "generate_series(1, 100000) i",
	    (long long)m.actor_id, (long long)m.serial);
	const char *pick = arena_printf(cx->mem,
	    "EXPLAIN (COSTS OFF) SELECT * FROM key_package p WHERE p.actor_id = %lld AND p.serial "
	    "= %lld AND NOT p.last_resort "
	    "AND p.spent_at IS NULL AND motet_matches_filter(p, '{1,3}', '{}') ORDER BY p.id LIMIT 1 FOR "
	    "UPDATE SKIP LOCKED",
	    (long long)m.actor_id, (long long)m.serial);
	PGconn *pg = connect_as_owner();
	bool scan = false, index = false;

	PQclear(PQexec(pg, fill));
	PQclear(PQexec(pg, "ANALYZE key_package"));
	PGresult *r = PQexec(pg, pick);
	for (int i = 0; i < PQntuples(r); i++) {
		printf("# %s\n", PQgetvalue(r, i, 0));
		scan |= strstr(PQgetvalue(r, i, 0), "Seq Scan") != NULL ||
		    strstr(PQgetvalue(r, i, 0), "Sort") != NULL;
		index |= strstr(PQgetvalue(r, i, 0), "Index Scan using key_package_stock") != NULL;
	}
	PQclear(r);
	ok(index && !scan, "a claim of 100 000 walks the index of the stock and sorts nothing");
	PQfinish(pg);
	long ms = sql_number(cx,
	    arena_printf(cx->mem,
		"CREATE TEMP TABLE t AS SELECT clock_timestamp() AS at; SELECT count(*) FROM "
		"generate_series(1, 1000) i, "
		"LATERAL motet_claim_key_package(%lld + 0 * i, %lld, '{1,3}', '{}'); SELECT (1000 * "
		"extract(epoch FROM clock_timestamp() - at))::int FROM t",
		(long long)m.actor_id, (long long)m.serial));
	ok(ms > 0 && ms < 5000, "1000 claims of it take %ld ms", ms);
}

/* Counts the rows and table scans of a claim when nearly all rows of a large table are spent: the
 * planner must not assume that unspent rows are everywhere. */
static void test_rows_read(struct cx *cx)
{
	struct member m = new_member(cx, "june", "phone");
	const struct keypackage_spec usual = { .init = NULL };

	must(cx, upload_one(cx, &m, new_keypackage(cx, &m, &usual), false));
	must(cx, upload_one(cx, &m, new_keypackage(cx, &m, &usual), true));
	run_sql(cx,
	    arena_printf(cx->mem,
		"INSERT INTO key_package (actor_id, serial, suite, extensions, last_resort, ref, "
		"init_hash, not_before, not_after, spent_at) "
		"SELECT %lld, %lld, 1, '{}', false, '', sha256(('june' || i)::bytea), now(), "
		"now() + interval '1 day', now() FROM generate_series(1, 50000) i; "
		"INSERT INTO key_package (actor_id, serial, suite, extensions, last_resort, ref, "
		"init_hash, tls, not_before, not_after) "
		"SELECT %lld, %lld, 1, '{}', false, '', sha256(('more' || i)::bytea), 'x', now(), "
		"now() + interval '1 day' FROM generate_series(1, 50000) i; ",
		(long long)m.actor_id, (long long)m.serial, (long long)m.actor_id,
		(long long)m.serial));
	run_sql(cx, "ANALYZE key_package");
	run_sql(cx,
	    arena_printf(cx->mem,
		"UPDATE key_package SET spent_at = now(), tls = NULL WHERE actor_id = %lld AND "
		"NOT last_resort",
		(long long)m.actor_id));
	run_sql(cx, "VACUUM key_package"); /* without new statistics, as after a rush of claims */
	for (int i = 0; i < 2; i++) {
		const char *what =
		    i ? "what is told of it" : "a claim where only the last resort is left";
		const char *did = run_sql(cx,
		    arena_printf(cx->mem,
			"BEGIN; SELECT %s; SELECT seq_scan || ' ' || idx_tup_fetch + seq_tup_read "
			"FROM pg_stat_xact_user_tables "
			"WHERE relname = 'key_package'",
			arena_printf(cx->mem,
			    i ? "motet_add_low_stock_event(%lld, %lld, 'june', true, false, 10)"
			      : "last_resort FROM motet_claim_key_package(%lld, %lld, NULL, '{}')",
			    (long long)m.actor_id, (long long)m.serial)));
		long rows = -1;
		ok(sscanf(did, "0 %ld", &rows) == 1 && rows >= 0 && rows < 20,
		    "%s reads %ld rows of 200 000, and no table from end to end: %s", what, rows,
		    did);
	}
}

int main(void)
{
	if (!open_test_home())
		return 0;
	struct cx cx = new_context();
	test_uploads(&cx);
	test_last_resorts(&cx);
	test_sessions(&cx);
	test_expiry(&cx);
	test_low_stock(&cx);
	test_endings(&cx);
	test_limits(&cx);
	test_query_plan(&cx);
	test_rows_read(&cx);
	end_context(&cx);
	conf_free(conf);
	return done();
}
