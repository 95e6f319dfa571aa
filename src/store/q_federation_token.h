#ifndef MOTET_STORE_Q_FEDERATION_TOKEN_H
#define MOTET_STORE_Q_FEDERATION_TOKEN_H
#include "store/q_keypackage.h"
/* Federation tokens: the statements of q_federation_token.sql. */
must_check enum err q_federation_token_status(struct cx *, bool *enabled);
must_check enum err q_federation_token_switch(struct cx *, bool enabled);

/* `asker`: the hash of a session token. *cert: the ID-Cert (DER) of its session; p NULL: that
 * session has ended. */
must_check enum err q_federation_token_asker(
    struct cx *, struct blob asker, bool *enabled, struct blob *cert);

struct new_federation_token {
	int64_t actor_id;
	struct str jti, audience;
	struct blob token_hash;
	int64_t issued_at, expires_at;
	int64_t server_serial; /* serial number of the key that signed the token */
	struct blob asker;     /* hash of the session token that asked for this federation token */
	int64_t cert_serial;   /* serial number of that session's ID-Cert, which cnf names */
};
struct federation_token_issued {
	bool issued, enabled, current;
};
must_check enum err q_federation_token_issue(
    struct cx *, const struct new_federation_token *, struct federation_token_issued **);
/* Delete the tokens that can still be redeemed, of one actor or (actor_id 0) of all. */
must_check enum err q_federation_token_delete(struct cx *, int64_t actor_id, int64_t *deleted);

struct federation_token_item {
	struct str local_name, audience, jti;
	int64_t issued_at, expires_at, deleted_at, redeemed_at, now;
	bool stands; /* the token was neither deleted nor redeemed, and the session that asked for
			it has not ended */
};
/* List the tokens of one actor, or (actor_id 0) of all. */
must_check enum err q_federation_token_list(
    struct cx *, int64_t actor_id, struct federation_token_item **, size_t *n);
must_check enum err q_federation_token_active(struct cx *, struct blob token_hash, bool *active);

struct federation_token_key {
	struct blob public_key; /* p NULL: no server key has this serial number */
	int64_t now;
};
must_check enum err q_federation_token_key(
    struct cx *, int64_t serial, struct federation_token_key **);

/*
 * A redemption. `attempt`: the hash of the new session's token. ERR_CONFLICT: another redemption
 * for the same certificate committed first.
 */
struct redemption {
	struct str iss, jti;
	struct blob attempt;
	int64_t issued_at, expires_at;
	struct str fid, local_name, domain, session_id, serial_text;
	int64_t serial; /* home actors */
	struct blob public_key, cert;
	int64_t not_after;
	struct str event; /* foreign actors: the event NEW_SESSION, in JSON */
	/* Of home actors: the KeyPackages for the session's stock. The KeyPackages and the session
	 * are stored together, or nothing is stored. */
	const struct keypackage *packages;
	size_t npackages;
	int64_t most_packages;
};
struct redemption_result {
	bool opened, landed;
	int64_t told;
	bool stored; /* the KeyPackages were stored, if there are any */
};
/*
 * ERR_BAD_REQUEST: the init_key of a KeyPackage was used before. ERR_TOO_MANY: more KeyPackages
 * than a session may have. In both cases nothing is redeemed.
 */
must_check enum err q_federation_token_redeem_home(
    struct cx *, const struct redemption *, struct redemption_result **);
must_check enum err q_federation_token_redeem_foreign(
    struct cx *, const struct redemption *, struct redemption_result **);
extern const struct stmt *const q_federation_token_stmts[];
#endif
