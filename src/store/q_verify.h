#ifndef MOTET_STORE_Q_VERIFY_H
#define MOTET_STORE_Q_VERIFY_H
#include "db/db.h"
/* The statements of q_verify.sql read whole tables, page by page, and with each row the values that
 * it must agree with. Missing texts have s NULL, missing blobs p NULL. */
enum verify_table {
	VERIFY_SERVER_KEY,
	VERIFY_IDCERT,
	VERIFY_SESSION,
	VERIFY_FOREIGN_SESSION,
	VERIFY_FOREIGN_CERT,
	VERIFY_KEY_PACKAGE,
	VERIFY_KEYMATERIAL,
	VERIFY_ACTOR,
	VERIFY_KEY_TRIAL,
	VERIFY_EVENT_COUNTER,
	VERIFY_INVITE,
	VERIFY_EVENT,
	VERIFY_TOTP,
	VERIFY_TOTP_RECOVERY,
	VERIFY_FEDERATION_TOKEN,
	VERIFY_REDEEMED_TOKEN,
	VERIFY_FOREIGN_SERVER,
	VERIFY_FOREIGN_ACTOR,
	VERIFY_SCHEMA_VERSION,
	VERIFY_TABLES
};
/* Every row begins with its key. */
struct verify_key {
	struct str a, b;
};
struct verify_server_key {
	struct verify_key key;
	int64_t serial;
	struct blob public_key, sealed, cert;
	int64_t not_before, not_after, ended_at;
	bool used;    /* the serial number is in serial_used */
	int64_t next; /* when the next server key began */
};
struct verify_idcert {
	struct verify_key key;
	int64_t serial;
	struct str session_id;
	struct blob public_key, cert;
	int64_t not_before, not_after;
	struct str local_name;
	struct blob signer; /* public key of the certificate's issuer, a server key */
	int64_t signer_before, signer_after, signer_ended;
	bool used;
	int64_t overlapping;
	bool never; /* the certificate was revoked before it began */
};
struct verify_session {
	struct verify_key key;
	/* the certificate exists; the token was ended; the certificate was revoked */
	bool there, ended, revoked;
};
struct verify_foreign_session {
	struct verify_key key;
	struct str fid, domain, session_id, serial;
	struct blob public_key, cert;
	int64_t not_after;
	struct str known; /* the stored CacheableIDCert with this serial number */
};
struct verify_foreign_cert {
	struct verify_key key; /* subject, serial */
	struct str domain, session_id, cacheable;
	int64_t not_before, not_after, invalidated_at, usable_until;
};
struct verify_key_package {
	struct verify_key key;
	int64_t suite;
	struct str extensions; /* "1,2,3" */
	struct blob ref, init_hash, tls;
	int64_t not_before, not_after;
	bool spent, live;
	struct str local_name;
	struct blob public_key, cert, server_cert;
	int64_t cert_after, now;
};
struct verify_keymaterial {
	struct verify_key key;
	struct str key_data;
	struct blob algorithm;
	struct str algorithms;
};
struct verify_actor {
	struct verify_key key;
	struct str local_name, password;
};
struct verify_key_trial {
	struct verify_key key; /* the text of the key trial, which was signed */
	struct str fid;
	struct blob signature;
	struct str local_name; /* name of the home actor with this certificate */
	struct blob public_key;
};
struct verify_event_counter {
	struct verify_key key;
	int64_t last, read, top; /* top: the highest number of an event */
};
struct verify_invite {
	struct verify_key key;
	int64_t used, came;
};
struct verify_event {
	struct verify_key key;
	int64_t seq, op;
	struct str ns, name, data; /* ns: namespace */
	int64_t serial;		   /* 0: the event is not about a certificate */
	bool counted, there; /* the event's session has a counter; the event's certificate exists */
};
struct verify_totp {
	struct verify_key key;
	int64_t actor_id;
	struct blob sealed;
	int64_t created_at, confirmed_at, last_step, now;
};
struct verify_totp_recovery {
	struct verify_key key;
	bool confirmed, used, tried; /* the factor is confirmed; used_at is set; attempt is set */
};
struct verify_federation_token {
	struct verify_key key;
	struct str jti, audience;
	int64_t issued_at, expires_at, deleted_at, redeemed_at, now;
};
struct verify_redeemed_token {
	struct verify_key key; /* iss, jti */
	int64_t redeemed_at, expires_at, now;
};
struct verify_foreign_server {
	struct verify_key key; /* place: a domain or an origin */
	struct str api, domain, serial, failure, said;
	struct str of; /* the domain of the certificate `serial` */
	bool fresh;
};
struct verify_foreign_actor {
	struct verify_key key; /* fid, session_id or "" */
	struct str domain;
};
struct verify_schema_version {
	struct verify_key key;
	int64_t version, compat;
	bool after; /* the version before this one was applied; true for the first version */
};
/*
 * Read at most `most` rows that follow the key `after` (empty texts: from the first row). *rows is
 * an array of the table's struct, each *size octets.
 */
must_check enum err q_verify_page(struct cx *, enum verify_table, const struct verify_key *after,
    int64_t most, void **rows, size_t *n, size_t *size);
/* Find the key that follows `after` in the table of this name; NULL: there is no key after it. */
must_check enum err q_verify_next_key(
    struct cx *, const char *table, const struct verify_key *after, const struct verify_key **);
must_check enum err q_verify_counts(struct cx *, int64_t n[VERIFY_TABLES]);
/* List the stored CacheableIDCerts of another home server's own certificates, the newest first. */
must_check enum err q_verify_home_certs(struct cx *, struct str domain, struct str **, size_t *n);
/* Is there a row of redeemed_token with this issuer and jti? */
must_check enum err q_verify_is_redeemed(struct cx *, struct str iss, struct str jti, bool *there);
extern const struct stmt *const q_verify_stmts[];
#endif
