#ifndef MOTET_STORE_Q_DOCTOR_H
#define MOTET_STORE_Q_DOCTOR_H
#include "db/db.h"
/* The database server and our role on it: rows of q_doctor.sql. */
struct doctor_server {
	int64_t version_num; /* 150020 */
	struct str version;  /* 15.20 */
	int64_t now_ms;	     /* since 1970 */
	struct str role;
	bool superuser;
	bool powers;	    /* CREATEROLE, CREATEDB, REPLICATION or BYPASSRLS */
	bool creates, owns; /* in the schema, and tables of it */
	struct str fsync, full_page_writes, synchronous_commit; /* as a session begins */
};
struct doctor_right {
	struct str name, missing, surplus; /* a table; rights with ", " between, s NULL for none */
};
must_check enum err q_doctor_server(struct cx *, struct doctor_server **);
must_check enum err q_doctor_rights(struct cx *, struct doctor_right **, size_t *n);
extern const struct stmt *const q_doctor_stmts[];
#endif
