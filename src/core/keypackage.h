#ifndef MOTET_CORE_KEYPACKAGE_H
#define MOTET_CORE_KEYPACKAGE_H
#include "mls/mls_json.h"
#include "core/session.h"
#include "store/q_keypackage.h"
/*
 * The MLS delivery service: sessions upload KeyPackages, and other sessions claim each of them
 * once. An uploaded KeyPackage must pass every rule that a server can check
 * (mls_keypackage_check()) and is given out unchanged, byte for byte. A KeyPackage expires at the
 * latest when the certificate that it is bound to does.
 */
enum { KEYPACKAGES_AT_ONCE = 100 }; /* KeyPackages in one request, not in a session's stock */
struct keypackage_upload {
	const struct mls_input *v;
	size_t n;
	bool last_resort; /* whether KeyPackages whose says_last_resort is false are last resorts */
	bool *kept;	  /* NULL, or where redeem_token() tells whether this server stores the
			     KeyPackages */
};
/*
 * Add all or none to the session's stock. `counts` is then the stock per suite, without last
 * resorts: "12;suite=1, 4;suite=3" (a list of RFC 9651), or "0". A KeyPackage that is stored
 * already is no error. ERR_BAD_REQUEST names the index and the rule; *bad is the index.
 * ERR_CONFLICT: the stock would be too large. ERR_UNAUTHORIZED: the session has ended.
 */
must_check enum err keypackage_add(struct cx *, const struct session *,
    const struct keypackage_upload *, struct str *counts, size_t *bad);
/*
 * Take the session's KeyPackages, last resorts too, out of its stock: for a device that has lost
 * their private keys. *n is their number. None of them can be uploaded again.
 */
must_check enum err keypackage_withdraw(struct cx *, const struct session *, int64_t *n);
/*
 * Check KeyPackages against a certificate whose session need not exist yet, and make rows of them:
 * the part of keypackage_add() before the database, for callers that store them in their own
 * statement.
 */
must_check enum err keypackage_prepare(struct cx *, struct str fid, const struct keypackage_owner *,
    const struct keypackage_upload *, struct keypackage **out, size_t *bad);
/* Do only the checks of keypackage_prepare(), before a session exists. */
must_check enum err keypackage_check(struct cx *, struct str fid, const struct keypackage_owner *,
    const struct mls_input *, size_t n, size_t *bad);

struct keypackage_filter {
	const int64_t *suites; /* NULL: any */
	size_t nsuites;
	const int64_t *extensions; /* types that the KeyPackage must list in its capabilities */
	size_t nextensions;
};
/*
 * Claim one KeyPackage of each open session of `user` (federation ID, local name or Snowflake),
 * except the claimant's own session; sessions without KeyPackages are left out. The same statement
 * looks up the token and counts the limits: after ERR_UNAUTHORIZED, ERR_NOT_FOUND and
 * ERR_RATE_LIMITED nothing is consumed or counted.
 */
must_check enum err keypackage_claim(struct cx *, struct blob token_hash, struct str user,
    struct str address, const struct keypackage_filter *, struct keypackage_given **, size_t *n);
/* Return what keypackage_claim() would return, without claiming or counting. */
must_check enum err keypackage_may_claim(
    struct cx *, struct blob token_hash, struct str user, struct str address);
/* Get the total stock of all actors; list the stock of one actor or (local.s NULL) of all actors by
 * session. */
must_check enum err keypackage_stock(struct cx *, struct keypackage_stock **);
must_check enum err keypackage_stats(
    struct cx *, struct str local, struct keypackage_stat **, size_t *n);
#endif
