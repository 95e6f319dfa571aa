#ifndef MOTET_API_COMMON_RENDER_H
#define MOTET_API_COMMON_RENDER_H
#include "api/call.h"
#include "core/publish.h"
/* Every answer leaves through here. Each returns OK, so that a handler can end with it. */
struct json_object;
/* Something that concerns one caller only: no-store. */
enum err reply_json(struct call *, int status, struct json_object *);
enum err reply_text(struct call *, int status, const char *type, struct str);
enum err reply_empty(struct call *, int status);
/*
 * Something that anybody may read and keep: with ETag, Cache-Control and Vary, answering
 * If-None-Match (RFC 9110 13.1.2). What a body of a GET has asked for is no-store.
 */
enum err reply_public(struct call *, const char *type, struct str body, const char *cache);
/* `cache`: ask each time whether the copy is still right, so that a revocation is seen at once. */
#define CACHE_REVALIDATE "public, no-cache"
/* The error of c->cx->why. */
void reply_error(struct call *, enum err);
/* {"id_cert": PEM, "token": …}, 201. */
enum err reply_grant(struct call *, const struct grant *);
/* A CacheableIDCert (wire.md 2.5), with the prose's names and those of polyproto-rs 0.9 beside the
 * current ones. */
struct json_object *render_cacheable(struct cx *, const struct published *);
#endif
