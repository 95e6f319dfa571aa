#ifndef MOTET_SERVER_HASH_QUEUE_H
#define MOTET_SERVER_HASH_QUEUE_H
#include "fcgi/fcgi.h"
/* The requests of one worker that wait for a hashing slot. They do not occupy the worker, which
 * serves others meanwhile. First come, first served within a worker. */
enum { HASH_QUEUE_MAX = 512 }; /* for the sake of memory: some 50 kB each */
struct hash_waiting {
	struct http_req q;
	struct arena *mem; /* of its text */
	struct fcgi_exchange *exchange;
	int64_t since_us;
	struct hash_waiting *next;
};
struct hash_queue {
	struct hash_waiting *first, *last;
	int n;
};
/* Queue the current request of the transport, with its arena. False: it cannot be set aside. */
must_check bool hash_queue_add(
    struct hash_queue *, struct fcgi *, const struct http_req *, struct arena *mem);
/* Take the first one off, whose q.waited_us is set, and make it the current request of the
 * transport again. The caller frees it and its arena. NULL: there is none. */
struct hash_waiting *hash_queue_take(struct hash_queue *, struct fcgi *);
#endif
