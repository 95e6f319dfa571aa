#include "store/q_keypackage.h"
#include "store/q_keypackage.sql.h"
#include "store/store_run.h"

const struct stmt *const q_keypackage_stmts[] = STATEMENTS;

ROW(keypackage_owner, F_BLOB(keypackage_owner, cert), F_BLOB(keypackage_owner, key),
    F_BLOB(keypackage_owner, server_cert), F_I64(keypackage_owner, not_after),
    F_I64(keypackage_owner, now));
ROW(keypackages_added, F_BOOL(keypackages_added, live), F_I64(keypackages_added, reused),
    F_I64(keypackages_added, stock), F_STR(keypackages_added, counts));
ROW(keypackage_given, F_BOOL(keypackage_given, found), F_BOOL(keypackage_given, allowed),
    F_I64(keypackage_given, wait), F_STR(keypackage_given, session_id),
    F_BLOB(keypackage_given, tls), F_BOOL(keypackage_given, last_resort));
ROW(keypackage_stat, F_STR(keypackage_stat, local_name), F_STR(keypackage_stat, session_id),
    F_I64(keypackage_stat, serial), F_I64(keypackage_stat, suite), F_I64(keypackage_stat, stock),
    F_BOOL(keypackage_stat, last_resort), F_BOOL(keypackage_stat, last_resort_used),
    F_I64(keypackage_stat, spent));
struct keypackages_withdrawn {
	int64_t withdrawn;
};
ROW(keypackages_withdrawn, F_I64(keypackages_withdrawn, withdrawn));
ROW(keypackage_stock, F_I64(keypackage_stock, stock), F_I64(keypackage_stock, last_resorts));

enum err q_keypackage_owner(
    struct cx *cx, int64_t actor_id, int64_t serial, struct keypackage_owner **out)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_i64(cx, serial) };

	return STORE_RUN(cx, &sql_keypackage_owner, a, &keypackage_owner_shape, out, NULL);
}

/* The members of n KeyPackages, one array for each. */
struct keypackage_columns {
	int64_t *suite, *not_before, *not_after;
	struct str *extensions, *last_resort;
	struct blob *ref, *init_hash, *tls;
};

static void fill_keypackage_columns(
    struct cx *cx, struct keypackage_columns *c, const struct keypackage *k, size_t n)
{
	*c = (struct keypackage_columns){ arena_alloc(cx->mem, n * 8), arena_alloc(cx->mem, n * 8),
		arena_alloc(cx->mem, n * 8), arena_alloc(cx->mem, n * sizeof(struct str)),
		arena_alloc(cx->mem, n * sizeof(struct str)),
		arena_alloc(cx->mem, n * sizeof(struct blob)),
		arena_alloc(cx->mem, n * sizeof(struct blob)),
		arena_alloc(cx->mem, n * sizeof(struct blob)) };
	for (size_t i = 0; i < n; i++) {
		c->suite[i] = k[i].suite;
		c->not_before[i] = k[i].not_before;
		c->not_after[i] = k[i].not_after;
		c->extensions[i] = str_of(arg_i64s(cx, k[i].extensions, k[i].nextensions).p);
		c->last_resort[i] = k[i].last_resort ? STR("true") : STR("false");
		c->ref[i] = k[i].ref;
		c->init_hash[i] = k[i].init_hash;
		c->tls[i] = k[i].tls;
	}
}

void q_keypackage_args(
    struct cx *cx, const struct keypackage *k, size_t n, struct arg out[KEYPACKAGE_ARGS])
{
	struct keypackage_columns c;

	fill_keypackage_columns(cx, &c, k, n);
	const struct arg a[KEYPACKAGE_ARGS] = { arg_i64s(cx, c.suite, n),
		arg_strs(cx, c.extensions, n), arg_strs(cx, c.last_resort, n),
		arg_blobs(cx, c.ref, n), arg_blobs(cx, c.init_hash, n), arg_blobs(cx, c.tls, n),
		arg_i64s(cx, c.not_before, n), arg_i64s(cx, c.not_after, n) };
	memcpy(out, a, sizeof a);
}

enum err q_keypackage_add(struct cx *cx, int64_t actor_id, int64_t serial,
    const struct keypackage *k, size_t n, int64_t most, struct keypackages_added **out)
{
	struct arg a[KEYPACKAGE_ARGS + 3] = { arg_i64(cx, actor_id), arg_i64(cx, serial) };

	q_keypackage_args(cx, k, n, a + 2);
	a[KEYPACKAGE_ARGS + 2] = arg_i64(cx, most);
	return STORE_RUN(cx, &sql_keypackage_add, a, &keypackages_added_shape, out, NULL);
}

static struct arg list_or_null(struct cx *cx, const int64_t *v, size_t n)
{
	return v ? arg_i64s(cx, v, n) : (struct arg){ NULL };
}

enum err q_keypackage_claim(
    struct cx *cx, const struct keypackage_claim *c, struct keypackage_given **out, size_t *n)
{
	const struct arg a[] = { arg_blob(c->token_hash), arg_i64(cx, c->target_id),
		arg_str(c->target), list_or_null(cx, c->suites, c->nsuites),
		arg_i64s(cx, c->extensions, c->nextensions), arg_str(c->address),
		arg_i64(cx, c->pair_cost_ms), arg_i64(cx, c->pair_burst),
		arg_i64(cx, c->address_cost_ms), arg_i64(cx, c->address_burst), arg_i64(cx, c->low),
		arg_bool(c->look) };

	return STORE_RUN(cx, &sql_keypackage_claim, a, &keypackage_given_shape, out, n);
}

enum err q_keypackage_stats(
    struct cx *cx, struct str local, struct keypackage_stat **out, size_t *n)
{
	const struct arg a[] = { arg_str(local) };

	return STORE_RUN(cx, &sql_keypackage_stats, a, &keypackage_stat_shape, out, n);
}

enum err q_keypackage_stock(struct cx *cx, struct keypackage_stock **out)
{
	return store_run(
	    cx, &sql_keypackage_stock, NULL, 0, &keypackage_stock_shape, (void **)out, NULL);
}

enum err q_keypackage_withdraw(struct cx *cx, int64_t actor_id, int64_t serial, int64_t *n)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_i64(cx, serial) };
	struct keypackages_withdrawn *row;

	TRY(STORE_RUN(cx, &sql_keypackage_withdraw, a, &keypackages_withdrawn_shape, &row, NULL));
	*n = row->withdrawn;
	return OK;
}
