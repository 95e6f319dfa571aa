#include "api/common/render.h"
#include "api/describe/about.h"
#include "api/describe/page_html.h"
#include "api/routes.h"
#include "base/conf.h"
#include "core/federation_token.h"
#include "core/identity.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include <json-c/json.h>

/* GET /: a page that describes this server. */
static enum err find_page_facts(struct cx *cx, struct page_facts *f)
{
	uint8_t hash[HASH_BYTES];
	struct server_key *k;

	TRY(identity_at(cx, -1, &k));
	TRY(federation_token_status(cx, &f->tokens));
	sha256(k->cert, hash);
	f->fingerprint = hex_encode(cx->mem, (struct blob){ hash, HASH_BYTES });
	f->until = k->not_after;
	return OK;
}

static enum err reply_page_facts(struct call *c, const struct page_facts *f)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();

	json_object_object_add(o, "domain", json_object_new_string(c->cx->conf->domain));
	json_object_object_add(o, "url", json_object_new_string(page_html_address(c->cx)));
	json_object_object_add(o, "software", json_object_new_string("motet " PACKAGE_VERSION));
	json_object_object_add(o, "generations", list);
	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++) {
		struct json_object *one = json_object_new_object();
		json_object_object_add(one, "name", json_object_new_string(g->text));
		json_object_object_add(one, "base",
		    json_object_new_string(
			arena_printf(c->cx->mem, "%s%s", page_html_address(c->cx), g->base)));
		if (g->base[0])
			json_object_array_add(list, one);
		else
			json_object_put(one);
	}
	json_object_object_add(o, "fingerprint", json_from_str(f->fingerprint));
	json_object_object_add(o, "until", json_object_new_int64(f->until));
	json_object_object_add(o, "registration",
	    json_object_new_string(page_html_registrations[c->cx->conf->registration].word));
	json_object_object_add(o, "tokens", json_object_new_boolean(f->tokens));
	return reply_public(c, "application/json", json_text(c->cx, o), CACHE_REVALIDATE);
}

/* If the database does not answer, the page has the status 503, so that it is not cached and
 * monitoring notices. */
enum err ops_get_page(struct call *c)
{
	static const char type[] = "text/html; charset=utf-8";
	struct page_facts f;
	enum err e = find_page_facts(c->cx, &f);

	if (http_accepts(c->req->accept, "application/json") &&
	    !http_accepts(c->req->accept, "text/html"))
		return e == OK ? reply_page_facts(c, &f) : e;
	if (e != OK && err_status(e) != 503)
		return e;
	if (e == OK)
		reply_public(c, type, page_html(c->cx, &f), CACHE_REVALIDATE);
	else
		reply_text(c, 503, type, page_html(c->cx, NULL));
	if (e != OK) {
		http_set(c->cx, c->resp, "X-P2-Error", "%s", err_code(e));
		http_set(c->cx, c->resp, "Retry-After", "2");
	}
	page_html_policy(c);
	return OK;
}
