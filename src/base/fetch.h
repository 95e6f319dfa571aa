#ifndef MOTET_BASE_FETCH_H
#define MOTET_BASE_FETCH_H
#include "base/cx.h"
/*
 * Asking another server: what core/ sees of net/. One GET over https, no redirects unless allowed,
 * bounded in time and size (security.md 5). cx->fetch may be NULL (motetctl, tests): then nothing
 * foreign can be asked.
 */
struct fetch_reply {
	int status;
	struct str body; /* in the arena */
};
struct fetcher {
	/*
	 * ERR_HOME_UNREACHABLE: no answer, or none in time, or TLS failed, or its address may not
	 * be dialled; the sentence names the host only. ERR_RETRY: too many workers are waiting for
	 * other servers already.
	 */
	enum err (*get)(
	    struct cx *, struct fetcher *, struct str url, int redirects, struct fetch_reply *);
};
#endif
