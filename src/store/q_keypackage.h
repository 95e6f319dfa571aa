#ifndef MOTET_STORE_Q_KEYPACKAGE_H
#define MOTET_STORE_Q_KEYPACKAGE_H
#include "db/db.h"
/* KeyPackages: the statements of q_keypackage.sql. The function motet_claim_key_package() of the
 * schema makes a claim. */
struct keypackage_owner {
	struct blob cert, key, server_cert;
	int64_t not_after, now;
};
struct keypackage {
	int64_t suite;
	bool last_resort;
	const int64_t *extensions; /* the extension types that the leaf node supports */
	size_t nextensions;
	struct blob ref, init_hash, tls;
	int64_t not_before, not_after; /* seconds since 1970, within the range of a timestamp */
};
struct keypackages_added {
	/* false: the certificate is no longer live; nothing was added */
	bool live;
	/* index, from 1, of a KeyPackage whose init_key was used before: nothing was added. 0:
	 * there is no such KeyPackage */
	int64_t reused;
	/* the session's stock with these KeyPackages; if it would be more than `most`, nothing was
	 * added */
	int64_t stock;
	/* "12;suite=1, 4;suite=3": the stock for each suite; s NULL: only last resorts */
	struct str counts;
};
struct keypackage_claim {
	struct blob token_hash;
	int64_t target_id; /* 0: find the actor by name, `target` */
	struct str target;
	const int64_t *suites, *extensions; /* suites NULL: any */
	size_t nsuites, nextensions;
	struct str address;
	int64_t pair_cost_ms, pair_burst; /* the limit for this claimant and target; pair_cost_ms 0:
					     no limits at all */
	int64_t address_cost_ms, address_burst;
	bool look;   /* only tell what a claim would answer; claim and count nothing */
	int64_t low; /* a stock below this number causes an event */
};
struct keypackage_given {
	bool found, allowed;
	int64_t wait;	       /* seconds until a claim is allowed, if it is not allowed now */
	struct str session_id; /* s NULL: no KeyPackage was given */
	struct blob tls;
	bool last_resort;
};
struct keypackage_stat {
	struct str local_name, session_id;
	int64_t serial, suite, stock;
	bool last_resort, last_resort_used;
	int64_t spent;
};
struct keypackage_stock {
	int64_t stock, last_resorts;
};
/* *out NULL: the certificate is no longer live. */
must_check enum err q_keypackage_owner(
    struct cx *, int64_t actor_id, int64_t serial, struct keypackage_owner **out);
/* The arguments of a statement for n KeyPackages: one array for each member. */
enum { KEYPACKAGE_ARGS = 8 };
void q_keypackage_args(
    struct cx *, const struct keypackage *, size_t n, struct arg out[KEYPACKAGE_ARGS]);
/* ERR_RETRY: another request adds one of them at this moment. */
must_check enum err q_keypackage_add(struct cx *, int64_t actor_id, int64_t serial,
    const struct keypackage *, size_t n, int64_t most, struct keypackages_added **);
/* n 0: there is no such session. */
must_check enum err q_keypackage_claim(
    struct cx *, const struct keypackage_claim *, struct keypackage_given **, size_t *n);
/* Take all KeyPackages of a session out of its stock; *n is their number. */
must_check enum err q_keypackage_withdraw(
    struct cx *, int64_t actor_id, int64_t serial, int64_t *n);
/* Count the KeyPackages of one actor, or of all (local.s NULL), by session and suite. */
must_check enum err q_keypackage_stats(
    struct cx *, struct str local, struct keypackage_stat **, size_t *n);
must_check enum err q_keypackage_stock(struct cx *, struct keypackage_stock **);
extern const struct stmt *const q_keypackage_stmts[];
#endif
