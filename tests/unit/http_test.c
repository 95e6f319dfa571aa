#include "../tap.h"
#include "http/cors.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct cx cx;

static const struct {
	const char *accept, *type;
	bool want;
} accepts[] = {
	{ "application/pkix-cert", "application/pkix-cert", true },
	{ "Application/PKIX-Cert", "application/pkix-cert", true },
	{ "text/html, application/pkix-cert", "application/pkix-cert", true },
	{ "text/html,application/pkix-cert;q=0.1", "application/pkix-cert", true },
	{ " application/pkix-cert ; q=1.000 ", "application/pkix-cert", true },
	{ "application/pkix-cert;charset=x;q=0.001", "application/pkix-cert", true },
	{ "a/b;x=\"p,application/pkix-cert\"", "application/pkix-cert", false },
	{ "a/b;x=\",\\\",\", application/pkix-cert", "application/pkix-cert", true },
	{ "a/b;x=\"open, application/pkix-cert", "application/pkix-cert", false },
	{ "application/pkix-cert;q=0", "application/pkix-cert", false },
	{ "application/pkix-cert;q=0.0", "application/pkix-cert", false },
	{ "application/pkix-cert;q=0.000", "application/pkix-cert", false },
	{ "application/pkix-cert; Q = 0.", "application/pkix-cert", false },
	{ "application/pkix-cert;q=1.001", "application/pkix-cert", false },
	{ "application/pkix-cert;q=2", "application/pkix-cert", false },
	{ "application/pkix-cert;q=", "application/pkix-cert", false },
	{ "application/pkix-cert;q=x", "application/pkix-cert", false },
	{ "application/pkix-cert;q=0.0001", "application/pkix-cert", false },
	{ "application/pkix-cert;q=-1", "application/pkix-cert", false },
	{ "application/pkix-cert;q=11", "application/pkix-cert", false },
	{ "*/*", "application/pkix-cert", false },
	{ "application/*", "application/pkix-cert", false },
	{ "*/*, application/pkix-cert", "application/pkix-cert", true },
	{ "", "application/pkix-cert", false },
	{ ",,", "application/pkix-cert", false },
	{ ";", "application/pkix-cert", false },
	{ "application/pkix-certs", "application/pkix-cert", false },
	{ "application/pkix-cer", "application/pkix-cert", false },
	{ "application/pkix-cert;q=0, application/pkix-cert;level=1", "application/pkix-cert",
	    true },
	{ "a/b;x=\"\\", "a/b", true },
	{ ",application/pkix-cert", "application/pkix-cert", true },
};

static const struct {
	const char *header, *want;
} bearers[] = {
	{ "Bearer abc", "abc" },
	{ "bearer abc", "abc" },
	{ "BEARER abc", "abc" },
	{ "Bearer   abc  ", "abc" },
	{ " Bearer abc", "abc" },
	{ "Bearer aZ09-._~+/==", "aZ09-._~+/==" },
	{ "Bearer", "" },
	{ "Bearer ", "" },
	{ "Bearerabc", "" },
	{ "Bearer=abc", "" },
	{ "Basic abc", "" },
	{ "", "" },
	{ "abc", "" },
	{ "Bearer a b", "" },
	{ "Bearer a,b", "" },
	{ "Bearer a, Bearer b", "" },
	{ "Bearer =", "" },
	{ "Bearer a=b", "" },
	{ "Bearer \"a\"", "" },
	{ "Bearer a;b", "" },
	{ "Bearer \xc3\xa9", "" },
	{ "Bearer a\x01", "" },
	{ "Bearer\tabc", "" },
	{ "Bearer a@b", "" },
	{ "Bearer a[b", "" },
	{ "Bearer a`b", "" },
	{ "Bearer a{b", "" },
};

static const struct {
	const char *accept;
	size_t want;
} choices[] = {
	{ "", 0 },
	{ "*/*", 0 },
	{ "application/json, text/plain, */*", 0 },
	{ "text/plain, application/json", 1 },
	{ "text/plain, */*", 1 },
	{ "*/*;q=0.1, text/plain", 1 },
	{ "text/*;q=0.9, application/json;q=0.8", 1 },
	{ "application/pkix-cert;q=0.1, application/json;q=0.9", 0 },
	{ "application/json;q=0.5, application/pkix-cert;q=0.501", 2 },
	{ "application/pkix-cert, application/json;q=0.999", 2 },
	{ "text/plain;q=0, */*", 0 },
	{ "image/png", 0 },
	{ "application/json;q=0, */*;q=0.1", 1 },
};

static void request_headers(void)
{
	static const char *const types[] = { "application/json", "text/plain",
		"application/pkix-cert" };

	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
		ok(http_choose(str_of(choices[i].accept), types, 3) == choices[i].want,
		    "Accept: %s: %s", choices[i].accept, types[choices[i].want]);
	for (size_t i = 0; i < sizeof accepts / sizeof accepts[0]; i++)
		ok(http_accepts(str_of(accepts[i].accept), accepts[i].type) == accepts[i].want,
		    "Accept: %s: %s", accepts[i].accept, accepts[i].want ? "yes" : "no");
	for (size_t i = 0; i < sizeof bearers / sizeof bearers[0]; i++)
		ok(str_is(http_bearer(str_of(bearers[i].header)), bearers[i].want),
		    "Authorization row %zu: %s", i, bearers[i].want);
	ok(http_bearer((struct str){ NULL, 0 }).n == 0 &&
		!http_accepts((struct str){ NULL, 0 }, "a/b"),
	    "NULL headers");
	ok(http_bearer((struct str){ "Bearer a\0b", 10 }).n == 0, "a token with NUL is refused");
}

