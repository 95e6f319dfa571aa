#include "../tap.h"
#include "api/call.h"
#include "base/conf.h"
#include "base/log.h"
#include "db/db.h"
#include "shm/limits.h"
#include <unistd.h>

static struct conf *conf;
static struct cx cx;

static bool set(const char *key, const char *value)
{
	char why[256];

	return conf_set(conf, str_of(key), str_of(value), why, sizeof why);
}

static struct http_resp serve(struct http_req q)
{
	struct http_resp r = { .status = 0 };

	q.method = http_method(q.method_name, &q.head);
	cx.why = (struct fail){ .err = OK };
	api_serve(&cx, &q, &r);
	return r;
}

static const struct {
	const char *name;
	struct http_req q;
	int status;
} rows[] = {
	{ "what is no request",
	    { .method_name = STR("GET"), .target = STR("/"), .malformed = "A header came twice." },
	    400 },
	{ "headers too large",
	    { .method_name = STR("GET"),
		.target = STR("/"),
		.malformed = "Too large.",
		.headers_too_large = true },
	    431 },
	{ "a bad target", { .method_name = STR("GET"), .target = STR("/%zz") }, 400 },
	{ "no route", { .method_name = STR("GET"), .target = STR("/nowhere") }, 404 },
	{ "a method that the route does not know",
	    { .method_name = STR("PUT"), .target = STR("/healthz") }, 405 },
	{ "a path of core without its version",
	    { .method_name = STR("PUT"), .target = STR("/.p2/core/challenge") }, 405 },
	{ "a body that is compressed",
	    { .method_name = STR("POST"),
		.target = STR("/.p2/core/v1/register"),
		.body = STR("x"),
		.content_encoding = STR("gzip") },
	    415 },
	{ "a preflight", { .method_name = STR("OPTIONS"), .target = STR("/readyz") }, 204 },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* Sends the request of each row from an address of its own; the limit is three requests a minute.
 */
static void limits(void)
{
	set("rate_limit_requests", "3");
	cx.limits = limits_new();
	for (size_t i = 0; i < ROWS; i++) {
		struct http_req q = rows[i].q;
		int good = 0;
		q.remote = str_of(arena_printf(cx.mem, "192.0.2.%zu", i + 1));
		for (int n = 0; n < 3; n++)
			good += serve(q).status == rows[i].status;
		int last = serve(q).status;
		ok(good == 3 && last == 429, "%s: %d three times, then %d", rows[i].name,
		    rows[i].status, last);
		struct http_req health = {
			.method_name = STR("GET"), .target = STR("/healthz"), .remote = q.remote
		};
		ok(serve(health).status == 200,
		    "who has used up the limit may still ask for /healthz");
	}
	set("rate_limit", "off");
	int status = 0;
	for (int n = 0; n < 10; n++)
		status = serve(rows[3].q).status;
	ok(status == 404, "rate_limit = off: no limit");
}

/* /readyz asks the database at most once a second: within that second cx.db is NULL, so that asking
 * it again would crash. */
static void readiness(void)
{
	const struct http_req q = { .method_name = STR("GET"), .target = STR("/readyz") };
	int same = 0;

	set("database", "host=/nonexistent");
	cx.db = db_new(conf);
	ok(serve(q).status == 503 && strstr(cx.why.log, "connect"), "not ready: %s", cx.why.log);
	struct db *db = cx.db;
	cx.db = NULL;
	for (int n = 0; n < 100; n++)
		same += serve(q).status == 503 && strstr(cx.why.log, "connect");
	ok(same == 100, "asked again within the second, the database is not: %d of 100", same);
	usleep(1100000);
	cx.db = db;
	ok(serve(q).status == 503, "after it, it is");
	db_free(db);
}

static bool has(struct str text, const char *part)
{
	return memmem(text.s, text.n, part, strlen(part)) != NULL;
}

/* The page shows configured values as text, never as markup, and exists without the database, too.
 */
static void people(void)
{
	const struct http_req q = { .method_name = STR("GET"),
		.target = STR("/~jo/%3Cb%3E&'%22/") };
	struct http_req json = q, openapi = q;

	json.accept = STR("application/json");
	openapi.target = STR("/~jo/%3Cb%3E&'%22/.p2/openapi.json");
	set("base_path", "/~jo/<b>&'\"");
	set("database", "host=/nonexistent");
	cx.db = db_new(conf);
	struct http_resp r = serve(q);
	ok(r.status == 503 && http_get(&r, "Retry-After") &&
		http_get(&r, "Content-Security-Policy"),
	    "a page without the database: %d", r.status);
	ok(has(r.body, "<h1>example.org</h1>") && has(r.body, "does not answer") &&
		has(r.body, "<code>/.p2/core/v1/register</code>"),
	    "with what is known");
	ok(has(r.body, "https://example.org/~jo/&#60;b&#62;&#38;&#39;&#34;") &&
		!has(r.body, "<b>&"),
	    "text is escaped");
	r = serve(json);
	ok(r.status == 503 && has(r.body, "P2CORE_UNAVAILABLE"), "as JSON: an error");
	r = serve(openapi);
	ok(r.status == 200 && has(r.body, "\"url\":\"https://example.org/~jo/<b>&'\\\"\""),
	    "openapi.json asks nobody, and names public_url and base_path");
	db_free(cx.db);
}

int main(void)
{
	char why[256];

	setenv("MOTET_DOMAIN", "example.org", 1);
	if (!conf_load(NULL, &conf, why, sizeof why) || !conf_finish(conf, why, sizeof why))
		return printf("Bail out! %s\n", why), 1;
	conf->log_level = LOG_LEVEL_ERROR;
	conf->log_file = "/dev/null";
	log_open(conf);
	cx = (struct cx){ .mem = arena_new(16 << 20), .conf = conf };
	limits();
	readiness();
	people();
	arena_free(cx.mem);
	conf_free(conf);
	return done();
}
