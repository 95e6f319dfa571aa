#ifndef MOTET_CORE_KEYPACKAGE_H
#define MOTET_CORE_KEYPACKAGE_H
#include "mls/mls_json.h"
#include "core/session.h"
#include "store/q_keypackage.h"
/*
 * The delivery service's half of MLS: sessions leave KeyPackages here, others claim them, each
 * once. What is taken in has passed every rule that a server can check (mls_keypackage_check());
 * what is given out is the same bytes. The certificate that a KeyPackage is bound to takes it along
 * when it ends.
 */
enum {
	KEYPACKAGES_AT_ONCE = 100
}; /* in one request; conf: keypackage_stock bounds what a session may have in all */
struct keypackage_upload {
	const struct mls_input *v;
	size_t n;
	bool last_resort; /* what those are that do not say themselves */
};
/*
 * Add all or none to the session's store; `counts` is then how many of which suite are in stock,
 * without last resorts: "12;suite=1, 4;suite=3" (a list of RFC 9651), or "0". What is there already
 * is no error. ERR_BAD_REQUEST names the index and the rule; *bad is that index. ERR_CONFLICT: more
 * than the stock may hold. ERR_UNAUTHORIZED: the session has ended.
 */
must_check enum err keypackage_add(struct cx *, const struct session *,
    const struct keypackage_upload *, struct str *counts, size_t *bad);
/*
 * Check them against the certificate of a session that may not be there yet, and make rows of them:
 * what keypackage_add() does before it stores them, for whoever stores them together with something
 * else.
 */
must_check enum err keypackage_prepare(struct cx *, struct str fid, const struct keypackage_owner *,
    const struct keypackage_upload *, struct keypackage **out, size_t *bad);
/*
 * Would they be taken? What of keypackage_add() needs no database but the session's certificate;
 * for whoever has to know before a session is there.
 */
must_check enum err keypackage_check(struct cx *, struct str fid, const struct keypackage_owner *,
    const struct mls_input *, size_t n, size_t *bad);

struct keypackage_filter {
	const int64_t *suites; /* NULL: any */
	size_t nsuites;
	const int64_t *extensions; /* that the member must be capable of */
	size_t nextensions;
};
/*
 * One of each session of `user` (federation ID, local name or Snowflake) that has a token, but the
 * claimant's own; sessions without any are left out. The token is looked up and the limits are
 * counted by the same statement: ERR_UNAUTHORIZED, ERR_NOT_FOUND, ERR_RATE_LIMITED consume and
 * count nothing.
 */
must_check enum err keypackage_claim(struct cx *, struct blob token_hash, struct str user,
    struct str address, const struct keypackage_filter *, struct keypackage_given **, size_t *n);
/* Would it be refused? Claims and counts nothing. */
must_check enum err keypackage_may_claim(
    struct cx *, struct blob token_hash, struct str user, struct str address);
/* How many can be given out, of everybody. */
must_check enum err keypackage_stock(struct cx *, struct keypackage_stock **);
must_check enum err keypackage_stats(
    struct cx *, struct str local, struct keypackage_stat **, size_t *n);
#endif
