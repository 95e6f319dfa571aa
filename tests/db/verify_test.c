/* verify_run(): an intact database has no findings; every change is found. verify_test [SEED]. */
#include "member.h"
#include "verify_damages.h"
#include "x509/cacheable.h"
#include "core/key_material.h"
#include "core/redeem.h"
#include "core/key_trial.h"
#include "core/verify.h"
#include "store/q_foreign.h"
#include "store/q_second_factor.h"
#include <stdlib.h>

#define PASSWORD \
	"$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"
enum { OWNERS = 50, EACH = 100, ROUNDS = 3, FLIPS = 120 };
static unsigned seed;

struct seen {
	int n;
	struct buf text; /* the text of all findings, one line each */
};

static void collect_finding(void *arg, const struct verify_finding *f)
{
	struct seen *s = arg;

	s->n++;
	buf_printf(&s->text, "%s %.*s %.*s: %s\n", f->table, (int)f->key.a.n, f->key.a.s,
	    (int)f->key.b.n, f->key.b.n ? f->key.b.s : "", f->what);
}

static void ignore_progress(void *arg, const char *table, int64_t done, int64_t all)
{
	(void)arg, (void)table, (void)done, (void)all;
}

static struct seen run_verify(struct cx *cx, struct verify_tally *t)
{
	struct seen s = { .text = { .mem = cx->mem } };
	const struct verify_watch w = { collect_finding, ignore_progress, &s };

	must(cx, verify_run(cx, arena_printf(cx->mem, "%s/schema", getenv("top_srcdir")), &w, t));
	buf_done(&s.text);
	return s;
}

/* --- A database with rows of every kind --- */

/* Appends the VALUES of one certificate and its session. */
static void add_cert_row(
    struct cx *cx, const struct server_key *k, int owner, int i, struct buf *rows)
{
	uint8_t s[ED25519_SEED], sig[ED25519_SIG];
	struct idcert_spec spec = {
		.domain = STR("example.org"), .not_before = k->now, .not_after = k->now + 86400
	};
	const struct ca_key signer = identity_signer(k);
	struct blob tbs;

	spec.subject = name_of(cx->mem,
	    arena_printf(cx->mem, "D:org|D:example|U:owner%d@example.org|C:owner%d|S/16:s%d", owner,
		owner, i));
	must(cx, ed25519_new(cx, s, spec.key));
	must(cx, idcert_new_serial(cx, &spec.serial));
	must(cx, idcert_build_tbs(cx, &spec, &tbs));
	must(cx, cx->ca->sign_cert(cx, cx->ca, &signer, tbs, sig));
	buf_printf(rows, "%s(%lld, 's%d', '\\x%s'::bytea, '\\x%s'::bytea)", i ? ", " : "",
	    (long long)spec.serial, i,
	    hex_encode(cx->mem, (struct blob){ spec.key, ED25519_KEY }).s,
	    hex_encode(cx->mem, idcert_assemble(cx->mem, tbs, sig)).s);
}

static void insert_many_certs(void)
{
	struct cx cx = new_context();
	struct server_key *k;
	int64_t id;

	must(&cx, identity_at(&cx, -1, &k));
	for (int o = 0; o < OWNERS; o++) {
		struct cx one = new_context();
		struct buf rows = { .mem = one.mem };
		must(&one,
		    q_actor_insert(&one, str_of(arena_printf(one.mem, "owner%d", o)), STR(PASSWORD),
			false, &id));
		for (int i = 0; i < EACH; i++)
			add_cert_row(&one, k, o, i, &rows);
		run_sql(&one,
		    arena_printf(one.mem,
			"WITH v (serial, sid, key, cert) AS (VALUES %s), u AS (INSERT INTO "
			"serial_used SELECT serial FROM v), "
			"c AS (INSERT INTO idcert (actor_id, serial, session_id, server_serial, "
			"public_key, csr_hash, cert, not_before, not_after) "
			"SELECT %lld, serial, sid, %lld, key, key, cert, to_timestamp(%lld), "
			"to_timestamp(%lld) FROM v) "
			"INSERT INTO session (token_hash, actor_id, serial) SELECT key, %lld, "
			"serial FROM v",
			buf_done(&rows).s, (long long)id, (long long)k->serial, (long long)k->now,
			(long long)k->now + 86400, (long long)id));
		end_context(&one);
	}
	end_context(&cx);
}

