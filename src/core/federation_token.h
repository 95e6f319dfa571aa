#ifndef MOTET_CORE_FEDERATION_TOKEN_H
#define MOTET_CORE_FEDERATION_TOKEN_H
#include "core/session.h"
#include "store/q_federation_token.h"
/*
 * This file issues federation tokens (protocol.md 3.2). A home actor presents a federation token to
 * another server, once, to open a session there. Every token is stored, so that it can be listed
 * and deleted. A deletion takes effect at once on this server and on servers that ask
 * (federation_token_active(), GET /.motet/v1/introspect); on other servers the token works until it
 * expires.
 *
 * A token belongs to the session that asked for it. The token names that session's ID-Cert (cnf)
 * and opens only sessions for that certificate. The token is deleted when the session ends, is
 * revoked, or gets another session token or ID-Cert.
 */
/* Read or set whether tokens are issued. A change takes effect for all workers on all hosts as soon
 * as it is committed. */
must_check enum err federation_token_status(struct cx *, bool *enabled);
must_check enum err federation_token_switch(struct cx *, bool enabled);
/*
 * Issue a token, a compact JWS, for the server at the URL `server`: this server, or another one
 * that speaks polyproto. asker: the hash of the session's token. cx->now must be the database's
 * time. ERR_TOKENS_OFF; ERR_UNAUTHORIZED: the session has just ended; ERR_BAD_REQUEST, field
 * "server"; ERR_NOT_FEDERATED.
 */
must_check enum err federation_token_issue(
    struct cx *, const struct session *, struct blob asker, struct str server, struct str *token);
/* Delete the tokens that can still be redeemed, of one actor or (actor_id 0) of all; *deleted is
 * their number. */
must_check enum err federation_token_delete(struct cx *, int64_t actor_id, int64_t *deleted);
/* List tokens, including those that expired within the last day. actor_id 0: list the tokens of all
 * actors. */
must_check enum err federation_token_list(
    struct cx *, int64_t actor_id, struct federation_token_item **, size_t *n);
/* *active: can the token with this SHA-256 (hex) still be redeemed? *active is false when the token
 * is unknown. ERR_BAD_REQUEST, field "token_hash". */
must_check enum err federation_token_active(struct cx *, struct str hash, bool *active);
/* Get this server's origin, which `aud` of a token must equal. ERR_INTERNAL when public_url has
 * none. */
must_check enum err federation_token_origin(struct cx *, struct str *origin);
#endif
