#include "server/hash_queue.h"
#include "base/clock.h"

bool hash_queue_add(
    struct hash_queue *k, struct fcgi *f, const struct http_req *q, struct arena *mem)
{
	struct hash_waiting *x = malloc(sizeof *x);
	struct fcgi_exchange *exchange = x ? fcgi_park(f) : NULL;

	if (exchange == NULL) {
		free(x);
		return false;
	}
	*x = (struct hash_waiting){
		.q = *q, .mem = mem, .exchange = exchange, .since_us = clock_us()
	};
	if (k->last)
		k->last->next = x;
	else
		k->first = x;
	k->last = x;
	k->n++;
	return true;
}

struct hash_waiting *hash_queue_take(struct hash_queue *k, struct fcgi *f)
{
	struct hash_waiting *x = k->first;

	if (x == NULL)
		return NULL;
	k->first = x->next;
	if (k->first == NULL)
		k->last = NULL;
	k->n--;
	x->q.waited_us = clock_us() - x->since_us + 1;
	fcgi_resume(f, x->exchange, x->mem);
	return x;
}
