#ifndef MOTET_BASE_FETCH_H
#define MOTET_BASE_FETCH_H
#include "base/cx.h"
/*
 * Requests to other servers: the interface that net/ implements and core/ uses. One GET over https,
 * with limits on time and size (security.md 5). cx->fetch may be NULL (motetctl, tests); then no
 * other server can be asked.
 */
struct fetch_reply {
	int status;
	struct str body; /* in cx->mem */
	/* The server answered, or accepted the connection and closed it. Is set after an error,
	 * too. */
	bool reached;
	bool tried; /* false: not asked, as it did not answer recently. Set after an error, too */
	bool named; /* if tried: DNS has an address of the server, and the address is allowed */
};
struct fetcher {
	/*
	 * GET `url`, following at most `redirects` redirects. ERR_HOME_UNREACHABLE: no answer in
	 * time, TLS failed, or connections to its address are not allowed; the sentence names only
	 * the host. ERR_RETRY: too many workers are waiting for other servers. Both set
	 * cx->retry_after.
	 */
	enum err (*get)(
	    struct cx *, struct fetcher *, struct str url, int redirects, struct fetch_reply *);
	/*
	 * Begin a batch: several requests to one server. Takes one of the slots that all workers
	 * share; no other worker then asks this server. `known`: this server has given a good
	 * answer before. *waited: another worker was asking this server; before asking again, look
	 * for that answer in the cache. May be called again before leave(). Errors are those of
	 * get(). The pointers `enter` and `leave` may be NULL.
	 */
	enum err (*enter)(
	    struct cx *, struct fetcher *, struct str domain, bool known, bool *waited);
	void (*leave)(struct cx *, struct fetcher *);
	/* The server of this URL is up, because it has just signed something: ask it again even if
	 * it did not answer before. The pointer may be NULL. */
	void (*heard)(struct cx *, struct fetcher *, struct str url);
};
#endif
