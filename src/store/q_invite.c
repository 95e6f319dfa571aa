#include "store/q_invite.h"
#include "store/q_invite.sql.h"
#include "store/store_run.h"

const struct stmt *const q_invite_stmts[] = STATEMENTS;

struct invite_revoked {
	int64_t id;
};
ROW(invite_revoked, F_I64(invite_revoked, id));
ROW(new_invite, F_I64(new_invite, id), F_I64(new_invite, created_at),
    F_I64(new_invite, expires_at));
ROW(invite_item, F_I64(invite_item, id), F_I64(invite_item, uses), F_I64(invite_item, used),
    F_STR(invite_item, note), F_I64(invite_item, created_at), F_I64(invite_item, expires_at),
    F_I64(invite_item, revoked_at), F_I64(invite_item, now));
ROW(invite_guest, F_STR(invite_guest, local_name), F_I64(invite_guest, created_at),
    F_I64(invite_guest, deactivated_at));
ROW(invite_state, F_I64(invite_state, id), F_I64(invite_state, wait), F_BOOL(invite_state, taken),
    F_BOOL(invite_state, known), F_BOOL(invite_state, revoked), F_BOOL(invite_state, expired),
    F_BOOL(invite_state, used_up));

enum err q_invite_create(struct cx *cx, struct blob code_hash, int64_t uses, int64_t seconds,
    struct str note, struct new_invite **out)
{
	const struct arg a[] = { arg_blob(code_hash), arg_i64(cx, uses), arg_i64(cx, seconds),
		arg_str(note) };

	return STORE_RUN(cx, &sql_invite_create, a, &new_invite_shape, out, NULL);
}

enum err q_invite_list(struct cx *cx, int64_t id, struct invite_item **out, size_t *n)
{
	const struct arg a[] = { arg_i64(cx, id) };

	return STORE_RUN(cx, &sql_invite_list, a, &invite_item_shape, out, n);
}

enum err q_invite_guests(struct cx *cx, int64_t id, struct invite_guest **out, size_t *n)
{
	const struct arg a[] = { arg_i64(cx, id) };

	return STORE_RUN(cx, &sql_invite_guests, a, &invite_guest_shape, out, n);
}

enum err q_invite_revoke(struct cx *cx, int64_t id, bool *there)
{
	const struct arg a[] = { arg_i64(cx, id) };
	struct invite_revoked *r;

	TRY(STORE_RUN(cx, &sql_invite_revoke, a, &invite_revoked_shape, &r, NULL));
	*there = r != NULL;
	return OK;
}

enum err q_invite_try(struct cx *cx, const struct invite_try *t, struct invite_state **out)
{
	const struct arg a[] = { arg_blob(t->code_hash), arg_blob(t->throttle),
		arg_i64(cx, t->cost_ms), arg_i64(cx, t->burst), arg_str(t->local) };

	return STORE_RUN(cx, &sql_invite_try, a, &invite_state_shape, out, NULL);
}

enum err q_invite_redeem(struct cx *cx, struct str local, struct str password,
    struct blob code_hash, struct invite_state **out)
{
	const struct arg a[] = { arg_str(local), arg_str(password), arg_blob(code_hash) };

	return STORE_RUN(cx, &sql_invite_redeem, a, &invite_state_shape, out, NULL);
}
