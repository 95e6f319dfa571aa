#include "store/q_foreign.h"
#include "store/q_foreign.sql.h"
#include "store/run.h"

const struct stmt *const q_foreign_stmts[] = STATEMENTS;

struct text {
	struct str cacheable;
};
struct refused {
	struct str refused;
};
struct number {
	int64_t number;
};
struct renewed {
	int64_t renewed, told;
};
struct name {
	struct str place;
};
ROW(text, F_STR(text, cacheable));
ROW(refused, F_STR(refused, refused));
ROW(number, F_I64(number, number));
ROW(renewed, F_I64(renewed, renewed), F_I64(renewed, told));
ROW(name, F_STR(name, place));
ROW(foreign_known, F_I64(foreign_known, now), F_BOOL(foreign_known, blocked),
    F_STR(foreign_known, api), F_STR(foreign_known, domain), F_STR(foreign_known, failure),
    F_STR(foreign_known, said), F_STR(foreign_known, cacheable));
ROW(foreign_item, F_STR(foreign_item, place), F_STR(foreign_item, state),
    F_STR(foreign_item, domain), F_STR(foreign_item, api), F_STR(foreign_item, said),
    F_I64(foreign_item, checked_at), F_I64(foreign_item, fresh_until),
    F_I64(foreign_item, blocked_at), F_I64(foreign_item, certificates),
    F_I64(foreign_item, sessions));

enum err q_foreign_known(
    struct cx *cx, struct str place, struct str host, struct foreign_known **out)
{
	const struct arg a[] = { arg_str(place), arg_str(host) };

	return RUN(cx, &sql_foreign_known, a, &foreign_known_shape, out, NULL);
}

enum err q_foreign_place(struct cx *cx, const struct foreign_place *p)
{
	const struct arg a[] = { arg_str(p->place), arg_str(p->api), arg_str(p->domain),
		arg_str(p->serial), arg_str(p->failure), arg_str(p->said),
		arg_i64(cx, p->fresh_until) };

	return RUN(cx, &sql_foreign_place, a, NULL, NULL, NULL);
}

enum err q_foreign_cert_find(
    struct cx *cx, struct str subject, struct str serial, struct str *cacheable)
{
	const struct arg a[] = { arg_str(subject), arg_str(serial) };
	struct text *t = NULL;

	TRY(RUN(cx, &sql_foreign_cert_find, a, &text_shape, &t, NULL));
	*cacheable = t ? t->cacheable : (struct str){ NULL, 0 };
	return OK;
}

enum err q_foreign_cert_at(struct cx *cx, struct str subject, int64_t at, struct str *cacheable)
{
	const struct arg a[] = { arg_str(subject), arg_i64(cx, at) };
	struct text *t = NULL;

	TRY(RUN(cx, &sql_foreign_cert_at, a, &text_shape, &t, NULL));
	*cacheable = t ? t->cacheable : (struct str){ NULL, 0 };
	return OK;
}

enum err q_foreign_cert_list(
    struct cx *cx, struct str fid, struct str session_id, struct str **out, size_t *n)
{
	const struct arg a[] = { arg_str(fid), arg_str(session_id) };

	return RUN(cx, &sql_foreign_cert_list, a, &text_shape, out, n);
}

enum err q_foreign_store(struct cx *cx, const struct foreign_certs *c, struct str *refused)
{
	const struct arg a[] = { arg_str(c->domain), arg_str(c->subject),
		arg_strs(cx, c->serial, c->n), arg_strs(cx, c->session_id, c->n),
		arg_strs(cx, c->cacheable, c->n), arg_i64s(cx, c->not_before, c->n),
		arg_i64s(cx, c->not_after, c->n), arg_i64s(cx, c->usable_until, c->n),
		arg_i64s(cx, c->invalidated, c->n) };
	struct refused *r;

	TRY(RUN(cx, &sql_foreign_store, a, &refused_shape, &r, NULL));
	*refused = r->refused;
	return OK;
}

enum err q_foreign_listed(
    struct cx *cx, struct str fid, struct str session_id, struct str domain, int64_t fresh_until)
{
	const struct arg a[] = { arg_str(fid), arg_str(session_id), arg_str(domain),
		arg_i64(cx, fresh_until) };

	return RUN(cx, &sql_foreign_listed, a, NULL, NULL, NULL);
}

static enum err count(
    struct cx *cx, const struct stmt *st, const struct arg *a, size_t n, int64_t *out)
{
	struct number *v;

	TRY(run(cx, st, a, n, &number_shape, (void **)&v, NULL));
	*out = v->number;
	return OK;
}

enum err q_foreign_forget(struct cx *cx, struct str domain, struct str fid, int64_t *forgotten)
{
	const struct arg a[] = { arg_str(domain), arg_str(fid) };

	return count(cx, &sql_foreign_forget, a, 2, forgotten);
}

enum err q_foreign_session_renew(struct cx *cx, const struct foreign_renewal *r, int64_t *renewed)
{
	const struct arg a[] = { arg_str(r->fid), arg_str(r->session_id), arg_str(r->serial),
		arg_blob(r->key), arg_blob(r->cert), arg_i64(cx, r->not_after), arg_str(r->event),
		arg_str(r->old) };
	struct renewed *v;

	TRY(RUN(cx, &sql_foreign_session_renew, a, &renewed_shape, &v, NULL));
	*renewed = v->renewed;
	return OK;
}

enum err q_foreign_block(struct cx *cx, struct str domain, int64_t *ended)
{
	const struct arg a[] = { arg_str(domain) };

	return count(cx, &sql_foreign_block, a, 1, ended);
}

enum err q_foreign_unblock(struct cx *cx, struct str domain, bool *was)
{
	const struct arg a[] = { arg_str(domain) };
	struct name *n = NULL;

	TRY(RUN(cx, &sql_foreign_unblock, a, &name_shape, &n, NULL));
	*was = n != NULL;
	return OK;
}

enum err q_foreign_list(struct cx *cx, struct str place, struct foreign_item **out, size_t *n)
{
	const struct arg a[] = { arg_str(place) };

	return RUN(cx, &sql_foreign_list, a, &foreign_item_shape, out, n);
}
