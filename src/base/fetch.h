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
	/* The server answered, or accepted the connection and closed it. This is set after an
	 * error, too. */
	bool reached;
	bool tried; /* false: the server was not asked, since it recently did not answer. Is set
		       after an error, too */
	bool named; /* if tried: DNS has an address of the server, and the address is allowed */
};
struct fetcher {
	/*
	 * GET `url`, following at most `redirects` redirects. ERR_HOME_UNREACHABLE: the server did
	 * not answer in time, TLS failed, or connections to its address are not allowed; the
	 * sentence names only the host. ERR_RETRY: too many workers are waiting for other servers.
	 * Both set cx->retry_after.
	 */
	enum err (*get)(
	    struct cx *, struct fetcher *, struct str url, int redirects, struct fetch_reply *);
	/*
	 * Begin a batch: several requests to one server. Takes one of the slots that all workers
	 * share; no other worker then asks the same server. `known`: the server to be asked
	 * has given a good answer before. *waited: another worker was asking this server; before
	 * asking again, look for that answer in the cache. It may be called again before leave().
	 * The errors of enter() are those of get(). The pointers `enter` and `leave` may be NULL.
	 */
	enum err (*enter)(
	    struct cx *, struct fetcher *, struct str domain, bool known, bool *waited);
	void (*leave)(struct cx *, struct fetcher *);
	/* Note that the server of this URL is up, because it has just signed something: from now on
	 * it is asked again even if it recently did not answer. The pointer may be NULL. */
	void (*heard)(struct cx *, struct fetcher *, struct str url);
};
#endif
