#ifndef MOTET_API_COMMON_RENDER_H
#define MOTET_API_COMMON_RENDER_H
#include "api/call.h"
#include "core/publish.h"
/* Every answer is made here. These functions return OK, so that a handler can end with one. */
struct json_object;
/* An answer for this caller only: Cache-Control: no-store. */
enum err reply_json(struct call *, int status, struct json_object *);
enum err reply_text(struct call *, int status, const char *type, struct str);
enum err reply_empty(struct call *, int status);
/*
 * A public answer, which may be cached: with ETag, Cache-Control and Vary; answers If-None-Match
 * (RFC 9110 13.1.2). If the GET had a body, the answer is no-store.
 */
enum err reply_public(struct call *, const char *type, struct str body, const char *cache);
/* `cache`: ask each time whether the copy is still right, so that a revocation is seen at once. */
#define CACHE_REVALIDATE "public, no-cache"
/* Answer with the error of c->cx->why. */
void reply_error(struct call *, enum err);
/* 201 {"id_cert": PEM, "idCert": PEM, "token": …}, without an empty token. */
enum err reply_grant(struct call *, const struct grant *);
/*
 * A CacheableIDCert (wire.md 2.5): the member names of the specification's prose and of
 * polyproto-rs 0.9 beside the current ones.
 */
struct json_object *render_cacheable(const struct call *, const struct published *);
/* A public answer of one or more of them, whose shape depends on the generation. */
enum err reply_cacheable(struct call *, struct json_object *);
/* A whole number of 64 bits, as the generation reads it. */
struct json_object *render_number(const struct call *, int64_t);
#endif