/* Adds rows of a foreign server and its actor, with a session, a failed and a blocked server. */
static void insert_foreign_rows(struct cx *cx)
{
	uint8_t s[ED25519_SEED], other[ED25519_SEED], sig[ED25519_SIG], hash[32] = { 7 };
	int64_t now = clock_now();
	struct idcert_spec home = { .serial = SERIAL_MIN + 1,
		.domain = STR("far.example"),
		.not_before = now - 9000,
		.not_after = now + 900000 },
			   a = home;
	struct blob tbs, der[2];
	struct str refused;

	must(cx, ed25519_new(cx, s, home.key));
	must(cx, ed25519_new(cx, other, a.key));
	a.serial++;
	a.not_before = now - 60;
	a.subject = name_of(cx->mem, "S:tab|U:ann@far.example|D:example|D:far|C:ann");
	for (int i = 0; i < 2; i++) {
		must(cx, idcert_build_tbs(cx, i ? &a : &home, &tbs));
		must(cx, ed25519_sign(cx, s, tbs, sig));
		der[i] = idcert_assemble(cx->mem, tbs, sig);
		const struct cache_claim claim = { i ? a.serial : home.serial, CACHE_NOT_BEFORE,
			now + 3600, 0, i == 1 };
		struct str text = cache_statement(cx->mem, &claim);
		must(cx, ed25519_sign(cx, s, str_blob(text), sig));
		struct str serial = str_of(arena_printf(cx->mem, "%lld", (long long)claim.serial)),
			   sid = i ? STR("tab") : (struct str){ NULL, 0 };
		struct str cacheable =
		    json_text(cx, cacheable_json(cx, der[i], &claim, sig, false));
		int64_t from = i ? a.not_before : home.not_before, to = home.not_after,
			until = claim.not_after, never = 0;
		const struct foreign_certs c = { .domain = home.domain,
			.subject = i ? STR("ann@far.example") : home.domain,
			.serial = &serial,
			.session_id = &sid,
			.cacheable = &cacheable,
			.not_before = &from,
			.not_after = &to,
			.usable_until = &until,
			.invalidated = &never,
			.n = 1 };
		must(cx, q_foreign_store_certs(cx, &c, &refused));
	}
	const struct foreign_server_row good = { .place = home.domain,
		.api = STR("https://far.example/.p2/core/"),
		.domain = home.domain,
		.serial = str_of(arena_printf(cx->mem, "%lld", (long long)home.serial)),
		.fresh_until = now + 3600 };
	must(cx, q_foreign_store_server(cx, &good));
	must(cx,
	    q_foreign_store_failure(cx, STR("https://bad.example:8443"), STR("NOT_FEDERATED"),
		STR("It does not answer.")));
	must(
	    cx, q_foreign_mark_listed(cx, STR("ann@far.example"), STR(""), home.domain, now + 120));
	must(cx,
	    q_foreign_mark_listed(cx, STR("ann@far.example"), STR("tab"), home.domain, now + 120));
	run_sql(cx, "SELECT motet_block_domain('evil.example')");
	run_sql(cx,
	    arena_printf(cx->mem,
		"INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, "
		"public_key, cert, not_after) VALUES ('\\x%s', "
		"'ann@far.example', 'far.example', 'tab', '%lld', '\\x%s', '\\x%s', "
		"to_timestamp(%lld))",
		hex_encode(cx->mem, (struct blob){ hash, 32 }).s, (long long)a.serial,
		hex_encode(cx->mem, (struct blob){ a.key, 32 }).s, hex_encode(cx->mem, der[1]).s,
		(long long)home.not_after));
}

