#include "api/common/render.h"
#include "api/routes.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include "core/probe.h"
#include <json-c/json.h>

/*
 * /.motet/v1/probe/{token}/{text}: shows the request as motetd received it. `motetctl doctor URL`
 * compares this answer with the request that it sent through the web server. Only doctor has a
 * token; without a valid token the answer is 404. The answer has no secrets: Authorization is
 * hashed.
 */
static struct json_object *hash_probe_text(struct cx *cx, struct str text)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(text), hash);
	return json_from_str(hex_encode(cx->mem, (struct blob){ hash, sizeof hash }));
}

/* The probe's body is arbitrary, so the size of the answer is in the query: ?fill= */
static enum err make_probe_filling(struct call *c, struct str *out)
{
	struct str text;
	int64_t n = 0;
	bool there;

	TRY(http_query(c->cx, c->req->query, "fill", &text, &there));
	if (there && (!str_i64(text, &n) || n > 1048576))
		return refuse(
		    c->cx, ERR_BAD_REQUEST, "fill", "fill must be a number up to 1048576.");
	char *p = arena_alloc(c->cx->mem, (size_t)n + 1);
	memset(p, 'x', (size_t)n);
	*out = (struct str){ p, (size_t)n };
	return OK;
}

enum err ops_any_probe(struct call *c)
{
	const struct http_req *q = c->req;
	struct json_object *o;
	struct str fill;

	TRY(probe_take(c->cx, c->path[0]));
	TRY(make_probe_filling(c, &fill));
	o = json_object_new_object();
	json_object_object_add(o, "method", json_from_str(q->method_name));
	json_object_object_add(o, "target", json_from_str(q->target));
	json_object_object_add(o, "text", json_from_str(c->path[1]));
	json_object_object_add(o, "base_path", json_object_new_string(c->cx->conf->base_path));
	if (q->authorization.n)
		json_object_object_add(
		    o, "authorization", hash_probe_text(c->cx, q->authorization));
	json_object_object_add(o, "body_length", json_object_new_int64((int64_t)q->body.n));
	json_object_object_add(o, "body_sha256", hash_probe_text(c->cx, q->body));
	json_object_object_add(o, "host", json_from_str(q->host));
	json_object_object_add(o, "remote", json_from_str(q->remote));
	json_object_object_add(o, "https", json_object_new_boolean(q->https));
	json_object_object_add(o, "fill", json_from_str(fill));
	http_set(c->cx, c->resp, "X-Motet-Method", "%s", str_z(c->cx->mem, q->method_name));
	return reply_json(c, 200, o);
}
