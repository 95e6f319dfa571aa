#include "store/q_verify.h"
#include "store/q_verify.sql.h"
#include "store/store_run.h"

const struct stmt *const q_verify_stmts[] = STATEMENTS;

#define VERIFY_KEY_FIELDS(st) F_STR(st, key.a), F_STR(st, key.b)
ROW(verify_server_key, VERIFY_KEY_FIELDS(verify_server_key), F_I64(verify_server_key, serial),
    F_BLOB(verify_server_key, public_key), F_BLOB(verify_server_key, sealed),
    F_BLOB(verify_server_key, cert), F_I64(verify_server_key, not_before),
    F_I64(verify_server_key, not_after), F_I64(verify_server_key, ended_at),
    F_BOOL(verify_server_key, used), F_I64(verify_server_key, next));
ROW(verify_idcert, VERIFY_KEY_FIELDS(verify_idcert), F_I64(verify_idcert, serial),
    F_STR(verify_idcert, session_id), F_BLOB(verify_idcert, public_key),
    F_BLOB(verify_idcert, cert), F_I64(verify_idcert, not_before), F_I64(verify_idcert, not_after),
    F_STR(verify_idcert, local_name), F_BLOB(verify_idcert, signer),
    F_I64(verify_idcert, signer_before), F_I64(verify_idcert, signer_after),
    F_I64(verify_idcert, signer_ended), F_BOOL(verify_idcert, used),
    F_I64(verify_idcert, overlapping), F_BOOL(verify_idcert, never));
ROW(verify_session, VERIFY_KEY_FIELDS(verify_session), F_BOOL(verify_session, there),
    F_BOOL(verify_session, ended), F_BOOL(verify_session, revoked));
ROW(verify_foreign_session, VERIFY_KEY_FIELDS(verify_foreign_session),
    F_STR(verify_foreign_session, fid), F_STR(verify_foreign_session, domain),
    F_STR(verify_foreign_session, session_id), F_STR(verify_foreign_session, serial),
    F_BLOB(verify_foreign_session, public_key), F_BLOB(verify_foreign_session, cert),
    F_I64(verify_foreign_session, not_after), F_STR(verify_foreign_session, known));
ROW(verify_foreign_cert, VERIFY_KEY_FIELDS(verify_foreign_cert), F_STR(verify_foreign_cert, domain),
    F_STR(verify_foreign_cert, session_id), F_STR(verify_foreign_cert, cacheable),
    F_I64(verify_foreign_cert, not_before), F_I64(verify_foreign_cert, not_after),
    F_I64(verify_foreign_cert, invalidated_at), F_I64(verify_foreign_cert, usable_until));
ROW(verify_key_package, VERIFY_KEY_FIELDS(verify_key_package), F_I64(verify_key_package, suite),
    F_STR(verify_key_package, extensions), F_BLOB(verify_key_package, ref),
    F_BLOB(verify_key_package, init_hash), F_BLOB(verify_key_package, tls),
    F_I64(verify_key_package, not_before), F_I64(verify_key_package, not_after),
    F_BOOL(verify_key_package, spent), F_BOOL(verify_key_package, live),
    F_STR(verify_key_package, local_name), F_BLOB(verify_key_package, public_key),
    F_BLOB(verify_key_package, cert), F_BLOB(verify_key_package, server_cert),
    F_I64(verify_key_package, cert_after), F_I64(verify_key_package, now));
ROW(verify_keymaterial, VERIFY_KEY_FIELDS(verify_keymaterial), F_STR(verify_keymaterial, key_data),
    F_BLOB(verify_keymaterial, algorithm), F_STR(verify_keymaterial, algorithms));
ROW(verify_actor, VERIFY_KEY_FIELDS(verify_actor), F_STR(verify_actor, local_name),
    F_STR(verify_actor, password));
