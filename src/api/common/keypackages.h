#ifndef MOTET_API_COMMON_KEYPACKAGES_H
#define MOTET_API_COMMON_KEYPACKAGES_H
#include "api/common/render.h"
#include "core/keypackage.h"
/*
 * Upload and claim of KeyPackages, for all generations. An upload is an array of KeyPackages in any
 * form (mls_json.h), or a single KeyPackage. All routes take the shape keypackages_body; only their
 * paths and their answers to a claim differ.
 */
struct keypackages_body {
	/* The KeyPackages of a body. The handler decodes the KeyPackages, because the answer to a
	 * faulty one depends on the handler. */
	struct json_object **v;
	size_t n;
};
/*
 * Decode all KeyPackages of the body. ERR_BAD_REQUEST: *bad is the index of the faulty KeyPackage.
 */
must_check enum err keypackages_decode(
    struct cx *, const struct keypackages_body *, struct mls_input **, size_t *bad);
/* Decode a member with an array of KeyPackages, or with a single KeyPackage. `out` is a struct
 * keypackages_body. */
enum err keypackages_get_list(struct cx *, const struct field *, struct json_object *, void *out);
/*
 * Store the KeyPackages of c->in and answer `status` without a body; X-P2-KeyPackage-Count has the
 * session's stock.
 */
enum err keypackages_store(struct call *, bool last_resort, int status);
/* Withdraw the stock of the caller's session. The answer is a 204; X-P2-Deleted-Count is the number
 * of KeyPackages withdrawn. */
must_check enum err keypackages_withdraw(struct call *);
/*
 * Claim one KeyPackage of each session of the actor in c->path[0]. HEAD claims nothing and is
 * answered 200 if a GET would be allowed; then *head is true and the answer is complete.
 */
must_check enum err keypackages_claim(struct call *, const struct keypackage_filter *,
    struct keypackage_given **, size_t *n, bool *head);
#endif