/* A confirmed second factor with two recovery codes, one of them used, and an unconfirmed one. */
static void insert_second_factors(struct cx *cx, int64_t confirmed, int64_t waiting)
{
	static const uint8_t codes[2][32] = { "one", "two" };
	const struct blob hashes[2] = { { codes[0], 32 }, { codes[1], 32 } };
	struct second_factor_confirmation c = { .actor_id = confirmed,
		.step = cx->now / TOTP_STEP,
		.hashes = hashes,
		.n = 2,
		.session_id = STR("one") };
	uint8_t secret[TOTP_SECRET];
	struct blob sealed;
	bool done, used;

	must(cx, cx->ca->new_totp(cx, cx->ca, waiting, secret, &sealed));
	must(cx, q_second_factor_enrol(cx, waiting, sealed, &done));
	must(cx, cx->ca->new_totp(cx, cx->ca, confirmed, secret, &c.sealed));
	must(cx, q_second_factor_enrol(cx, confirmed, c.sealed, &done));
	must(cx, q_second_factor_confirm(cx, &c, &done));
	must(cx,
	    q_second_factor_spend_recovery(
		cx, confirmed, hashes[0], str_blob(STR("attempt")), &done, &used));
}

/* One redeemed, one deleted and one active token. */
static void insert_tokens(struct cx *cx, const struct member *m)
{
	const char *hex = run_sql(cx,
	    arena_printf(cx->mem, "SELECT encode(cert, 'hex') FROM idcert WHERE serial = %lld",
		(long long)m->serial));
	struct str token, session;
	struct blob cert;
	int64_t n;

	must(cx, hex_decode(cx->mem, str_of(hex), &cert) ? OK : ERR_INTERNAL);
	must(cx,
	    federation_token_issue(
		cx, m->s, find_token_hash(cx, m->s), STR("https://example.org"), &token));
	must(cx, redeem_token(cx, token, cert, &(struct keypackage_upload){ 0 }, &session));
	must(cx,
	    federation_token_issue(
		cx, m->s, find_token_hash(cx, m->s), STR("https://example.org"), &token));
	must(cx, federation_token_delete(cx, m->actor_id, &n));
	must(cx,
	    federation_token_issue(
		cx, m->s, find_token_hash(cx, m->s), STR("https://example.org"), &token));
}

