#include "store/q_idcert.h"
#include "store/q_idcert.sql.h"
#include "store/store_run.h"

const struct stmt *const q_idcert_stmts[] = STATEMENTS;

ROW(reissued_cert, F_I64(reissued_cert, serial), F_BLOB(reissued_cert, cert));
ROW(idcert_issued, F_BOOL(idcert_issued, issued), F_BOOL(idcert_issued, landed),
    F_BOOL(idcert_issued, current), F_I64(idcert_issued, told), F_I64(idcert_issued, today),
    F_I64(idcert_issued, sessions), F_BOOL(idcert_issued, ours), F_I64(idcert_issued, ended),
    F_I64(idcert_issued, wait));
ROW(cert_item, F_BLOB(cert_item, cert), F_I64(cert_item, serial), F_I64(cert_item, invalidated_at),
    F_I64(cert_item, now), F_I64(cert_item, signer));

enum err q_idcert_issue(struct cx *cx, const struct new_idcert *c, struct idcert_issued **out)
{
	const struct arg a[] = { arg_i64(cx, c->actor_id), arg_str(c->session_id),
		arg_i64(cx, c->serial), arg_i64(cx, c->server_serial), arg_blob(c->key),
		arg_blob(c->csr_hash), arg_blob(c->cert), arg_i64(cx, c->not_before),
		arg_i64(cx, c->not_after), arg_blob(c->token_hash), arg_i64(cx, c->replaces),
		arg_bool(c->keep), arg_i64(cx, c->most_today), arg_i64(cx, c->most_sessions),
		arg_bool(c->by_password), arg_str(c->ends) };

	return STORE_RUN(cx, &sql_idcert_issue, a, &idcert_issued_shape, out, NULL);
}

enum err q_idcert_renew_token(struct cx *cx, const struct new_idcert *c, struct reissued_cert **out)
{
	const struct arg a[] = { arg_i64(cx, c->actor_id), arg_blob(c->csr_hash),
		arg_blob(c->token_hash), arg_i64(cx, c->replaces) };

	*out = NULL;
	return STORE_RUN(cx, &sql_idcert_renew_token, a, &reissued_cert_shape, out, NULL);
}

enum err q_idcert_find_by_csr(struct cx *cx, int64_t actor_id, int64_t serial, struct blob csr_hash,
    struct reissued_cert **out)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_i64(cx, serial), arg_blob(csr_hash) };

	*out = NULL;
	return STORE_RUN(cx, &sql_idcert_find_by_csr, a, &reissued_cert_shape, out, NULL);
}

enum err q_idcert_list(
    struct cx *cx, struct str local, const struct cert_filter *f, struct cert_item **out, size_t *n)
{
	const struct arg a[] = { arg_str(local), arg_i64(cx, f->at), arg_i64(cx, f->not_before),
		arg_i64(cx, f->not_after), arg_str(f->session_id) };

	return STORE_RUN(cx, &sql_idcert_list, a, &cert_item_shape, out, n);
}
