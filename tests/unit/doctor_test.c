#include "../tap.h"
#include "ctl/doctor/doctor_web.h"

/* Server headers; no row names the last two. */
static const char *const servers[] = { "nginx/1.22.1", "lighttpd/1.4.69", "Apache/2.4.62 (Debian)",
	"Caddy", "BaseHTTP/0.6 Python/3.11", "" };
/* Rows that checks use in addition to their own. */
static const char *const more[] = { "web.answer", "web.silent", "web.away", "web.limited_by_motetd",
	"web.limited_by_front", "web.address" };

/* The name of the test says which web server has no fix. */
static void check_fixes_of(struct doctor *d, const char *id)
{
	const char *without = NULL;

	for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
		d->web->server = servers[i];
		const char *fix = doctor_web_find_fix(d, id);
		if (fix == NULL || fix[0] == '\0' || strstr(fix, "@LISTEN@"))
			without = servers[i];
	}
	ok(without == NULL, "%s has a fix for each web server%s%s", id,
	    without ? ", but not for " : "", without ? without : "");
}

int main(void)
{
	const struct doctor_check *const tables[] = { doctor_web_checks, doctor_web_parts_checks,
		doctor_web_body_checks, doctor_web_client_checks };
	struct conf conf = { .listen = "/run/motet/motet.sock" };
	struct doctor_web web = { .server = "nginx" };
	struct ctl c = { .conf = &conf };
	struct doctor d = { .c = &c, .mem = arena_new(1 << 20), .web = &web };

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		for (const struct doctor_check *k = tables[i]; k->id; k++)
			check_fixes_of(&d, k->id);
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
		check_fixes_of(&d, more[i]);
	const char *fix = doctor_web_find_fix(&d, "web.reach");
	ok(fix && strstr(fix, "/run/motet/motet.sock"),
	    "the fix contains the socket of the configuration");
	arena_free(d.mem);
	return done();
}