static void insert_home_rows(struct cx *cx)
{
	struct member m = new_member(cx, "alice", "one"), n = new_device(cx, &m, "two");
	const struct mls_input kp[] = { new_keypackage(cx, &m, &(struct keypackage_spec){ 0 }),
		new_keypackage(cx, &m, &(struct keypackage_spec){ .lasts = 3600 }) };
	const struct keypackage_upload u = { .v = kp, .n = 2 };
	struct key_material km = { .algorithms = STR("2.16.840.1.101.3.4.1.46") };
	const uint8_t pkm[] = { 0x30, 0x0d, 0x30, 0x07, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x05, 0x00,
		0x03, 0x02, 0x00, 0x01 };
	uint8_t sig[ED25519_SIG];
	struct server_key *k;
	struct str counts, token;
	struct key_trial t;
	size_t bad;

	run_sql(cx, "UPDATE actor SET password = '" PASSWORD "' WHERE local_name = 'alice'");
	must(cx, keypackage_add(cx, m.s, &u, &counts, &bad));
	km.key_data = pem_encode(cx->mem, "PUBLIC KEY", (struct blob){ pkm, sizeof pkm });
	must(cx, key_material_add(cx, m.s, &km, 1));
	must(cx, key_trial_new(cx, STR(""), STR(""), STR(""), false, &t));
	must(cx, ed25519_sign(cx, n.seed, str_blob(t.text), sig));
	const struct key_trial_answer a = { .trial = t.text,
		.signature = hex_encode(cx->mem, (struct blob){ sig, sizeof sig }),
		.fid = str_of(n.fid),
		.serial = str_of(arena_printf(cx->mem, "%lld", (long long)n.serial)) };
	must(cx, key_trial_complete(cx, &a, &token));
	rotate_session(cx, &n);
	struct member bob = new_member(cx, "bob", "one"), gone = new_device(cx, &m, "gone");
	run_sql(cx,
	    arena_printf(cx->mem, "SELECT motet_end_session(%lld, '%s')", (long long)gone.actor_id,
		gone.session_id));
	run_sql(cx, "UPDATE actor SET password = '" PASSWORD "' WHERE local_name = 'bob'");
	insert_second_factors(cx, m.actor_id, bob.actor_id);
	insert_tokens(cx, &m);
	run_sql(cx,
	    "INSERT INTO invite (code_hash, uses, used, expires_at) VALUES (sha256('x'), 9, 1, "
	    "now()); UPDATE actor SET invite_id = (SELECT id FROM invite) "
	    "WHERE local_name = 'alice'");
	run_sql(cx, "UPDATE server_key SET not_before = not_before");
	must(cx, identity_at(cx, -1, &k));
	run_sql(cx, "SELECT pg_sleep(1.1)");
	must(cx, identity_rotate(cx, &k));
	new_device(cx, &m, "three");
}

/* --- Damage to rows --- */

enum { DAMAGES = sizeof damages / sizeof damages[0] };

static const char *pick_row(struct cx *cx, const struct damage *d, const char *also)
{
	return run_sql(cx,
	    arena_printf(cx->mem,
		"SELECT %s || ' ' || %s FROM %s WHERE %s %s ORDER BY random() LIMIT 1", d->key,
		d->other, d->table, d->where ? d->where : "true", also));
}

static const char *make_change(struct cx *cx, const struct damage *d)
{
	unsigned r = (unsigned)random();

	if (d->column)
		return arena_printf(cx->mem,
		    "%s = set_byte(%s, %u %% octet_length(%s), get_byte(%s, %u %% "
		    "octet_length(%s)) # %d)",
		    d->column, d->column, r, d->column, d->column, r, d->column,
		    1 << (random() % 8));
	const char *gap = strchr(d->set, '~');
	return arena_printf(cx->mem, "%.*s%u%s", (int)(gap - d->set), d->set, r % 1000000, gap + 1);
}

/* Changes a random row; returns its key as in the finding, or NULL if there is no row or a
 * constraint forbids the change. */
static const char *damage_row(struct cx *cx, const struct damage *d, const char *also)
{
	const char *key = pick_row(cx, d, also);
	const char *said = key[0] == '\0'
	    ? ""
	    : run_sql(cx,
		  arena_printf(cx->mem,
		      "UPDATE %s SET %s WHERE %s || ' ' || %s = '%s' RETURNING 'done'", d->table,
		      make_change(cx, d), d->key, d->other, key));

	if (strcmp(said, "done") == 0)
		return key;
	printf("# not changed: %s %s: %s\n", d->table, d->column ? d->column : d->set, said);
	return NULL;
}

static bool is_named(const struct seen *s, const struct damage *d, const char *key)
{
	return strstr(s->text.s ? s->text.s : "",
		   str_z(s->text.mem, str_of(arena_printf(s->text.mem, "%s %s", d->table, key)))) !=
	    NULL;
}

static void copy_table(struct cx *cx, const char *table)
{
	run_sql(cx,
	    arena_printf(cx->mem,
		"DROP TABLE IF EXISTS kept_%s; CREATE TABLE kept_%s AS SELECT * FROM %s", table,
		table, table));
}

