#include "store/q_doctor.h"
#include "store/q_doctor.sql.h"
#include "store/store_run.h"

const struct stmt *const q_doctor_stmts[] = STATEMENTS;

ROW(doctor_server, F_I64(doctor_server, version_num), F_STR(doctor_server, version),
    F_I64(doctor_server, now_ms), F_STR(doctor_server, role), F_BOOL(doctor_server, superuser),
    F_BOOL(doctor_server, powers), F_BOOL(doctor_server, creates), F_BOOL(doctor_server, owns),
    F_STR(doctor_server, hidden), F_STR(doctor_server, fsync),
    F_STR(doctor_server, full_page_writes), F_STR(doctor_server, synchronous_commit));
ROW(doctor_connections, F_I64(doctor_connections, room), F_I64(doctor_connections, others),
    F_I64(doctor_connections, pid));
ROW(doctor_right, F_STR(doctor_right, name), F_STR(doctor_right, missing),
    F_STR(doctor_right, surplus));

enum err q_doctor_server(struct cx *cx, struct doctor_server **out)
{
	return store_run(cx, &sql_doctor_server, NULL, 0, &doctor_server_shape, (void **)out, NULL);
}

enum err q_doctor_connections(struct cx *cx, struct doctor_connections **out)
{
	return store_run(
	    cx, &sql_doctor_connections, NULL, 0, &doctor_connections_shape, (void **)out, NULL);
}

enum err q_doctor_rights(struct cx *cx, struct doctor_right **out, size_t *n)
{
	return store_run(cx, &sql_doctor_rights, NULL, 0, &doctor_right_shape, (void **)out, n);
}
