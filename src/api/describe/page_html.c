#include "api/describe/page_html.h"
#include "api/describe/about.h"
#include "api/describe/page_style.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include <time.h>

const struct page_registration page_html_registrations[] = {
	[REGISTRATION_OPEN] = { "open", "Open", "Anyone may register." },
	[REGISTRATION_INVITE] = { "invite", "By invite", "Anyone with an invite may register." },
	[REGISTRATION_CLOSED] = { "closed", "Closed", "Only the operator adds actors." },
};

const char *page_html_address(struct cx *cx)
{
	return arena_printf(cx->mem, "%s%s", cx->conf->public_url, cx->conf->base_path);
}

/* Write a text with its HTML characters escaped. */
static void put_page_text(struct buf *b, const char *text)
{
	for (; *text; text++)
		if (strchr("&<>\"'", *text))
			buf_printf(b, "&#%d;", *text);
		else
			buf_put(b, text, 1);
}

/* about.def uses only this part of Markdown: `code`. */
static void put_markdown(struct buf *b, struct arena *mem, const char *text)
{
	struct str rest = str_of(text), part;
	bool code = false, more = true;

	while (more) {
		more = str_cut(rest, '`', &part, &rest);
		buf_z(b, code ? "<code>" : "");
		put_page_text(b, str_z(mem, part));
		buf_z(b, code ? "</code>" : "");
		code = !code;
	}
}

/* Write the markup `before`, the escaped text and the markup `after`. */
static void put_between(struct buf *b, const char *before, const char *text, const char *after)
{
	buf_z(b, before);
	put_page_text(b, text);
	buf_z(b, after);
}

