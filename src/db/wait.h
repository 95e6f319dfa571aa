#ifndef MOTET_DB_WAIT_H
#define MOTET_DB_WAIT_H
#include "db/conn.h"
/* How long we wait for the database (db_share_pool()). Private to db/. */
/* Begin to wait for the database: sets the deadline. ERR_UNAVAILABLE: the request has no time left,
 * or the database hangs. wait_end() ends the wait. */
must_check enum err wait_begin(struct cx *);
void wait_end(struct cx *);
/* Has the deadline passed, or does the database hang while another worker is the scout? */
bool wait_is_over(struct db *);
/* Wait until the socket is ready for `events`; false: wait_is_over(), or deadline_us has passed. */
bool wait_for_socket(struct db *, int fd, short events, int64_t deadline_us);
#endif
