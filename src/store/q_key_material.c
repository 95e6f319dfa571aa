#include "store/q_key_material.h"
#include "store/q_key_material.sql.h"
#include "store/store_run.h"

const struct stmt *const q_key_material_stmts[] = STATEMENTS;

struct missing_serial {
	int64_t serial;
};
ROW(missing_serial, F_I64(missing_serial, serial));
ROW(key_material_added, F_I64(key_material_added, missing), F_I64(key_material_added, bytes));
ROW(key_material, F_I64(key_material, actor_id), F_I64(key_material, serial),
    F_STR(key_material, key_data), F_BLOB(key_material, algorithm),
    F_STR(key_material, algorithms));

enum err q_key_material_add(struct cx *cx, int64_t actor_id, const struct key_material *k, size_t n,
    int64_t most, struct key_material_added **out)
{
	int64_t *serials = arena_alloc(cx->mem, n * sizeof *serials);
	struct str *data = arena_alloc(cx->mem, n * sizeof *data),
		   *oids = arena_alloc(cx->mem, n * sizeof *oids);
	struct blob *algs = arena_alloc(cx->mem, n * sizeof *algs);

	for (size_t i = 0; i < n; i++) {
		serials[i] = k[i].serial;
		data[i] = k[i].key_data;
		algs[i] = k[i].algorithm;
		oids[i] = k[i].algorithms;
	}
	const struct arg a[] = { arg_i64(cx, actor_id), arg_i64s(cx, serials, n),
		arg_strs(cx, data, n), arg_blobs(cx, algs, n), arg_strs(cx, oids, n),
		arg_i64(cx, most) };
	return STORE_RUN(cx, &sql_key_material_add, a, &key_material_added_shape, out, NULL);
}

enum err q_key_material_list(struct cx *cx, struct blob token_hash, const int64_t *serials,
    size_t nserials, struct key_material **out, size_t *n)
{
	const struct arg a[] = { arg_blob(token_hash),
		serials ? arg_i64s(cx, serials, nserials) : (struct arg){ NULL } };

	return STORE_RUN(cx, &sql_key_material_list, a, &key_material_shape, out, n);
}

enum err q_key_material_delete(struct cx *cx, int64_t actor_id, const int64_t *serials, size_t n,
    int64_t **missing, size_t *nmissing)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_i64s(cx, serials, n) };
	struct missing_serial *s = NULL;

	TRY(STORE_RUN(cx, &sql_key_material_delete, a, &missing_serial_shape, &s, nmissing));
	*missing = arena_alloc(cx->mem, *nmissing * sizeof **missing + 1);
	for (size_t i = 0; i < *nmissing; i++)
		(*missing)[i] = s[i].serial;
	return OK;
}
