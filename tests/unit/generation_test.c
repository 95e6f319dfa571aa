#include "../tap.h"
#include "api/generation.h"
#include "base/conf.h"

#define B "/.p2/core/v1"
#define RS(v) "polyproto-rs/" v
/*
 * A row for every conflict between generations of the protocol: the request, and the shape of its
 * answer. The letters mean: n numbers or s strings; u cacheSignature over digits without spaces, or
 * _ with spaces; o octets as serial_number; k POST idcert keeps the token. `old` is the shape with
 * default_generation = beta.3.
 */
static const struct {
	const char *collision, *method, *target, *agent, *body, *shape, *old;
} rows[] = {
	{ "well-known", "GET", "/.well-known/polyproto-core", "", "", "s_", "nu" },
	{ "p2core", "GET", "/p2core/key/server", "", "", "nu", "nu" },
	{ "p2core, whoever asks", "GET", "/p2core/key/server", RS("0.21.0"), "", "nu", "nu" },
	{ "idcert/server, bare", "GET", B "/idcert/server", "", "", "s_", "nu" },
	{ "idcert/server, newest", "GET", B "/idcert/server?timestamp=1", "", "", "s_", "nu" },
	{ "idcert/server, slash", "GET", B "/idcert/server/", "", "", "n_", "nu" },
	{ "idcert/server, body", "GET", B "/idcert/server", "", "{\"timestamp\":1}", "n_", "nu" },
	{ "idcert/server, 0.11", "GET", B "/idcert/server/", RS("0.11.0"), "", "nuok", "nuok" },
	{ "idcert/server, 0.21", "GET", B "/idcert/server", RS("0.21.0"), "", "s_ok", "s_ok" },
	{ "cacheSignature, 0.15", "GET", B "/idcert/server", RS("0.15.3"), "", "nuok", "nuok" },
	{ "cacheSignature, 0.16", "GET", B "/idcert/server", RS("0.16.0"), "", "n_ok", "n_ok" },
	{ "numbers, 0.18", "GET", B "/idcert/server", RS("0.18.9"), "", "n_ok", "n_ok" },
	{ "numbers, 0.19", "GET", B "/idcert/server", RS("0.19.0"), "", "s_ok", "s_ok" },
	{ "numbers, 1.0", "GET", B "/idcert/server", RS("1.0.0"), "", "s_ok", "s_ok" },
	{ "numbers, 0.100", "GET", B "/idcert/server", RS("0.100.0"), "", "s_ok", "s_ok" },
	{ "no version", "GET", B "/idcert/server", RS("x"), "", "s_ok", "s_ok" },
	{ "behind another product", "GET", B "/idcert/server", "App/3 " RS("0.11.0"), "", "nuok",
	    "nuok" },
	{ "another product", "GET", B "/idcert/server", "my-polyproto-rs/0.11.0", "", "s_", "nu" },
	{ "motet 0.1", "GET", B "/idcert/server", "motet/0.1.0", "", "nu", "nu" },
	{ "motet of today", "GET", B "/idcert/server", "motet/0.1.0 polyproto/1.0-beta.13", "",
	    "s_", "s_" },
	{ "idcert/actor, bare", "GET", B "/idcert/actor/a@b.c", "", "", "s_", "nu" },
	{ "idcert/actor, sessionId", "GET", B "/idcert/actor/a@b.c?sessionId=x", "", "", "s_",
	    "s_" },
	{ "idcert/actor, session_id", "GET", B "/idcert/actor/a@b.c?session_id=x", "", "", "n_",
	    "nu" },
	{ "idcert/actor, timestamp", "GET", B "/idcert/actor/a@b.c?notAfter=2&timestamp=1", "", "",
	    "n_", "nu" },
	{ "idcert/actor, notBefore", "GET", B "/idcert/actor/a@b.c?notBefore=1", "", "", "s_",
	    "nu" },
	{ "idcert/actor, body", "GET", B "/idcert/actor/a@b.c", "", "{}", "n_", "nu" },
	{ "idcert/actor, 0.17 with sessionId", "GET", B "/idcert/actor/a@b.c?sessionId=x",
	    RS("0.17.1"), "", "n_ok", "n_ok" },
	{ "POST idcert, nobody", "POST", B "/idcert", "", "-----BEGIN", "s_", "nu" },
	{ "POST idcert, crate", "POST", B "/idcert", RS("0.21.0"), "-----BEGIN", "s_ok", "s_ok" },
	{ "PUT idcert", "PUT", B "/idcert", "", "-----BEGIN", "s_", "nu" },
	{ "POST key/server", "POST", B "/key/server", "", "", "s_", "nu" },
	{ "PUT key/server", "PUT", B "/key/server/", "", "", "n_", "nu" },
	{ "PUT idcert/extern", "PUT", B "/session/idcert/extern", "", "\"---\"", "s_", "nu" },
	{ "DELETE session, body", "DELETE", B "/session", "", "{\"session_id\":\"x\"}", "n_",
	    "nu" },
	{ "DELETE session, query", "DELETE", B "/session?sessionId=x", "", "", "s_", "nu" },
	{ "DELETE session, current", "DELETE", B "/session", "", "", "s_", "nu" },
	{ "DELETE session/{id}", "DELETE", B "/session/x", "", "", "s_", "nu" },
	{ "keymaterial, POST", "POST", B "/session/keymaterial", "", "[{}]", "s_", "nu" },
	{ "keymaterial, list", "GET", B "/session/keymaterial", "", " [1]", "n_ok", "n_ok" },
	{ "keymaterial, serial_numbers", "GET", B "/session/keymaterial?serial_numbers=1", "", "",
	    "n_", "nu" },
	{ "keymaterial, serials", "GET", B "/session/keymaterial?serials=1", "", "", "s_", "s_" },
	{ "keymaterial, all", "GET", B "/session/keymaterial", "", "", "s_", "nu" },
	{ "keymaterial, 0.21", "GET", B "/session/keymaterial?serials=", RS("0.21.0"), "", "s_ok",
	    "s_ok" },
	{ "keymaterial, 0.11", "GET", B "/session/keymaterial/", RS("0.11.0"), "[1]", "nuok",
	    "nuok" },
	{ "keymaterial, DELETE", "DELETE", B "/session/keymaterial", "", "[1]", "n_ok", "n_ok" },
	{ "keymaterial/size", "GET", B "/session/keymaterial/size", "", "", "s_", "nu" },
	{ "session/auth", "GET", B "/session/auth", "", "", "s_", "nu" },
	{ "session/auth, 0.17", "GET", B "/session/auth", RS("0.17.1"), "", "n_ok", "n_ok" },
	{ "challenge", "GET", B "/challenge", "", "", "nu", "nu" },
	{ "challenge, 0.21", "GET", B "/challenge", RS("0.21.0"), "", "nu", "nu" },
	{ "POST session/auth", "POST", B "/session/auth", "", "{\"fid\":\"\"}", "s_", "nu" },
	{ "POST services", "POST", B "/services/", "", "{\"service\":\"\"}", "n_", "nu" },
	{ "POST services, newest", "POST", B "/services", "", "{\"service\":{}}", "s_", "nu" },
	{ "DELETE services, body", "DELETE", B "/services", "", "{}", "n_", "nu" },
	{ "DELETE services", "DELETE", B "/services?url=u&name=n", "", "", "s_", "nu" },
	{ "PUT services/primary", "PUT", B "/services/primary", "", "{}", "s_", "nu" },
	{ "services/discover, body", "GET", B "/services/discover/a@b.c", "", "{}", "n_", "nu" },
	{ "services/discover", "GET", B "/services/discover/a@b.c?limit=1", "", "", "s_", "nu" },
	{ "services/discover, crate", "GET", B "/services/discover/a@b.c/x", RS("0.21.0"), "",
	    "s_ok", "s_ok" },
	{ "resource, POST", "POST", B "/resource/r", "", "bytes", "s_", "nu" },
	{ "resource, PUT", "PUT", B "/resource/r/", "", "--x", "s_", "nu" },
	{ "resource/resources", "GET", B "/resource/resources", "", "", "s_", "nu" },
	{ "resource/info/", "GET", B "/resource/r/info/", "", "", "s_", "nu" },
	{ "resource/info/, 0.18", "GET", B "/resource/r/info/", RS("0.18.0"), "", "n_ok", "n_ok" },
	{ "migration/data/", "POST", B "/migration/data/", "", "--x", "s_", "nu" },
	{ "migration/redirect", "POST", B "/migration/redirect", "", "\"a@b.c\"", "s_", "nu" },
	{ "migration/redirect/", "POST", B "/migration/redirect/", "", "a@b.c", "n_", "nu" },
	{ "data", "GET", B "/data", "", "", "s_", "nu" },
	{ "data, 0.18", "GET", B "/data", RS("0.18.0"), "", "n_ok", "n_ok" },
	{ "messages", "GET", B "/messages?limit=1", "", "", "s_", "nu" },
	{ "errors", "GET", B "/nowhere", "", "", "s_", "nu" },
	{ "no path", "GET", "/", "", "", "s_", "nu" },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const char *shape_of(struct arena *mem, struct generation g)
{
	return arena_printf(mem, "%c%c%s%s", g.strings ? 's' : 'n', g.spaced ? '_' : 'u',
	    g.octets ? "o" : "", g.keeps_token ? "k" : "");
}

static struct generation ask(struct cx *cx, size_t i, int by_default)
{
	struct http_req q = { .target = str_of(rows[i].target),
		.user_agent = str_of(rows[i].agent),
		.body = str_of(rows[i].body) };

	q.method = http_method(str_of(rows[i].method), &q.head);
	if (http_target(cx, "", &q) != OK)
		printf("Bail out! %s\n", rows[i].target), exit(1);
	return generation_of(&q, by_default);
}

int main(void)
{
	struct cx cx = { .mem = arena_new(1 << 20) };

	for (size_t i = 0; i < ROWS; i++) {
		struct generation now = ask(&cx, i, DEFAULT_GENERATION_BETA13);
		struct generation then = ask(&cx, i, DEFAULT_GENERATION_BETA3);
		const char *shape = shape_of(cx.mem, now);
		ok(strcmp(shape, rows[i].shape) == 0, "%s: %s (%s)", rows[i].collision,
		    rows[i].shape, now.name);
		ok(strcmp(shape_of(cx.mem, then), rows[i].old) == 0,
		    "%s, by default beta.3: %s (%s)", rows[i].collision, rows[i].old, then.name);
	}
	arena_free(cx.mem);
	return done();
}
