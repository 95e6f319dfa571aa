#include "store/q_foreign_session.h"
#include "store/q_foreign_session.sql.h"
#include "store/store_run.h"

const struct stmt *const q_foreign_session_stmts[] = STATEMENTS;

struct session_renewed {
	int64_t renewed, told;
};
struct foreign_session_count {
	int64_t number;
};
ROW(session_renewed, F_I64(session_renewed, renewed), F_I64(session_renewed, told));
ROW(foreign_session_count, F_I64(foreign_session_count, number));
ROW(foreign_due, F_STR(foreign_due, fid), F_STR(foreign_due, domain));

enum err q_foreign_session_renew(struct cx *cx, const struct foreign_renewal *r, int64_t *renewed)
{
	const struct arg a[] = { arg_str(r->fid), arg_str(r->session_id), arg_str(r->serial),
		arg_blob(r->key), arg_blob(r->cert), arg_i64(cx, r->not_after), arg_str(r->event),
		arg_str(r->old) };
	struct session_renewed *v;

	TRY(STORE_RUN(cx, &sql_foreign_session_renew, a, &session_renewed_shape, &v, NULL));
	*renewed = v->renewed;
	return OK;
}

enum err q_foreign_session_due(struct cx *cx, struct foreign_due **out)
{
	*out = NULL;
	return store_run(
	    cx, &sql_foreign_session_due, NULL, 0, &foreign_due_shape, (void **)out, NULL);
}

enum err q_foreign_session_end_unlisted(struct cx *cx, struct str fid)
{
	const struct arg a[] = { arg_str(fid) };
	struct foreign_session_count *v;

	return STORE_RUN(
	    cx, &sql_foreign_session_end_unlisted, a, &foreign_session_count_shape, &v, NULL);
}

enum err q_foreign_session_note_silence(
    struct cx *cx, struct str domain, struct str fid, int64_t patience)
{
	const struct arg a[] = { arg_str(domain), arg_str(fid), arg_i64(cx, patience) };
	struct foreign_session_count *v;

	return STORE_RUN(
	    cx, &sql_foreign_session_note_silence, a, &foreign_session_count_shape, &v, NULL);
}

enum err q_foreign_session_put_off(struct cx *cx, struct str domain)
{
	const struct arg a[] = { arg_str(domain) };

	return STORE_RUN(cx, &sql_foreign_session_put_off, a, NULL, NULL, NULL);
}
