#ifndef MOTET_STORE_Q_EVENT_H
#define MOTET_STORE_Q_EVENT_H
#include "db/db.h"
/* Events: rows of q_event.sql. They are made by the statements that cause them (motet_emit in
 * schema/0002). */
struct event {
	int64_t seq;
	struct str namespace;
	int64_t op;
	struct str name, data; /* data: JSON, or s NULL when the event is about a certificate */
	int64_t serial;	       /* of that certificate */
	struct blob cert;      /* an actor's … */
	int64_t invalidated_at;
	struct blob server_cert; /* … or the server's */
	int64_t old_ended_at;
	int64_t now, signer;
};
enum { EVENTS_AT_ONCE = 100 };
/* after < 0: what was not fetched yet. */
must_check enum err q_event_list(
    struct cx *, struct str session_key, int64_t after, struct event **, size_t *n);
struct event_item {
	struct str session_id;
	int64_t seq;
	bool fetched;
	struct str namespace;
	int64_t op;
	struct str name;
	int64_t serial, created_at;
};
/* Of all sessions of an actor: local (s NULL: none) or fid (s NULL: none). */
must_check enum err q_event_list_of_actor(
    struct cx *, struct str local, struct str fid, struct event_item **, size_t *n);
extern const struct stmt *const q_event_stmts[];
#endif
