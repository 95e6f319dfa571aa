/* Prepare every statement of store/ with the real schema and compare its types with those
 * declared. */
#include "../tap.h"
#include "store/q_actor.h"
#include "store/q_doctor.h"
#include "store/q_epoch.h"
#include "store/q_event.h"
#include "store/q_federation_token.h"
#include "store/q_foreign.h"
#include "store/q_foreign_session.h"
#include "store/q_idcert.h"
#include "store/q_invite.h"
#include "store/q_key_material.h"
#include "store/q_keypackage.h"
#include "store/q_probe.h"
#include "store/q_prune.h"
#include "store/q_schema.h"
#include "store/q_selftest.h"
#include "store/q_server_key.h"
#include "store/q_session.h"
#include "store/q_throttle.h"
#include "store/q_second_factor.h"
#include "store/q_key_trial.h"
#include "store/q_verify.h"

static const struct stmt *const *const lists[] = { q_actor_stmts, q_doctor_stmts, q_epoch_stmts,
	q_event_stmts, q_federation_token_stmts, q_foreign_stmts, q_foreign_session_stmts,
	q_idcert_stmts, q_invite_stmts, q_key_material_stmts, q_keypackage_stmts, q_probe_stmts,
	q_prune_stmts, q_schema_stmts, q_selftest_stmts, q_server_key_stmts, q_session_stmts,
	q_throttle_stmts, q_second_factor_stmts, q_key_trial_stmts, q_verify_stmts };

int main(void)
{
	char why[256];
	struct conf *c;

	if (!conf_load(NULL, &c, why, sizeof why) || !getenv("MOTET_DATABASE"))
		return puts("1..0 # SKIP run me with tests/with-postgres"), 0;
	struct cx cx = { .mem = arena_new(1 << 22), .conf = c, .db = db_new(c) };
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (const struct stmt *const *s = lists[i]; *s; s++) {
			enum err e = db_check(&cx, *s);
			ok(e == OK, "%s %s", (*s)->name, e == OK ? "" : cx.why.log);
			arena_reset(cx.mem);
		}
	db_disconnect(cx.db);
	ok(db_check(&cx, lists[0][0]) == OK, "the connection is opened again after a rest");
	db_free(cx.db);
	arena_free(cx.mem);
	conf_free(c);
	return done();
}