static void put_head(struct buf *b, const struct conf *conf)
{
	put_between(b,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
	    conf->domain, ": a polyproto home server</title>\n");
	buf_z(b,
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n");
	put_between(b, "<meta name=\"description\" content=\"The polyproto home server of ",
	    conf->domain, "\">\n<style>");
	buf_z(b, page_style);
	buf_z(b, "</style>\n</head>\n<body>\n");
	put_between(b, "<header>\n<p class=\"kind\">polyproto home server</p>\n<h1>", conf->domain,
	    "</h1>\n");
	put_between(b, "<p class=\"lead\">Identities of this server look like <code>name@",
	    conf->domain,
	    "</code>. Each has its own keys, which this server certifies; with them it can use "
	    "every polyproto server.</p>\n</header>\n<main>\n");
}

static void put_fact(struct buf *b, const char *name, const char *value, const char *more)
{
	put_between(b, "<div><dt>", name, "</dt>");
	put_between(b, "<dd>", value, "");
	put_between(b, "<small>", more, "</small></dd></div>\n");
}

static void put_fingerprint(struct buf *b, struct cx *cx, const struct page_facts *f)
{
	time_t until = (time_t)f->until;
	struct tm day;
	char text[32];

	buf_z(b,
	    "<div class=\"wide\"><dt>Fingerprint of the server&#39;s certificate "
	    "(SHA&#8209;256)</dt><dd><code>");
	for (struct str rest = f->fingerprint; rest.n; rest = str_from(rest, 4))
		put_between(b, rest.n == f->fingerprint.n ? "" : " ",
		    str_z(cx->mem, (struct str){ rest.s, 4 }), "");
	gmtime_r(&until, &day);
	strftime(text, sizeof text, "%Y-%m-%d", &day);
	put_between(b, "</code><small>Valid until ", text, ".</small></dd></div>\n");
}

static void put_facts(struct buf *b, struct cx *cx, const struct page_facts *f)
{
	const char *word = page_html_registrations[cx->conf->registration].text,
		   *more = page_html_registrations[cx->conf->registration].more;

	buf_z(b, "<section aria-labelledby=\"about\">\n<h2 id=\"about\">This server</h2>\n");
	if (f == NULL)
		buf_z(b,
		    "<p class=\"warn\">The database does not answer at present, so this page is "
		    "incomplete. Try again in a moment.</p>\n");
	buf_z(b, "<dl>\n");
	put_fact(b, "Registration", word, more);
	if (f)
		put_fact(b, "Federation tokens", f->tokens ? "On" : "Off",
		    f->tokens ? "Actors can get tokens for other servers."
			      : "The operator has switched federation tokens off.");
	buf_z(b,
	    "<div><dt>Protocol</dt><dd>polyproto core and mls<small>Core of January 2024, alpha.8 "
	    "and beta.3; mls alpha.4.</small></dd></div>\n");
	if (f)
		put_fingerprint(b, cx, f);
	buf_z(b, "</dl>\n</section>\n");
}

static void put_start(struct buf *b, struct cx *cx)
{
	buf_z(b, "<section aria-labelledby=\"start\">\n<h2 id=\"start\">How to start</h2>\n");
	put_between(b, "<p>Enter this address in your polyproto client:</p>\n<pre>",
	    page_html_address(cx), "</pre>\n");
	put_between(b, "<p>Or try it without a client:</p>\n<pre>curl ", page_html_address(cx),
	    "/.well-known/polyproto-core\n");
	put_between(
	    b, "curl ", page_html_address(cx), "/.p2/core/v1/idcert/server</pre>\n</section>\n");
}

static void put_route(struct buf *b, struct cx *cx, const struct route *r, const struct about *a)
{
	const char *method = about_method(r);

	buf_printf(b, "<li><p class=\"route\"><b class=\"%s\">%s</b> ", method, method);
	put_between(b, "<code>", r->path, "</code></p>\n<p class=\"what\">");
	put_markdown(b, cx->mem, a->what);
	buf_z(b, "<small>");
	put_markdown(b, cx->mem, about_who(cx->mem, r, a));
	buf_z(b, "</small></p></li>\n");
}

static void put_generation(struct buf *b, struct cx *cx, const struct about_generation *g)
{
	buf_printf(b, "<h3 id=\"%s\">", g->name);
	put_page_text(b, g->text);
	if (g->base[0])
		put_between(b, " <code>", g->base, "</code>");
	buf_z(b, "</h3>\n<ul class=\"routes\">\n");
	for (size_t i = 0; i < g->n; i++)
		put_route(b, cx, &g->routes[i], g->abouts[i]);
	buf_z(b, "</ul>\n");
}

/* Some rows of err.def share a code. */
static bool is_first_row_of_code(enum err e)
{
	for (enum err before = OK + 1; before < e; before++)
		if (strcmp(err_code(before), err_code(e)) == 0)
			return false;
	return true;
}

/* Write an anchor for each code: `type` of problem details points to it. */
static void put_errors(struct buf *b, struct cx *cx)
{
	buf_z(b,
	    "<section aria-labelledby=\"errors\">\n<h2 id=\"errors\">Errors</h2>\n"
	    "<ul class=\"routes\">\n");
	for (enum err e = OK + 1; e < ERR_COUNT; e++) {
		if (!is_first_row_of_code(e))
			continue;
		put_between(b, "<li id=\"", err_code(e), "\"><p class=\"route\">");
		buf_printf(b, "<b>%d</b> <code>%s</code></p>\n<p class=\"what\">", err_status(e),
		    err_code(e));
		put_markdown(b, cx->mem, err_text(e));
		buf_z(b, "</p></li>\n");
	}
	buf_z(b, "</ul>\n</section>\n");
}

static void put_reference(struct buf *b, struct cx *cx)
{
	buf_z(b, "<section aria-labelledby=\"api\">\n<h2 id=\"api\">Routes</h2>\n");
	put_between(b, "<p>For programs: <a href=\"", cx->conf->base_path,
	    "/.p2/openapi.json\"><code>/.p2/openapi.json</code></a>, "
	    "with the schema of every answer. <em>Session</em>: send <code>Authorization: "
	    "Bearer</code> with a session token. <em>Sensitive</em>: also send the password, or a "
	    "code of the second factor if you have one, in <code>X-P2-Sensitive-Solution</code>. "
	    "An error has its code in <code>error</code>, and what to do in "
	    "<code>message</code>.</p>\n");
	buf_z(b, "<nav aria-label=\"Generations of the protocol\"><ul>\n");
	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++) {
		buf_printf(b, "<li><a href=\"#%s\">", g->name);
		put_between(b, "", g->text, "</a></li>\n");
	}
	buf_z(b, "</ul></nav>\n");
	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++)
		put_generation(b, cx, g);
	buf_z(b, "</section>\n");
	put_errors(b, cx);
	buf_z(b, "</main>\n<footer><p>motet " PACKAGE_VERSION "</p></footer>\n</body>\n</html>\n");
}

/* Allow only the page's own style: no scripts, pictures, forms or frames. */
void page_html_policy(struct call *c)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(str_of(page_style)), hash);
	struct str text = base64_encode(c->cx->mem, (struct blob){ hash, HASH_BYTES });
	http_set(c->cx, c->resp, "Content-Security-Policy",
	    "default-src 'none'; style-src 'sha256-%.*s'; base-uri 'none'; form-action 'none'; "
	    "frame-ancestors 'none'",
	    (int)text.n, text.s);
	http_set(c->cx, c->resp, "Referrer-Policy", "no-referrer");
}

struct str page_html(struct cx *cx, const struct page_facts *f)
{
	struct buf b = { .mem = cx->mem };

	put_head(&b, cx->conf);
	put_facts(&b, cx, f);
	put_start(&b, cx);
	put_reference(&b, cx);
	return buf_done(&b);
}
