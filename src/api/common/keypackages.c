#include "api/common/keypackages.h"
#include "api/routes.h"
#include "base/conf.h"
#include "shm/limits.h"
#include <json-c/json.h>

enum err keypackages_get_list(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct keypackages_body *b = out;

	(void)f;
	bool list = json_object_is_type(v, json_type_array);
	/* An array of numbers is one KeyPackage: its octets. */
	bool one = !list || json_object_is_type(json_object_array_get_idx(v, 0), json_type_int);
	b->n = one ? 1 : json_object_array_length(v);
	if (b->n == 0 || b->n > KEYPACKAGES_AT_ONCE)
		return refuse(cx, ERR_BAD_REQUEST, MLS_FIELD,
		    "Send an array of 1 to %d KeyPackages.", KEYPACKAGES_AT_ONCE);
	b->v = arena_alloc(cx->mem, b->n * sizeof *b->v);
	for (size_t i = 0; i < b->n; i++)
		b->v[i] = one ? v : json_object_array_get_idx(v, i);
	return OK;
}
static enum err parse_keypackages_body(
    struct cx *cx, const struct shape *sh, struct str text, void *out)
{
	struct json_object *v;

	TRY(json_parse(cx, text, &v));
	return keypackages_get_list(cx, &sh->fields[0], v, out);
}
SHAPE_BY(keypackages_body, parse_keypackages_body, "KeyPackages", NULL,
    { .name = "key_package",
	.type = FT_CUSTOM,
	.get = keypackages_get_list,
	.flags = REQUIRED,
	.as = "KeyPackages" });

enum err keypackages_decode(
    struct cx *cx, const struct keypackages_body *b, struct mls_input **out, size_t *bad)
{
	struct mls_input *v = *out = arena_alloc(cx->mem, b->n * sizeof *v);
	char say[sizeof cx->why.say];

	for (*bad = 0; *bad < b->n; ++*bad) {
		enum err e = mls_json_read_keypackage(cx, MLS_FIELD, b->v[*bad], &v[*bad]);
		if (e != ERR_BAD_REQUEST) {
			TRY(e);
			continue;
		}
		snprintf(say, sizeof say, "%s", cx->why.say);
		return refuse(cx, e, MLS_FIELD, "KeyPackage %zu: %s", *bad, say);
	}
	return OK;
}

enum err keypackages_store(struct call *c, bool last_resort, int status)
{
	struct keypackage_upload u = { .last_resort = last_resort };
	const struct keypackages_body *in = c->in;
	struct mls_input *v;
	struct str counts;
	size_t bad;

	if (last_resort && in->n != 1)
		return refuse(c->cx, ERR_BAD_REQUEST, MLS_FIELD,
		    "Send one KeyPackage here: a session has one last-resort KeyPackage.");
	TRY(keypackages_decode(c->cx, in, &v, &bad));
	u.v = v;
	u.n = in->n;
	TRY(keypackage_add(c->cx, c->who, &u, &counts, &bad));
	reply_empty(c, status);
	http_set(c->cx, c->resp, "X-P2-KeyPackage-Count", "%.*s", (int)counts.n, counts.s);
	return OK;
}

enum err keypackages_withdraw(struct call *c)
{
	int64_t n;

	TRY(keypackage_withdraw(c->cx, c->who, &n));
	reply_empty(c, 204);
	http_set(c->cx, c->resp, "X-P2-Deleted-Count", "%lld", (long long)n);
	return OK;
}

enum err keypackages_claim(struct call *c, const struct keypackage_filter *f,
    struct keypackage_given **out, size_t *n, bool *head)
{
	struct str address = limits_address_key(c->cx->mem, c->req->remote);

	*head = c->req->head;
	if (!*head)
		return keypackage_claim(c->cx, c->token_hash, c->path[0], address, f, out, n);
	TRY(keypackage_may_claim(c->cx, c->token_hash, c->path[0], address));
	return reply_text(c, 200, "application/json", STR(""));
}