static void copy_tables(struct cx *cx)
{
	for (int i = 0; i < DAMAGES; i++)
		copy_table(cx, damages[i].table);
	copy_table(cx, "serial_used");
	/* Constraints would refuse the damage; a broken disk does not ask them: drop them. */
	run_sql(cx,
	    "ALTER TABLE idcert DISABLE TRIGGER USER; ALTER TABLE key_package DROP CONSTRAINT "
	    "key_package_actor_id_serial_fkey; "
	    "DROP INDEX key_package_init");
	run_sql(cx,
	    "ALTER TABLE session DROP CONSTRAINT session_actor_id_serial_fkey; ALTER TABLE idcert "
	    "DROP CONSTRAINT idcert_serial_fkey; "
	    "ALTER TABLE server_key DROP CONSTRAINT server_key_serial_fkey; ALTER TABLE "
	    "totp_recovery DROP CONSTRAINT totp_recovery_actor_id_fkey");
}

/* The column in a text such as "serial::text" or "encode(hash, 'hex')"; NULL for "''". */
static const char *find_column(struct cx *cx, const char *key)
{
	const char *from = strncmp(key, "encode(", 7) == 0 ? key + 7 : key;
	size_t n = strcspn(from, ":,'");

	return n ? arena_printf(cx->mem, "%.*s", (int)n, from) : NULL;
}

static void repair_rows(struct cx *cx, const struct damage *d)
{
	const char *a = find_column(cx, d->key),
		   *b = find_column(cx, d->other) ? find_column(cx, d->other) : a;
	const char *cols = run_sql(cx,
	    arena_printf(cx->mem,
		"SELECT string_agg(format('%%I = k.%%I', attname, attname), ', ') FROM "
		"pg_attribute "
		"WHERE attrelid = '%s'::regclass AND attnum > 0 AND attname NOT IN ('%s', '%s')",
		d->table, a, b));

	run_sql(cx,
	    arena_printf(cx->mem,
		"UPDATE %s t SET %s FROM kept_%s k WHERE t.%s = k.%s AND t.%s = k.%s AND t IS "
		"DISTINCT FROM k",
		d->table, cols, d->table, a, a, b, b));
}

/* Damages a small database in one way at a time. */
static void test_each_damage(void)
{
	int done = 0, seen = 0, clean = 0;

	for (int r = 0; r < ROUNDS; r++)
		for (int i = 0; i < DAMAGES; i++) {
			struct cx cx = new_context();
			const struct damage *d = &damages[i];
			struct verify_tally t;
			const char *key = damage_row(&cx, d,
			    strcmp(d->table, "idcert")
				? ""
				: "AND actor_id IN (SELECT id FROM actor WHERE local_name = "
				  "'alice')");
			struct seen s = run_verify(&cx, &t);
			done += key != NULL;
			seen += key && is_named(&s, d, key);
			if (key && !is_named(&s, d, key))
				printf("# not found: %s %s: %s (%s)\n", d->table, key,
				    d->column ? d->column : d->set,
				    s.n ? s.text.s : "nothing at all");
			repair_rows(&cx, d);
			end_context(&cx);
		}
	struct cx cx = new_context();
	struct verify_tally t;
	struct seen s = run_verify(&cx, &t);
	clean = s.n == 0;
	if (s.n)
		printf("# %.2000s", s.text.s);
	ok(done == ROUNDS * DAMAGES && seen == done, "%d of %d changes of %d kinds found (seed %u)",
	    seen, done, DAMAGES, seed);
	ok(clean, "no findings after the changes were undone");
	end_context(&cx);
}

/* Rows that other rows refer to are deleted, and keys are wrong. `says` is a part of the findings.
 */
