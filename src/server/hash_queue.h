#ifndef MOTET_SERVER_HASH_QUEUE_H
#define MOTET_SERVER_HASH_QUEUE_H
#include "fcgi/fcgi.h"
/*
 * The requests of one worker that wait for a hashing slot. They do not occupy the worker, which
 * serves others meanwhile. Within a worker, the requests are served in the order in which they
 * came.
 */
enum { HASH_QUEUE_MAX = 512 }; /* requests; limits the memory, as each one needs some 50 kB */
struct hash_waiting {
	struct http_req q;
	struct arena *mem; /* holds the request's text */
	struct fcgi_exchange *exchange;
	int64_t since_us;
	struct hash_waiting *next;
};
struct hash_queue {
	struct hash_waiting *first, *last;
	int n;
};
/* Queue the current request of the transport, with its arena. False: the request cannot be set
 * aside. */
must_check bool hash_queue_add(
    struct hash_queue *, struct fcgi *, const struct http_req *, struct arena *mem);
/* Take the first request off the queue, set its q.waited_us, and make it the current request of the
 * transport again. The caller frees the struct and its arena. NULL: the queue is empty. */
struct hash_waiting *hash_queue_take(struct hash_queue *, struct fcgi *);
#endif
