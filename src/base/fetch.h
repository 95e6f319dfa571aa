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
	bool reached; /* also after an error: it answered, or took the connection and closed it */
	bool tried;   /* also after an error: it was asked, and cx->why says what came of it */
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
	 * Begin an errand: several requests to one server, in one of the places that all workers
	 * share, and as the only worker that asks it. `known`: a domain that was good. *waited:
	 * somebody else was there; look whether the answer has come. May be called again before
	 * leave(). Errors are those of get(). May be NULL, like leave.
	 */
	enum err (*enter)(
	    struct cx *, struct fetcher *, struct str domain, bool known, bool *waited);
	void (*leave)(struct cx *, struct fetcher *);
	/* The server of this URL is there, as something that it has signed a moment ago shows: ask
	 * it again even if it did not answer before. May be NULL. */
	void (*heard)(struct cx *, struct fetcher *, struct str url);
};
#endif
