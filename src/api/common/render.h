#ifndef MOTET_API_COMMON_RENDER_H
#define MOTET_API_COMMON_RENDER_H
#include "api/call.h"
#include "core/publish.h"
/*
 * Every answer is made here. These functions return OK, so that a handler can return their result.
 */
struct json_object;
/* Answer with JSON that is for this caller only (Cache-Control: no-store). */
enum err reply_json(struct call *, int status, struct json_object *);
enum err reply_text(struct call *, int status, const char *type, struct str);
enum err reply_empty(struct call *, int status);
/*
 * Answer with a public body, which may be cached: set ETag, Cache-Control and Vary, and answer 304
 * if If-None-Match has this ETag (RFC 9110 13.1.2). If the GET had a body, the answer is no-store.
 */
enum err reply_public(struct call *, const char *type, struct str body, const char *cache);
/* A value for `cache`: caches must ask each time whether their copy is still current, so that
 * clients see a revocation at once. */
#define CACHE_REVALIDATE "public, no-cache"
/* Answer with the error that c->cx->why describes. */
void reply_error(struct call *, enum err);
/* Answer 201 {"id_cert": PEM, "idCert": PEM, "token": …}; an empty token is left out. */
enum err reply_grant(struct call *, const struct grant *);
/* Make a CacheableIDCert (wire.md 2.5). Besides the current member names, the object has those of
 * the specification's prose and of polyproto-rs 0.9. */
struct json_object *render_cacheable(const struct call *, const struct published *);
/* Answer with one or more CacheableIDCerts. The answer is public; its shape depends on the
 * generation. */
enum err reply_cacheable(struct call *, struct json_object *);
/* Make a 64-bit integer in the form that the generation reads: a JSON number or a string. */
struct json_object *render_number(const struct call *, int64_t);
#endif