ROW(verify_key_trial, VERIFY_KEY_FIELDS(verify_key_trial), F_STR(verify_key_trial, fid),
    F_BLOB(verify_key_trial, signature), F_STR(verify_key_trial, local_name),
    F_BLOB(verify_key_trial, public_key));
ROW(verify_event_counter, VERIFY_KEY_FIELDS(verify_event_counter),
    F_I64(verify_event_counter, last), F_I64(verify_event_counter, read),
    F_I64(verify_event_counter, top));
ROW(verify_invite, VERIFY_KEY_FIELDS(verify_invite), F_I64(verify_invite, used),
    F_I64(verify_invite, came));
ROW(verify_event, VERIFY_KEY_FIELDS(verify_event), F_I64(verify_event, seq),
    F_I64(verify_event, op), F_STR(verify_event, ns), F_STR(verify_event, name),
    F_STR(verify_event, data), F_I64(verify_event, serial), F_BOOL(verify_event, counted),
    F_BOOL(verify_event, there));
ROW(verify_totp, VERIFY_KEY_FIELDS(verify_totp), F_I64(verify_totp, actor_id),
    F_BLOB(verify_totp, sealed), F_I64(verify_totp, created_at), F_I64(verify_totp, confirmed_at),
    F_I64(verify_totp, last_step), F_I64(verify_totp, now));
ROW(verify_totp_recovery, VERIFY_KEY_FIELDS(verify_totp_recovery),
    F_BOOL(verify_totp_recovery, confirmed), F_BOOL(verify_totp_recovery, used),
    F_BOOL(verify_totp_recovery, tried));
ROW(verify_federation_token, VERIFY_KEY_FIELDS(verify_federation_token),
    F_STR(verify_federation_token, jti), F_STR(verify_federation_token, audience),
    F_I64(verify_federation_token, issued_at), F_I64(verify_federation_token, expires_at),
    F_I64(verify_federation_token, deleted_at), F_I64(verify_federation_token, redeemed_at),
    F_I64(verify_federation_token, now));
ROW(verify_redeemed_token, VERIFY_KEY_FIELDS(verify_redeemed_token),
    F_I64(verify_redeemed_token, redeemed_at), F_I64(verify_redeemed_token, expires_at),
    F_I64(verify_redeemed_token, now));
ROW(verify_foreign_server, VERIFY_KEY_FIELDS(verify_foreign_server),
    F_STR(verify_foreign_server, api), F_STR(verify_foreign_server, domain),
    F_STR(verify_foreign_server, serial), F_STR(verify_foreign_server, failure),
    F_STR(verify_foreign_server, said), F_STR(verify_foreign_server, of),
    F_BOOL(verify_foreign_server, fresh));
ROW(verify_foreign_actor, VERIFY_KEY_FIELDS(verify_foreign_actor),
    F_STR(verify_foreign_actor, domain));
ROW(verify_schema_version, VERIFY_KEY_FIELDS(verify_schema_version),
    F_I64(verify_schema_version, version), F_I64(verify_schema_version, compat),
    F_BOOL(verify_schema_version, after));