static void methods(void)
{
	static const struct {
		const char *name;
		enum method method;
		bool head;
	} rows[] = { { "GET", M_GET, false }, { "HEAD", M_GET, true }, { "POST", M_POST, false },
		{ "PUT", M_PUT, false }, { "DELETE", M_DELETE, false },
		{ "OPTIONS", M_OPTIONS, false }, { "get", M_OTHER, false },
		{ "PATCH", M_OTHER, false }, { "", M_OTHER, false }, { "GETS", M_OTHER, false } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool head = true;
		ok(http_method(str_of(rows[i].name), &head) == rows[i].method &&
			head == rows[i].head,
		    "method %s", rows[i].name);
	}
	ok(strcmp(http_reason(405), "Method Not Allowed") == 0 &&
		strcmp(http_reason(599), "Unknown") == 0,
	    "reasons");
	for (int e = OK; e < ERR_COUNT; e++)
		ok(strcmp(http_reason(err_status((enum err)e)), "Unknown") != 0,
		    "%s has a reason: %s", err_name((enum err)e),
		    http_reason(err_status((enum err)e)));
}

static bool header_is(const struct http_resp *r, const char *name, const char *want)
{
	const struct http_header *h = http_get(r, name);

	return want ? h && str_is(h->value, want) : h == NULL;
}

/* Does this abort the process? */
static bool dies(void (*what)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(2);
		signal(SIGABRT, SIG_DFL);
		what();
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGABRT;
}

static void inject(void)
{
	struct http_resp r = { .status = 200 };

	http_set(&cx, &r, "Location", "x\r\nSet-Cookie: y");
}

static void overflow(void)
{
	struct http_resp r = { .status = 200 };

	for (int i = 0; i <= HTTP_HEADERS; i++)
		http_set(&cx, &r, arena_printf(cx.mem, "X-%d", i), "x");
}

static void response_headers(void)
{
	struct http_resp r = { .status = 200 };

	http_set(&cx, &r, "X-One", "%d", 1);
	http_set(&cx, &r, "X-Two", "%s", "two");
	http_set(&cx, &r, "x-one", "%s", "");
	ok(r.nheaders == 2 && header_is(&r, "X-ONE", "") && header_is(&r, "X-Two", "two") &&
		header_is(&r, "X-Three", NULL),
	    "headers are set, replaced and found");
	ok(dies(inject), "a line break in a value aborts the process");
	ok(dies(overflow), "too many headers abort the process");
}

static void cors(void)
{
	struct http_req q = { .method = M_GET };
	struct http_resp r = { .status = 200 };

	cors_apply(&cx, &q, &r, STR("GET, HEAD, OPTIONS"));
	ok(header_is(&r, "Access-Control-Allow-Origin", "*") &&
		header_is(&r, "Access-Control-Max-Age", NULL),
	    "any origin is allowed, with and without an Origin header");
	q.origin = STR("https://app.example");
	q.preflight = STR("DELETE");
	cors_apply(&cx, &q, &r, STR("GET, HEAD, OPTIONS"));
	ok(header_is(&r, "Access-Control-Allow-Origin", "*") &&
		header_is(&r, "Access-Control-Allow-Credentials", NULL) &&
		header_is(&r, "Access-Control-Allow-Methods", NULL),
	    "any origin is allowed, without credentials");
	ok(header_is(&r, "Access-Control-Expose-Headers",
	       "Allow, ETag, Preference-Applied, Retry-After, Vary, WWW-Authenticate, "
	       "X-Max-Payload-Size, X-P2-Deleted-Count, X-P2-Error, "
	       "X-P2-KeyPackage-Count, X-Request-Id"),
	    "exposed headers");
	q.method = M_OPTIONS;
	q.preflight = STR("");
	r = (struct http_resp){ .status = 204 };
	cors_apply(&cx, &q, &r, STR("GET, HEAD, OPTIONS"));
	ok(r.nheaders == 2, "OPTIONS alone is not a preflight");
	q.preflight = STR("DELETE");
	cors_apply(&cx, &q, &r, STR("DELETE, OPTIONS"));
	ok(header_is(&r, "Access-Control-Allow-Methods", "DELETE, OPTIONS") &&
		header_is(&r, "Access-Control-Max-Age", "7200") &&
		header_is(&r, "Access-Control-Allow-Headers",
		    "Authorization, Content-Type, X-P2-Sensitive-Solution, Prefer, If-None-Match"),
	    "a preflight is answered");
}

int main(void)
{
	cx.mem = arena_new(16 << 20);
	request_headers();
	methods();
	response_headers();
	cors();
	arena_free(cx.mem);
	return done();
}
