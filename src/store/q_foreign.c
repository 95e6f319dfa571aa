#include "store/q_foreign.h"
#include "store/q_foreign.sql.h"
#include "store/store_run.h"

const struct stmt *const q_foreign_stmts[] = STATEMENTS;

struct cacheable_row {
	struct str cacheable;
};
struct refused_serial {
	struct str refused;
	int64_t told;
};
struct changed_rows {
	int64_t number;
};
struct unblocked_place {
	struct str place;
};
ROW(cacheable_row, F_STR(cacheable_row, cacheable));
ROW(refused_serial, F_STR(refused_serial, refused), F_I64(refused_serial, told));
ROW(changed_rows, F_I64(changed_rows, number));
ROW(unblocked_place, F_STR(unblocked_place, place));
ROW(foreign_server_found, F_I64(foreign_server_found, now), F_BOOL(foreign_server_found, blocked),
    F_STR(foreign_server_found, api), F_STR(foreign_server_found, domain),
    F_STR(foreign_server_found, failure), F_STR(foreign_server_found, said),
    F_I64(foreign_server_found, wait), F_STR(foreign_server_found, cacheable));
ROW(foreign_item, F_STR(foreign_item, place), F_STR(foreign_item, state),
    F_STR(foreign_item, domain), F_STR(foreign_item, api), F_STR(foreign_item, said),
    F_I64(foreign_item, checked_at), F_I64(foreign_item, fresh_until),
    F_I64(foreign_item, blocked_at), F_I64(foreign_item, certificates),
    F_I64(foreign_item, sessions));

enum err q_foreign_find_server(
    struct cx *cx, struct str place, struct str host, struct foreign_server_found **out)
{
	const struct arg a[] = { arg_str(place), arg_str(host) };

	return STORE_RUN(cx, &sql_foreign_find_server, a, &foreign_server_found_shape, out, NULL);
}

enum err q_foreign_store_server(struct cx *cx, const struct foreign_server_row *p)
{
	const struct arg a[] = { arg_str(p->place), arg_str(p->api), arg_str(p->domain),
		arg_str(p->serial), arg_i64(cx, p->fresh_until) };

	return STORE_RUN(cx, &sql_foreign_store_server, a, NULL, NULL, NULL);
}

enum err q_foreign_store_failure(
    struct cx *cx, struct str place, struct str failure, struct str said)
{
	const struct arg a[] = { arg_str(place), arg_str(failure), arg_str(said) };

	return STORE_RUN(cx, &sql_foreign_store_failure, a, NULL, NULL, NULL);
}

enum err q_foreign_note_trouble(
    struct cx *cx, struct str place, struct str failure, struct str said, bool is_new)
{
	const struct arg a[] = { arg_str(place), arg_str(failure), arg_str(said),
		arg_bool(is_new) };

	return STORE_RUN(cx, &sql_foreign_note_trouble, a, NULL, NULL, NULL);
}

enum err q_foreign_cert_find(
    struct cx *cx, struct str subject, struct str serial, struct str *cacheable)
{
	const struct arg a[] = { arg_str(subject), arg_str(serial) };
	struct cacheable_row *t = NULL;

	TRY(STORE_RUN(cx, &sql_foreign_cert_find, a, &cacheable_row_shape, &t, NULL));
	*cacheable = t ? t->cacheable : (struct str){ NULL, 0 };
	return OK;
}

enum err q_foreign_cert_at(struct cx *cx, struct str subject, int64_t at, struct str *cacheable)
{
	const struct arg a[] = { arg_str(subject), arg_i64(cx, at) };
	struct cacheable_row *t = NULL;

	TRY(STORE_RUN(cx, &sql_foreign_cert_at, a, &cacheable_row_shape, &t, NULL));
	*cacheable = t ? t->cacheable : (struct str){ NULL, 0 };
	return OK;
}

enum err q_foreign_cert_list(struct cx *cx, struct str fid, struct str session_id, int64_t max_age,
    struct str **out, size_t *n)
{
	const struct arg a[] = { arg_str(fid), arg_str(session_id), arg_i64(cx, max_age) };

	return STORE_RUN(cx, &sql_foreign_cert_list, a, &cacheable_row_shape, out, n);
}

enum err q_foreign_store_certs(struct cx *cx, const struct foreign_certs *c, struct str *refused)
{
	const struct arg a[] = { arg_str(c->domain), arg_str(c->subject),
		arg_strs(cx, c->serial, c->n), arg_strs(cx, c->session_id, c->n),
		arg_strs(cx, c->cacheable, c->n), arg_i64s(cx, c->not_before, c->n),
		arg_i64s(cx, c->not_after, c->n), arg_i64s(cx, c->usable_until, c->n),
		arg_i64s(cx, c->invalidated, c->n) };
	struct refused_serial *r;

	TRY(STORE_RUN(cx, &sql_foreign_store_certs, a, &refused_serial_shape, &r, NULL));
	*refused = r->refused;
	return OK;
}

enum err q_foreign_mark_listed(
    struct cx *cx, struct str fid, struct str session_id, struct str domain, int64_t fresh_until)
{
	const struct arg a[] = { arg_str(fid), arg_str(session_id), arg_str(domain),
		arg_i64(cx, fresh_until) };

	return STORE_RUN(cx, &sql_foreign_mark_listed, a, NULL, NULL, NULL);
}

static enum err count_changed_rows(
    struct cx *cx, const struct stmt *st, const struct arg *a, size_t n, int64_t *out)
{
	struct changed_rows *v;

	TRY(store_run(cx, st, a, n, &changed_rows_shape, (void **)&v, NULL));
	*out = v->number;
	return OK;
}

enum err q_foreign_forget(struct cx *cx, struct str domain, struct str fid, int64_t *forgotten)
{
	const struct arg a[] = { arg_str(domain), arg_str(fid) };

	return count_changed_rows(cx, &sql_foreign_forget, a, 2, forgotten);
}

enum err q_foreign_block(struct cx *cx, struct str domain, int64_t *ended)
{
	const struct arg a[] = { arg_str(domain) };

	return count_changed_rows(cx, &sql_foreign_block, a, 1, ended);
}

enum err q_foreign_unblock(struct cx *cx, struct str domain, bool *was)
{
	const struct arg a[] = { arg_str(domain) };
	struct unblocked_place *n = NULL;

	TRY(STORE_RUN(cx, &sql_foreign_unblock, a, &unblocked_place_shape, &n, NULL));
	*was = n != NULL;
	return OK;
}

enum err q_foreign_list(struct cx *cx, struct str place, struct foreign_item **out, size_t *n)
{
	const struct arg a[] = { arg_str(place) };

	return STORE_RUN(cx, &sql_foreign_list, a, &foreign_item_shape, out, n);
}
