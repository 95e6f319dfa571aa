#ifndef MOTET_CORE_FEDERATION_TOKEN_H
#define MOTET_CORE_FEDERATION_TOKEN_H
#include "core/session.h"
#include "store/q_federation_token.h"
/*
 * Federation tokens as their issuer sees them (protocol.md 3.2): a home actor shows one to another
 * server, once, and has a session there. Every token is on record, so that it can be listed and
 * deleted. Where issuer and target are the same server a deletion holds at once; another target may
 * ask (federation_token_active(), GET /.motet/v1/introspect); one that does not is bounded by the
 * token's end.
 */
/* May tokens be issued at present? The switch holds for all workers on all hosts from the moment
 * its statement is done. */
must_check enum err federation_token_status(struct cx *, bool *enabled);
must_check enum err federation_token_switch(struct cx *, bool enabled);
/*
 * A compact JWS for the server at the URL `server`, which has to speak polyproto unless it is this
 * one. cx->now must have been set by the database. ERR_TOKENS_OFF; ERR_BAD_REQUEST, field "server";
 * ERR_NOT_FEDERATED.
 */
must_check enum err federation_token_issue(
    struct cx *, const struct session *, struct str server, struct str *token);
/* Those that could still be redeemed, of one actor or (actor_id 0) of everybody; how many they
 * were. */
must_check enum err federation_token_delete(struct cx *, int64_t actor_id, int64_t *deleted);
/* Also those that ended up to a day ago. actor_id 0: of everybody. */
must_check enum err federation_token_list(
    struct cx *, int64_t actor_id, struct federation_token_item **, size_t *n);
/* Does the token whose SHA-256 (in hex) this is still stand? No for one that never was.
 * ERR_BAD_REQUEST, field "token_hash". */
must_check enum err federation_token_active(struct cx *, struct str hash, bool *active);
/* The origin of this server: what `aud` must say here. ERR_INTERNAL when public_url is none. */
must_check enum err federation_token_origin(struct cx *, struct str *origin);
#endif
