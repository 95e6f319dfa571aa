#ifndef MOTET_API_COMMON_KEYPACKAGES_H
#define MOTET_API_COMMON_KEYPACKAGES_H
#include "api/common/render.h"
#include "core/keypackage.h"
/*
 * KeyPackages as all generations take them: an array of them in any form (mls_json.h), or one. Only
 * what a claim looks like differs, and the paths. The routes name the shape keypackages_body.
 */
struct keypackages_body {
	struct json_object *
	    *v; /* not decoded yet: the handler says what a faulty one is answered with */
	size_t n;
};
/* Decode all; ERR_BAD_REQUEST names the index, which is *bad then. */
must_check enum err keypackages_decode(
    struct cx *, const struct keypackages_body *, struct mls_input **, size_t *bad);
/* In a member of a body: an array of them, or one. `out` is a struct keypackages_body. */
enum err keypackages_get_list(struct cx *, const struct field *, struct json_object *, void *out);
/* Take them in: 201 without a body (204 for a last resort), what is in stock in
 * X-P2-KeyPackage-Count. */
enum err keypackages_store(struct call *, bool last_resort, int status);
/*
 * Claim for the route's {user}: one of each session. HEAD claims nothing and is answered 200 when a
 * GET would be allowed. Sets *head then, the answer being complete.
 */
must_check enum err keypackages_claim(struct call *, const struct keypackage_filter *,
    struct keypackage_given **, size_t *n, bool *head);
#endif
