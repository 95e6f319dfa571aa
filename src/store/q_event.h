#ifndef MOTET_STORE_Q_EVENT_H
#define MOTET_STORE_Q_EVENT_H
#include "db/db.h"
/*
 * Events: the statements of q_event.sql. The statements that cause an event add it
 * (motet_add_event() in schema/0002).
 */
struct event {
	int64_t seq;
	struct str namespace;
	int64_t op;
	struct str name, data; /* data: JSON; s NULL: the event is about a certificate */
	int64_t serial;	       /* serial number of the certificate that the event is about */
	struct blob cert;      /* the certificate that the event is about: an actor's … */
	int64_t invalidated_at;
	struct blob server_cert; /* … or the server's */
	int64_t old_ended_at;
	int64_t now, signer;
	int64_t first; /* events of this epoch have higher numbers */
};
enum { EVENTS_AT_ONCE = 100 };
/*
 * List at most EVENTS_AT_ONCE events with a number above `after`; after < 0: the events that the
 * session has not fetched yet. If there are no such events, *n is 1 and the seq of the only row is
 * 0.
 */
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
/* List the events of all sessions of the home actor `local` and of the foreign actor `fid`. An
 * actor whose s is NULL is left out. */
must_check enum err q_event_list_of_actor(
    struct cx *, struct str local, struct str fid, struct event_item **, size_t *n);
extern const struct stmt *const q_event_stmts[];
#endif
