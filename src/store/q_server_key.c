#include "store/q_server_key.h"
#include "store/q_server_key.sql.h"
#include "store/store_run.h"

const struct stmt *const q_server_key_stmts[] = STATEMENTS;

struct added_serial {
	int64_t serial;
};
ROW(added_serial, F_I64(added_serial, serial));
ROW(server_key, F_I64(server_key, serial), F_BLOB(server_key, key), F_BLOB(server_key, sealed),
    F_BLOB(server_key, cert), F_I64(server_key, not_before), F_I64(server_key, not_after),
    F_I64(server_key, ended_at), F_I64(server_key, now));

enum err q_server_key_at(struct cx *cx, int64_t at, struct server_key **out)
{
	const struct arg a[] = { arg_i64(cx, at) };

	*out = NULL;
	return STORE_RUN(cx, &sql_server_key_at, a, &server_key_shape, out, NULL);
}

enum err q_server_key_add(
    struct cx *cx, int64_t replaces, const struct server_key *k, bool *done, bool *late)
{
	const struct arg a[] = { arg_i64(cx, replaces), arg_i64(cx, k->serial), arg_blob(k->key),
		arg_blob(k->sealed), arg_blob(k->cert), arg_i64(cx, k->not_before),
		arg_i64(cx, k->not_after) };
	struct added_serial *s;

	TRY(STORE_RUN(cx, &sql_server_key_add, a, &added_serial_shape, &s, NULL));
	*done = s->serial > 0;
	*late = s->serial < 0;
	return OK;
}

struct lost_factors {
	int64_t factors;
};
ROW(lost_factors, F_I64(lost_factors, factors));

enum err q_server_key_lose_secret(struct cx *cx, int64_t *factors)
{
	struct lost_factors *l;

	TRY(store_run(
	    cx, &sql_server_key_lose_secret, NULL, 0, &lost_factors_shape, (void **)&l, NULL));
	*factors = l->factors;
	return OK;
}

enum err q_server_key_list(struct cx *cx, struct server_key **out, size_t *n)
{
	return store_run(cx, &sql_server_key_list, NULL, 0, &server_key_shape, (void **)out, n);
}
