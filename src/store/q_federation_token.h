#ifndef MOTET_STORE_Q_FEDERATION_TOKEN_H
#define MOTET_STORE_Q_FEDERATION_TOKEN_H
#include "store/q_keypackage.h"
/* Federation tokens: rows of q_federation_token.sql. */
must_check enum err q_federation_token_status(struct cx *, bool *enabled);
must_check enum err q_federation_token_switch(struct cx *, bool enabled);

struct new_federation_token {
	int64_t actor_id;
	struct str jti, audience;
	struct blob token_hash;
	int64_t issued_at, expires_at;
	int64_t server_serial; /* of the key that signed it */
};
struct federation_token_issued {
	bool issued, enabled, current;
};
must_check enum err q_federation_token_issue(
    struct cx *, const struct new_federation_token *, struct federation_token_issued **);
/* Those that could still be redeemed; actor_id 0: everybody's. */
must_check enum err q_federation_token_delete(struct cx *, int64_t actor_id, int64_t *deleted);

struct federation_token_item {
	struct str local_name, audience, jti;
	int64_t issued_at, expires_at, deleted_at, redeemed_at, now;
};
/* actor_id 0: of everybody. */
must_check enum err q_federation_token_list(
    struct cx *, int64_t actor_id, struct federation_token_item **, size_t *n);
must_check enum err q_federation_token_active(struct cx *, struct blob token_hash, bool *active);

struct federation_token_key {
	struct blob public_key; /* p NULL: no key of ours has that serial */
	int64_t now;
};
must_check enum err q_federation_token_key(
    struct cx *, int64_t serial, struct federation_token_key **);

/* `attempt` is the hash of the session token that comes of it. ERR_CONFLICT: another redemption for
 * the same certificate was faster. */
struct redemption {
	struct str iss, jti;
	struct blob attempt;
	int64_t issued_at, expires_at;
	struct str fid, local_name, domain, session_id, serial_text;
	int64_t serial; /* home actors */
	struct blob public_key, cert;
	int64_t not_after;
	struct str event; /* foreign actors: JSON of NEW_SESSION */
	const struct keypackage
	    *packages; /* home actors: for the session's stock, all or none with the rest */
	size_t npackages;
	int64_t most_packages;
};
struct redemption_result {
	bool opened, landed;
	int64_t told;
	bool stored; /* the KeyPackages, if there were any */
};
/* ERR_BAD_REQUEST: an init_key of a KeyPackage was used before; ERR_TOO_MANY: more of them than a
 * session may have. Nothing is redeemed then. */
must_check enum err q_federation_token_redeem_home(
    struct cx *, const struct redemption *, struct redemption_result **);
must_check enum err q_federation_token_redeem_foreign(
    struct cx *, const struct redemption *, struct redemption_result **);
must_check enum err q_federation_token_was_redeemed(
    struct cx *, const struct redemption *, bool *landed);
extern const struct stmt *const q_federation_token_stmts[];
#endif
