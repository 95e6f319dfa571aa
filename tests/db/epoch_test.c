/* The epoch fence with a real database: another timeline and another system are put into the table
 * epoch by hand; epoch_drill_test.py promotes a standby and restores a dump. */
#include "member.h"
#include "core/epoch.h"
#include "core/event.h"
#include "core/schema.h"

static struct cx new_fenced_context(void)
{
	struct cx cx = new_context();

	db_set_fence(cx.db, epoch_fence);
	return cx;
}

static enum err ask_database(struct cx *cx)
{
	struct schema_state *s;

	return q_schema_state(cx, &s);
}

static long current_epoch(struct cx *cx)
{
	return sql_number(cx, "SELECT max(number) FROM epoch");
}

static void test_same(void)
{
	struct cx cx = new_fenced_context();

	ok(current_epoch(&cx) == 1 && ask_database(&cx) == OK && current_epoch(&cx) == 1,
	    "the migration began the first epoch, and it lasts");
	end_context(&cx);
}

static void upload_keypackage(struct cx *cx, const struct member *m, bool last_resort)
{
	const struct keypackage_spec usual = { .init = NULL };
	const struct mls_input in = new_keypackage(cx, m, &usual);
	const struct keypackage_upload u = { .v = &in, .n = 1, .last_resort = last_resort };
	struct str text;
	size_t bad;

	must(cx, keypackage_add(cx, m->s, &u, &text, &bad));
}

static bool has_session(struct cx *cx, const struct member *m)
{
	struct session *s;

	return q_session_find(cx, m->token_hash, false, &s) == OK && s;
}

/* Makes one of each thing that can be used only once. */
static void make_one_time_things(struct cx *cx, struct member *m)
{
	upload_keypackage(cx, m, false);
	upload_keypackage(cx, m, true);
	run_sql(cx,
	    arena_printf(cx->mem,
		"INSERT INTO federation_token (actor_id, jti, token_hash, audience, issued_at, "
		"expires_at) VALUES (%lld, 'AAAAAAAAAAAAAAAAAAAAAA', sha256('a'), "
		"'https://other.example', now(), now() + interval '1 h')",
		(long long)m->actor_id));
	run_sql(cx,
	    "INSERT INTO key_trial (trial, expires_at) VALUES (repeat('x', 64), now() + interval '1 h')");
	run_sql(cx,
	    "INSERT INTO invite (code_hash, uses, expires_at) VALUES (sha256('i'), 1, now() "
	    "+ interval '1 h')");
	run_sql(cx,
	    arena_printf(cx->mem,
		"INSERT INTO totp (actor_id, sealed, confirmed_at) VALUES (%lld, 'x', now())",
		(long long)m->actor_id));
	run_sql(cx,
	    arena_printf(cx->mem,
		"INSERT INTO totp_recovery (actor_id, hash) VALUES (%lld, sha256('r'))",
		(long long)m->actor_id));
}

static const struct {
	const char *kind, *left;
} voids[] = {
	{ "federation_tokens", "SELECT count(*) FROM federation_token WHERE deleted_at IS NULL" },
	{ "key_trials", "SELECT count(*) FROM key_trial WHERE attempt IS NULL" },
	{ "key_packages",
	    "SELECT count(*) FROM key_package WHERE NOT last_resort AND spent_at IS NULL" },
	{ "invites", "SELECT count(*) FROM invite WHERE revoked_at IS NULL" },
	{ "recovery_codes", "SELECT count(*) FROM totp_recovery" },
};

static void check_voids(struct cx *cx)
{
	for (size_t i = 0; i < sizeof voids / sizeof voids[0]; i++)
		ok(sql_number(cx, voids[i].left) == 0 &&
			sql_number(cx,
			    arena_printf(cx->mem,
				"SELECT sum(amount) FROM epoch_void WHERE epoch = (SELECT "
				"max(number) FROM epoch) AND kind = '%s'",
				voids[i].kind)) == 1,
		    "void and listed: %s", voids[i].kind);
	ok(sql_number(cx,
	       "SELECT count(*) FROM totp WHERE last_step < extract(epoch FROM now()) / "
	       "30") == 0,
	    "void: codes of now");
}

