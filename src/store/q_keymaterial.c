#include "store/q_keymaterial.h"
#include "store/q_keymaterial.sql.h"
#include "store/run.h"

const struct stmt *const q_keymaterial_stmts[] = STATEMENTS;

struct serial {
	int64_t serial;
	bool any;
};
ROW(serial, F_I64(serial, serial), F_BOOL(serial, any));
ROW(added, F_I64(added, missing), F_I64(added, bytes));
ROW(keymaterial, F_I64(keymaterial, actor_id), F_I64(keymaterial, serial), F_STR(keymaterial, key_data), F_BLOB(keymaterial, algorithm),
    F_STR(keymaterial, algorithms));

enum err q_keymaterial_add(struct cx *cx, int64_t actor_id, const struct keymaterial *k, size_t n, int64_t most,
    bool again, struct added **out)
{
	int64_t *serials = arena_alloc(cx->mem, n * sizeof *serials);
	struct str *data = arena_alloc(cx->mem, n * sizeof *data), *oids = arena_alloc(cx->mem, n * sizeof *oids);
	struct blob *algs = arena_alloc(cx->mem, n * sizeof *algs);

	for (size_t i = 0; i < n; i++) {
		serials[i] = k[i].serial;
		data[i] = k[i].key_data;
		algs[i] = k[i].algorithm;
		oids[i] = k[i].algorithms;
	}
	const struct arg a[] = { arg_i64(cx, actor_id), arg_i64s(cx, serials, n), arg_strs(cx, data, n), arg_blobs(cx, algs, n),
		arg_strs(cx, oids, n), arg_i64(cx, most), arg_bool(again) };
	return RUN(cx, &keymaterial_add, a, &added_shape, out, NULL);
}

enum err q_keymaterial_list(struct cx *cx, struct blob token_hash, const int64_t *serials, size_t nserials, struct keymaterial **out, size_t *n)
{
	const struct arg a[] = { arg_blob(token_hash), serials ? arg_i64s(cx, serials, nserials) : (struct arg){ NULL } };

	return RUN(cx, &keymaterial_list, a, &keymaterial_shape, out, n);
}

enum err q_keymaterial_delete(struct cx *cx, int64_t actor_id, const int64_t *serials, size_t n, int64_t **missing, size_t *nmissing,
    bool *any)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_i64s(cx, serials, n) };
	struct serial *s = NULL;

	TRY(RUN(cx, &keymaterial_delete, a, &serial_shape, &s, nmissing));
	*missing = arena_alloc(cx->mem, *nmissing * sizeof **missing + 1);
	for (size_t i = 0; i < *nmissing; i++)
		(*missing)[i] = s[i].serial;
	*any = s && s->any;
	return OK;
}
