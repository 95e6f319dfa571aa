#include "api/common/render.h"
#include "api/routes.h"
#include "core/actor.h"
#include "core/federation_token.h"
#include <json-c/json.h>

/* GET /token/status: does this server issue federation tokens? */
enum err p2core_get_token_status(struct call *c)
{
	struct json_object *o;
	bool enabled;

	TRY(federation_token_status(c->cx, &enabled));
	o = json_object_new_object();
	json_object_object_add(o, "enabled", json_object_new_boolean(enabled));
	return reply_public(c, "application/json", json_text(c->cx, o), CACHE_REVALIDATE);
}

/* PUT /token/status: switch issuing on or off. */
struct status_body {
	bool enabled;
};
SHAPE(status_body,
    F_BOOL(status_body, enabled, .flags = REQUIRED, .about = "may actors get federation tokens?"));

enum err p2core_put_token_status(struct call *c)
{
	const struct status_body *in = c->in;

	TRY(federation_token_switch(c->cx, in->enabled));
	return reply_empty(c, 204);
}

/* POST /token: a federation token for a session on another server. */
struct server_body {
	struct str server;
};
SHAPE(server_body,
    F_STR(server_body, server, .flags = REQUIRED, .min = 1, .max = 512,
	.about = "URL of the server that the token is for: https://example.org"));

enum err p2core_post_token(struct call *c)
{
	const struct server_body *in = c->in;
	struct blob asker;
	struct str token;

	TRY(session_hash_token(c->cx, http_bearer(c->req->authorization), &asker));
	TRY(federation_token_issue(c->cx, c->who, asker, in->server, &token));
	return reply_json(c, 201, json_from_str(token));
}

/* Is return=representation (RFC 7240) among the preferences? */
static bool wants_representation(struct str prefer)
{
	struct str one, name;

	while (str_next_word(&prefer, &one)) {
		str_cut(one, ';', &name, &one);
		if (str_ieq(str_trim(name), STR("return=representation")))
			return true;
	}
	return false;
}

/*
 * A 204 has no content, whatever the tables of the specification say (protocol.md 2.5): the count
 * is in a header and, with Prefer: return=representation, in the body of a 200.
 */
static enum err delete_tokens_and_reply(struct call *c, int64_t actor_id)
{
	int64_t n;

	TRY(federation_token_delete(c->cx, actor_id, &n));
	if (wants_representation(c->req->prefer)) {
		reply_json(c, 200, json_object_new_int64(n));
		http_set(c->cx, c->resp, "Preference-Applied", "return=representation");
	} else
		reply_empty(c, 204);
	http_set(c->cx, c->resp, "X-P2-Deleted-Count", "%lld", (long long)n);
	return OK;
}

enum err p2core_delete_token_me(struct call *c)
{
	return delete_tokens_and_reply(c, c->who->actor_id);
}

enum err p2core_delete_token_all(struct call *c)
{
	return delete_tokens_and_reply(c, 0);
}

enum err p2core_delete_token(struct call *c)
{
	struct actor_ref who;

	TRY(actor_find(c->cx, "user_id", c->path[0], &who));
	return delete_tokens_and_reply(c, who.id);
}