static const struct {
	const struct stmt *st;
	const struct shape *row;
} verify_statements[VERIFY_TABLES] = {
	[VERIFY_SERVER_KEY] = { &sql_verify_server_key, &verify_server_key_shape },
	[VERIFY_IDCERT] = { &sql_verify_idcert, &verify_idcert_shape },
	[VERIFY_SESSION] = { &sql_verify_session, &verify_session_shape },
	[VERIFY_FOREIGN_SESSION] = { &sql_verify_foreign_session, &verify_foreign_session_shape },
	[VERIFY_FOREIGN_CERT] = { &sql_verify_foreign_cert, &verify_foreign_cert_shape },
	[VERIFY_KEY_PACKAGE] = { &sql_verify_key_package, &verify_key_package_shape },
	[VERIFY_KEYMATERIAL] = { &sql_verify_key_material, &verify_keymaterial_shape },
	[VERIFY_ACTOR] = { &sql_verify_actor, &verify_actor_shape },
	[VERIFY_KEY_TRIAL] = { &sql_verify_key_trial, &verify_key_trial_shape },
	[VERIFY_EVENT_COUNTER] = { &sql_verify_event_counter, &verify_event_counter_shape },
	[VERIFY_INVITE] = { &sql_verify_invite, &verify_invite_shape },
	[VERIFY_EVENT] = { &sql_verify_event, &verify_event_shape },
	[VERIFY_TOTP] = { &sql_verify_totp, &verify_totp_shape },
	[VERIFY_TOTP_RECOVERY] = { &sql_verify_totp_recovery, &verify_totp_recovery_shape },
	[VERIFY_FEDERATION_TOKEN] = { &sql_verify_federation_token,
	    &verify_federation_token_shape },
	[VERIFY_REDEEMED_TOKEN] = { &sql_verify_redeemed_token, &verify_redeemed_token_shape },
	[VERIFY_FOREIGN_SERVER] = { &sql_verify_foreign_server, &verify_foreign_server_shape },
	[VERIFY_FOREIGN_ACTOR] = { &sql_verify_foreign_actor, &verify_foreign_actor_shape },
	[VERIFY_SCHEMA_VERSION] = { &sql_verify_schema_version, &verify_schema_version_shape },
};

enum err q_verify_page(struct cx *cx, enum verify_table t, const struct verify_key *after,
    int64_t most, void **rows, size_t *n, size_t *size)
{
	const struct arg a[] = { arg_str(after->a), arg_str(after->b), arg_i64(cx, most) };

	*size = verify_statements[t].row->size;
	return STORE_RUN(cx, verify_statements[t].st, a, verify_statements[t].row, rows, n);
}

ROW(verify_key, F_STR(verify_key, a), F_STR(verify_key, b));

enum err q_verify_next_key(
    struct cx *cx, const char *table, const struct verify_key *after, const struct verify_key **out)
{
	const struct arg a[] = { arg_str(str_of(table)), arg_str(after->a), arg_str(after->b) };
	struct verify_key *key;
	size_t n;

	TRY(STORE_RUN(cx, &sql_verify_next_key, a, &verify_key_shape, &key, &n));
	*out = key;
	return OK;
}

struct verify_count {
	int64_t n;
};
ROW(verify_count, F_I64(verify_count, n));

enum err q_verify_counts(struct cx *cx, int64_t out[VERIFY_TABLES])
{
	struct verify_count *c;
	size_t n;

	TRY(store_run(cx, &sql_verify_counts, NULL, 0, &verify_count_shape, (void **)&c, &n));
	for (size_t i = 0; i < VERIFY_TABLES; i++)
		out[i] = i < n ? c[i].n : 0;
	return OK;
}

struct verify_home_cert {
	struct str cacheable;
};
ROW(verify_home_cert, F_STR(verify_home_cert, cacheable));

enum err q_verify_home_certs(struct cx *cx, struct str domain, struct str **out, size_t *n)
{
	const struct arg a[] = { arg_str(domain) };
	struct verify_home_cert *h;

	TRY(STORE_RUN(cx, &sql_verify_home_certs, a, &verify_home_cert_shape, &h, n));
	*out = arena_alloc(cx->mem, *n * sizeof **out + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = h[i].cacheable;
	return OK;
}

struct verify_redeemed {
	bool there;
};
ROW(verify_redeemed, F_BOOL(verify_redeemed, there));

enum err q_verify_is_redeemed(struct cx *cx, struct str iss, struct str jti, bool *there)
{
	const struct arg a[] = { arg_str(iss), arg_str(jti) };
	struct verify_redeemed *r;
	size_t n;

	TRY(STORE_RUN(cx, &sql_verify_is_redeemed, a, &verify_redeemed_shape, &r, &n));
	*there = r->there;
	return OK;
}
