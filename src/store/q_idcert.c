#include "store/q_idcert.h"
#include "store/q_idcert.sql.h"
#include "store/run.h"

const struct stmt *const q_idcert_stmts[] = STATEMENTS;

struct landed {
	bool landed;
};
ROW(landed, F_BOOL(landed, landed));
ROW(again, F_I64(again, serial), F_BLOB(again, cert));
ROW(issued, F_BOOL(issued, issued), F_BOOL(issued, landed), F_BOOL(issued, current),
    F_I64(issued, told), F_I64(issued, today), F_I64(issued, sessions), F_BOOL(issued, ours));
ROW(cert_item, F_BLOB(cert_item, cert), F_I64(cert_item, serial), F_I64(cert_item, invalidated_at),
    F_I64(cert_item, now), F_I64(cert_item, signer));

enum err q_idcert_issue(struct cx *cx, const struct new_cert *c, struct issued **out)
{
	const struct arg a[] = { arg_i64(cx, c->actor_id), arg_str(c->session_id),
		arg_i64(cx, c->serial), arg_i64(cx, c->server_serial), arg_blob(c->key),
		arg_blob(c->csr_hash), arg_blob(c->cert), arg_i64(cx, c->not_before),
		arg_i64(cx, c->not_after), arg_blob(c->token_hash), arg_i64(cx, c->replaces),
		arg_bool(c->keep), arg_i64(cx, c->most_today), arg_i64(cx, c->most_sessions) };

	return RUN(cx, &sql_idcert_issue, a, &issued_shape, out, NULL);
}

enum err q_idcert_landed(struct cx *cx, const struct new_cert *c, bool *landed)
{
	const struct arg a[] = { arg_i64(cx, c->actor_id), arg_i64(cx, c->serial),
		arg_blob(c->csr_hash) };
	struct landed *l;

	TRY(RUN(cx, &sql_idcert_landed, a, &landed_shape, &l, NULL));
	*landed = l->landed;
	return OK;
}

enum err q_idcert_again(struct cx *cx, int64_t actor_id, struct blob csr_hash,
    struct blob token_hash, struct again **out)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blob(csr_hash), arg_blob(token_hash) };

	*out = NULL;
	return RUN(cx, &sql_idcert_again, a, &again_shape, out, NULL);
}

enum err q_idcert_mine(
    struct cx *cx, int64_t actor_id, int64_t serial, struct blob csr_hash, struct again **out)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_i64(cx, serial), arg_blob(csr_hash) };

	*out = NULL;
	return RUN(cx, &sql_idcert_mine, a, &again_shape, out, NULL);
}

enum err q_idcert_list(
    struct cx *cx, struct str local, const struct cert_filter *f, struct cert_item **out, size_t *n)
{
	const struct arg a[] = { arg_str(local), arg_i64(cx, f->at), arg_i64(cx, f->not_before),
		arg_i64(cx, f->not_after), arg_str(f->session_id) };

	return RUN(cx, &sql_idcert_list, a, &cert_item_shape, out, n);
}
