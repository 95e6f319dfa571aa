#ifndef MOTET_STORE_Q_KEYPACKAGE_H
#define MOTET_STORE_Q_KEYPACKAGE_H
#include "db/db.h"
/* KeyPackages: rows of q_keypackage.sql. Giving one out is motet_claim() in schema/0005. */
struct keypackage_owner {
	struct blob cert, key, server_cert;
	int64_t not_after, now;
};
struct keypackage {
	int64_t suite;
	bool last_resort;
	const int64_t *extensions; /* that the leaf is capable of */
	size_t nextensions;
	struct blob ref, init_hash, tls;
	int64_t not_before, not_after; /* seconds since 1970, as far as a timestamp goes */
};
struct keypackages_added {
	bool live;	/* false: the certificate has ended meanwhile; nothing was added then */
	int64_t reused; /* place, from 1, of one whose init_key was used before; nothing was added
			   then */
	int64_t stock;	/* what the session would have; nothing was added when that is more than
			   `most` */
	struct str counts; /* "12;suite=1, 4;suite=3": what is in stock; s NULL: nothing but last
			      resorts */
};
struct keypackage_claim {
	struct blob token_hash;
	int64_t target_id; /* 0: by name */
	struct str target;
	const int64_t *suites, *extensions; /* suites NULL: any */
	size_t nsuites, nextensions;
	struct str address;
	int64_t pair_cost_ms, pair_burst, address_cost_ms,
	    address_burst; /* pair_cost_ms 0: no limits */
	bool look;	   /* say what would be answered, claim nothing */
	int64_t low;	   /* a stock below this is worth an event */
};
struct keypackage_given {
	bool found, allowed;
	int64_t wait;	       /* seconds, when not allowed */
	struct str session_id; /* s NULL: no KeyPackage for anybody */
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
/* *out NULL: the certificate is not live any more. */
must_check enum err q_keypackage_owner(
    struct cx *, int64_t actor_id, int64_t serial, struct keypackage_owner **out);
/* The arguments that n KeyPackages are to a statement: arrays, a member each. */
enum { KEYPACKAGE_ARGS = 8 };
void q_keypackage_args(
    struct cx *, const struct keypackage *, size_t n, struct arg out[KEYPACKAGE_ARGS]);
/* ERR_RETRY: somebody else added one of them this very moment. */
must_check enum err q_keypackage_add(struct cx *, int64_t actor_id, int64_t serial,
    const struct keypackage *, size_t n, int64_t most, struct keypackages_added **);
/* n 0: no such session. */
must_check enum err q_keypackage_claim(
    struct cx *, const struct keypackage_claim *, struct keypackage_given **, size_t *n);
/* local.s NULL: of everybody. */
must_check enum err q_keypackage_stats(
    struct cx *, struct str local, struct keypackage_stat **, size_t *n);
must_check enum err q_keypackage_stock(struct cx *, struct keypackage_stock **);
extern const struct stmt *const q_keypackage_stmts[];
#endif
