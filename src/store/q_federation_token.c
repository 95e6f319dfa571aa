#include "store/q_federation_token.h"
#include "store/q_federation_token.sql.h"
#include "store/store_run.h"

const struct stmt *const q_federation_token_stmts[] = STATEMENTS;

struct issuing_state {
	bool enabled;
};
struct asker_cert {
	bool enabled;
	struct blob cert;
};
struct token_active {
	bool active;
};
struct tokens_deleted {
	int64_t deleted;
};
ROW(issuing_state, F_BOOL(issuing_state, enabled));
ROW(asker_cert, F_BOOL(asker_cert, enabled), F_BLOB(asker_cert, cert));
ROW(token_active, F_BOOL(token_active, active));
ROW(tokens_deleted, F_I64(tokens_deleted, deleted));
ROW(federation_token_issued, F_BOOL(federation_token_issued, issued),
    F_BOOL(federation_token_issued, enabled), F_BOOL(federation_token_issued, current));
ROW(federation_token_item, F_STR(federation_token_item, local_name),
    F_STR(federation_token_item, audience), F_STR(federation_token_item, jti),
    F_I64(federation_token_item, issued_at), F_I64(federation_token_item, expires_at),
    F_I64(federation_token_item, deleted_at), F_I64(federation_token_item, redeemed_at),
    F_I64(federation_token_item, now), F_BOOL(federation_token_item, stands));
ROW(federation_token_key, F_BLOB(federation_token_key, public_key),
    F_I64(federation_token_key, now));
ROW(redemption_result, F_BOOL(redemption_result, opened), F_BOOL(redemption_result, landed),
    F_I64(redemption_result, told));
/* The row of sql_federation_token_redeem_home has one column more. ROW() makes only one shape for
 * each struct, so this shape is written out. */
static const struct field redeemed_home_fields[] = { F_BOOL(redemption_result, opened),
	F_BOOL(redemption_result, landed), F_I64(redemption_result, told),
	F_BOOL(redemption_result, stored) };
static const struct shape redeemed_home_shape = { "redeemed", sizeof(struct redemption_result),
	redeemed_home_fields, 4, NULL };

enum err q_federation_token_status(struct cx *cx, bool *enabled)
{
	struct issuing_state *f;

	TRY(store_run(
	    cx, &sql_federation_token_status, NULL, 0, &issuing_state_shape, (void **)&f, NULL));
	*enabled = f->enabled;
	return OK;
}

enum err q_federation_token_switch(struct cx *cx, bool enabled)
{
	const struct arg a[] = { arg_bool(enabled) };
	struct issuing_state *f;

	return STORE_RUN(cx, &sql_federation_token_switch, a, &issuing_state_shape, &f, NULL);
}

enum err q_federation_token_asker(
    struct cx *cx, struct blob asker, bool *enabled, struct blob *cert)
{
	const struct arg a[] = { arg_blob(asker) };
	struct asker_cert *r;

	TRY(STORE_RUN(cx, &sql_federation_token_asker, a, &asker_cert_shape, &r, NULL));
	*enabled = r->enabled;
	*cert = r->cert;
	return OK;
}

enum err q_federation_token_issue(
    struct cx *cx, const struct new_federation_token *t, struct federation_token_issued **out)
{
	const struct arg a[] = { arg_i64(cx, t->actor_id), arg_str(t->jti), arg_blob(t->token_hash),
		arg_str(t->audience), arg_i64(cx, t->issued_at), arg_i64(cx, t->expires_at),
		arg_i64(cx, t->server_serial), arg_blob(t->asker), arg_i64(cx, t->cert_serial) };

	return STORE_RUN(
	    cx, &sql_federation_token_issue, a, &federation_token_issued_shape, out, NULL);
}

enum err q_federation_token_delete(struct cx *cx, int64_t actor_id, int64_t *deleted)
{
	const struct arg a[] = { arg_i64(cx, actor_id) };
	struct tokens_deleted *c;

	if (actor_id)
		TRY(STORE_RUN(
		    cx, &sql_federation_token_delete_of, a, &tokens_deleted_shape, &c, NULL));
	else
		TRY(store_run(cx, &sql_federation_token_delete_all, NULL, 0, &tokens_deleted_shape,
		    (void **)&c, NULL));
	*deleted = c->deleted;
	return OK;
}

enum err q_federation_token_list(
    struct cx *cx, int64_t actor_id, struct federation_token_item **out, size_t *n)
{
	const struct arg a[] = { arg_i64(cx, actor_id) };

	return STORE_RUN(cx, &sql_federation_token_list, a, &federation_token_item_shape, out, n);
}

enum err q_federation_token_active(struct cx *cx, struct blob token_hash, bool *active)
{
	const struct arg a[] = { arg_blob(token_hash) };
	struct token_active *r;

	TRY(STORE_RUN(cx, &sql_federation_token_active, a, &token_active_shape, &r, NULL));
	*active = r->active;
	return OK;
}

enum err q_federation_token_key(struct cx *cx, int64_t serial, struct federation_token_key **out)
{
	const struct arg a[] = { arg_i64(cx, serial) };

	return STORE_RUN(cx, &sql_federation_token_key, a, &federation_token_key_shape, out, NULL);
}

enum err q_federation_token_redeem_home(
    struct cx *cx, const struct redemption *r, struct redemption_result **out)
{
	struct arg a[KEYPACKAGE_ARGS + 6] = { arg_str(r->local_name), arg_str(r->iss),
		arg_str(r->jti), arg_blob(r->attempt), arg_i64(cx, r->serial) };

	q_keypackage_args(cx, r->packages, r->npackages, a + 5);
	a[KEYPACKAGE_ARGS + 5] = arg_i64(cx, r->most_packages);
	return STORE_RUN(cx, &sql_federation_token_redeem_home, a, &redeemed_home_shape, out, NULL);
}

enum err q_federation_token_redeem_foreign(
    struct cx *cx, const struct redemption *r, struct redemption_result **out)
{
	const struct arg a[] = { arg_str(r->iss), arg_str(r->jti), arg_blob(r->attempt),
		arg_i64(cx, r->issued_at), arg_i64(cx, r->expires_at), arg_str(r->fid),
		arg_str(r->domain), arg_str(r->session_id), arg_str(r->serial_text),
		arg_blob(r->public_key), arg_blob(r->cert), arg_i64(cx, r->not_after),
		arg_str(r->event) };

	return STORE_RUN(
	    cx, &sql_federation_token_redeem_foreign, a, &redemption_result_shape, out, NULL);
}