static void test_timeline(void)
{
	struct cx cx = new_fenced_context();
	struct member m = new_member(&cx, "amy", "phone"), n = new_device(&cx, &m, "laptop");
	struct published *claims;
	struct event *e;
	size_t count;

	must(&cx, event_list(&cx, m.s, 0, false, &e, &claims, &count));
	ok(count == 1 && e[0].seq == 1, "an event of the first epoch");
	make_one_time_things(&cx, &m);
	run_sql(&cx, "UPDATE epoch SET timeline = timeline + 1");
	ok(ask_database(&cx) == OK && current_epoch(&cx) == 1,
	    "an open connection is not looked at again");
	db_disconnect(cx.db);
	ok(ask_database(&cx) == OK && current_epoch(&cx) == 2,
	    "another timeline: a new connection begins an epoch: %s", cx.why.log);
	check_voids(&cx);
	ok(sql_number(
	       &cx, "SELECT count(*) FROM key_package WHERE last_resort AND spent_at IS NULL") == 1,
	    "last resorts stay");
	ok(has_session(&cx, &m) && has_session(&cx, &n), "sessions stay");
	ok(event_list(&cx, m.s, 1, false, &e, &claims, &count) == ERR_EVENTS_GONE &&
		err_status(ERR_EVENTS_GONE) == 410 && cx.events_after > INT64_C(1) << 32,
	    "a position of the first epoch is gone");
	must(&cx, event_list(&cx, m.s, cx.events_after, false, &e, &claims, &count));
	ok(count == 1 && e[0].op == EVENT_NEW_EPOCH && e[0].seq == cx.events_after + 1,
	    "the new one begins with an event that tells of it: %.*s", (int)e[0].data.n,
	    e[0].data.s);
	db_disconnect(cx.db);
	ok(ask_database(&cx) == OK && current_epoch(&cx) == 2, "it lasts");
	ok(str_is(str_of(run_sql(&cx, "SELECT motet_get_void_time() > now() - interval '1 min'")),
	       "t"),
	    "tokens of other servers of before are void");
	end_context(&cx);
}

static void test_another_system(void)
{
	struct cx cx = new_fenced_context(), op = new_owner_context();
	struct member m = new_member(&cx, "bea", "phone");
	const long before = current_epoch(&cx);

	run_sql(&cx, "UPDATE epoch SET system_id = '1'");
	db_disconnect(cx.db);
	enum err e = ask_database(&cx);
	ok(e == ERR_EPOCH && err_status(e) == 503, "another system is refused: %s", cx.why.log);
	ok(ask_database(&cx) == ERR_EPOCH && !has_session(&cx, &m), "and so is all else");
	must(&op, q_epoch_begin(&op, EPOCH_MOVED));
	sleep(1);
	usleep(100000);
	ok(ask_database(&cx) == OK && has_session(&cx, &m) && current_epoch(&cx) == before + 1,
	    "moved: all goes on on the same connection: %s", cx.why.log);
	run_sql(&cx, "UPDATE epoch SET system_id = '1'");
	must(&op, q_epoch_begin(&op, EPOCH_RESTORED_KEEP));
	ok(!has_session(&cx, &m) && sql_number(&cx, "SELECT count(*) FROM idcert WHERE live") > 0,
	    "restored with --keep-certificates: sessions end, certificates stay");
	must(&op, q_epoch_begin(&op, EPOCH_RESTORED));
	ok(sql_number(&cx, "SELECT count(*) FROM idcert WHERE live OR invalidated_at IS NULL") ==
		    0 &&
		sql_number(&cx, "SELECT count(*) FROM event_counter") == 0,
	    "restored: every certificate is revoked");
	end_context(&cx);
	end_context(&op);
}

static void test_unreadable(void)
{
	struct cx cx = new_fenced_context();

	run_sql(&cx,
	    "CREATE OR REPLACE FUNCTION motet_get_database_place() RETURNS TABLE (system_id text, timeline "
	    "int8) LANGUAGE sql STABLE AS 'SELECT NULL::text, NULL::int8 WHERE false'");
	ok(ask_database(&cx) == OK, "a role that may not read it has no fence");
	run_sql(&cx, "ALTER FUNCTION motet_get_database_place() RENAME TO motet_place_2");
	db_disconnect(cx.db);
	ok(ask_database(&cx) == OK, "nor has a schema without epochs");
	end_context(&cx);
}

int main(void)
{
	if (!open_test_home())
		return 0;
	test_same();
	test_timeline();
	test_another_system();
	test_unreadable();
	return done();
}
