#ifndef MOTET_STORE_Q_DOCTOR_H
#define MOTET_STORE_Q_DOCTOR_H
#include "db/db.h"
/* The database server and this connection's role: the statements of q_doctor.sql. */
struct doctor_server {
	int64_t version_num; /* server_version_num: 150020 */
	struct str version;  /* 15.20 */
	int64_t now_ms;	     /* milliseconds since 1970 */
	struct str role;
	bool superuser;
	bool powers;	    /* the role has CREATEROLE, CREATEDB, REPLICATION or BYPASSRLS */
	bool creates, owns; /* the role may create in the schema; it owns tables of the schema */
	struct str hidden; /* a schema with tables of motet that this role may not use; or s NULL */
	struct str fsync, full_page_writes, synchronous_commit; /* in a new session */
};
struct doctor_right {
	/* name: a table or view. missing, surplus: rights, separated by ", "; s NULL: none. */
	struct str name, missing, surplus;
};
/* The number of connections that this role may have open, and the number that other roles have
 * open. */
struct doctor_connections {
	int64_t room;	/* the least of max_connections without the reserved ones, and of the limits
			   of role and database */
	int64_t others; /* connections that other roles have open now */
	int64_t pid;	/* ID of the PostgreSQL process that serves this connection */
};
must_check enum err q_doctor_connections(struct cx *, struct doctor_connections **);
must_check enum err q_doctor_server(struct cx *, struct doctor_server **);
must_check enum err q_doctor_rights(struct cx *, struct doctor_right **, size_t *n);
extern const struct stmt *const q_doctor_stmts[];
#endif