/* clang-format off */
static const struct {
	const char *table, *change, *says;
} keys[] = {
	{ "serial_used",
	  "DELETE FROM serial_used WHERE serial IN (SELECT serial FROM idcert)",
	  ": serial is not in serial_used" },
	{ "event_counter",
	  "ALTER TABLE event DROP CONSTRAINT event_session_key_fkey; "
"DELETE FROM event_counter WHERE session_key IN (SELECT session_key FROM event)",
	  ": its session has no event_counter" },
	{ "redeemed_token",
	  "DELETE FROM redeemed_token",
	  ": redeemed_at is set, but redeemed_token has no row" },
	{ "foreign_cert",
	  "DELETE FROM foreign_cert WHERE session_id IS NULL",
	  "foreign_server far.example : its certificate is not in foreign_cert" },
	{ "totp", "DELETE FROM totp", ": the second factor of this code is missing" },
	{ "schema_version",
	  "DELETE FROM schema_version WHERE version = 3",
	  "schema_version 4 : the preceding version is missing" },
	{ "event", "UPDATE event SET seq = -seq", ": seq is not above 0" },
	{ "federation_token",
	  "UPDATE federation_token SET jti = overlay(jti placing '*' from 3)",
	  ": jti is invalid" },
	{ "redeemed_token", "UPDATE redeemed_token SET jti = left(jti, 20)", ": jti is invalid" },
	{ "redeemed_token",
	  "UPDATE redeemed_token SET iss = 'Example.org'",
	  "redeemed_token Example.org" },
	{ "foreign_server",
	  "UPDATE foreign_server SET place = place || '/x' WHERE failure IS NOT NULL",
	  ": place is neither a domain nor an origin" },
	{ "foreign_actor",
	  "UPDATE foreign_actor SET fid = '@' || fid",
	  "@far.example : fid is not a federation ID" },
};
/* clang-format on */

static void test_wrong_keys(void)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct cx cx = new_context();
		struct verify_tally t;
		const char *said = run_sql(&cx, keys[i].change);
		struct seen s = run_verify(&cx, &t);
		ok(s.n > 0 && strstr(s.text.s, keys[i].says), "%s: %d findings, \"%s\" %s",
		    keys[i].change, s.n, keys[i].says, said);
		run_sql(&cx,
		    arena_printf(cx.mem, "DELETE FROM %s; INSERT INTO %s SELECT * FROM kept_%s",
			keys[i].table, keys[i].table, keys[i].table));
		end_context(&cx);
	}
}

/* A new table must be read, or listed in core/verify.h and here. */
static void test_every_table(void)
{
	struct cx cx = new_context();
	const char *others = run_sql(&cx,
	    "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = "
	    "'public'::regnamespace AND relkind = 'r' "
	    "AND relname NOT LIKE 'kept\\_%' AND relname NOT IN (SELECT substr(relname, 6) FROM "
	    "pg_class WHERE relname LIKE 'kept\\_%')");

	ok(strcmp(others,
	       "epoch epoch_void key_package_notice probe selftest server_right setting throttle") ==
		0,
	    "tables that are not read: %s", others);
	end_context(&cx);
}

/* Many damages at once, in a large database. */
static void test_many_damages(void)
{
	struct cx cx = new_context();
	const char *key[FLIPS];
	struct verify_tally t;
	int seen = 0, done = 0;

	run_sql(&cx, "CREATE TABLE hurt (serial int8)");
	for (int i = 0; i < FLIPS; i++) {
		const struct damage *d = &damages[i % 6];
		key[i] = damage_row(&cx, d, "AND serial NOT IN (SELECT serial FROM hurt)");
		done += key[i] != NULL;
		run_sql(&cx,
		    arena_printf(cx.mem, "INSERT INTO hurt VALUES (%s)", key[i] ? key[i] : "0"));
	}
	struct seen s = run_verify(&cx, &t);
	for (int i = 0; i < FLIPS; i++)
		seen += key[i] && is_named(&s, &damages[i % 6], key[i]);
	ok(done == FLIPS && seen == done, "%d of %d changed certificates among %lld rows found",
	    seen, done, (long long)t.rows);
	int lines = 0;
	for (const char *p = s.text.s; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	ok(lines == s.n && s.n == t.findings, "%d lines", lines);
	repair_rows(&cx, &damages[0]);
	end_context(&cx);
}

static void test_two_valid_certs(void)
{
	struct cx cx = new_context();
	struct verify_tally t;
	const char *twice = run_sql(&cx,
	    "DROP INDEX idcert_session; UPDATE idcert SET session_id = 's2' WHERE session_id = "
	    "'s3'; SELECT count(*) FROM idcert WHERE session_id = 's2'");
	struct seen s = run_verify(&cx, &t);
	int n = 0;

	for (const char *p = s.text.s; (p = strstr(p, "is valid at the same time")) != NULL; p++)
		n++;
	ok(strtol(twice, NULL, 10) == 2 * OWNERS && n == OWNERS,
	    "%d sessions with two valid certificates", n);
	end_context(&cx);
}

static void test_no_findings(void)
{
	struct cx cx = new_context();
	int64_t begun = clock_us();
	struct verify_tally t;
	struct seen s = run_verify(&cx, &t);
	double seconds = (double)(clock_us() - begun) / 1e6;

	ok(s.n == 0, "no findings in %lld rows, in %.2f s: %.0f rows/s", (long long)t.rows, seconds,
	    (double)t.rows / seconds);
	if (s.n)
		printf("# %.2000s", s.text.s);
	end_context(&cx);
}

/* A table that cannot be read is an error; the rows of all others are checked nevertheless. */
static void test_unreadable_table(void)
{
	struct cx cx = new_context();
	struct seen s = { .text = { .mem = cx.mem } };
	const struct verify_watch w = { collect_finding, ignore_progress, &s };
	struct verify_tally all, most;
	run_verify(&cx, &all);
	long hidden = sql_number(&cx, "SELECT count(*) FROM actor");
	run_sql(&cx, "REVOKE SELECT ON actor FROM motet; GRANT SELECT (id) ON actor TO motet");
	enum err e = verify_run(&cx, NULL, &w, &most);
	run_sql(&cx, "REVOKE SELECT (id) ON actor FROM motet; GRANT SELECT ON actor TO motet");
	ok(e != OK && most.rows > all.rows / 2,
	    "%ld rows of a table cannot be read: %lld of %lld rows checked", hidden,
	    (long long)most.rows, (long long)all.rows);
	end_context(&cx);
}

/* A row that cannot be read is a finding; the rows around it are checked. */
static void test_unreadable_rows(void)
{
	struct cx cx = new_context();
	struct verify_tally t;
	run_sql(&cx,
	    "INSERT INTO redeemed_token (iss, jti, attempt, expires_at) SELECT 'far.example', "
	    "lpad(n || 'A', 22, '0'), sha256('many'), CASE WHEN n IN (1, 700, 701, 2000) THEN 'infinity' ELSE "
	    "now() END FROM generate_series(1, 2000) n");
	run_verify(&cx, &t);
	ok(t.findings == 4 && t.rows > 2000, "4 of %lld rows cannot be read", (long long)t.rows);
	run_sql(&cx, "DELETE FROM redeemed_token WHERE attempt = sha256('many')");
	end_context(&cx);
}

int main(int argc, char **argv)
{
	if (!open_test_home())
		return 0;
	seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : (unsigned)clock_now();
	srandom(seed);
	struct cx cx = new_context();
	insert_home_rows(&cx);
	insert_foreign_rows(&cx);
	test_no_findings();
	test_unreadable_table();
	test_unreadable_rows();
	copy_tables(&cx);
	test_every_table();
	test_each_damage();
	test_wrong_keys();
	test_no_findings();
	insert_many_certs();
	test_no_findings();
	copy_tables(&cx);
	test_many_damages();
	test_no_findings();
	test_two_valid_certs();
	end_context(&cx);
	conf_free(conf);
	return done();
}
