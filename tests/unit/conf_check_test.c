/* Each key of conf.def gets a value that cannot work: motetd refuses the value and names the key.
 */
#include "../tap.h"
#include "base/conf.h"
#include "server/conf_check.h"
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/motet-conf-XXXXXX", file[64], conf_file[64];

static const struct {
	const char *key, *value;
} wrong[] = {
	{ "allow_bare_public_keys", "maybe" },
	{ "base_path", "/a/../b" },
	{ "base_path", "a" },
	{ "base_path", "/a//b" },
	{ "base_path", "/a?b" },
	{ "cache_lifetime", "1m" },
	{ "contact_actor", "admin" },
	{ "contact_mail", "a@b, c@d" },
	{ "database", "host=x dbname" },
	{ "database", "postgresql://[" },
	{ "owner_database", "host=x user=y password=z" }, /* the workers can read it */
	{ "database_timeout", "31s" },
	{ "default_generation", "beta.12" },
	{ "domain", "Example.org" },
	{ "default_generation", "beta.12" },
	{ "domain", "" },
	{ "federation_allow", "https://a.example" },
	{ "federation_ca_file", "/nonexistent" },
	{ "federation_ca_file", "FILE" },
	{ "federation_deny", "a.example b.example" },
	{ "federation_private_networks", "1" },
	{ "federation_resolve", "a.example:443" },
	{ "federation_token_lifetime", "1s" },
	{ "federation_token_unconfirmed", "yes" },
	{ "group", "nosuchgroup" },
	{ "hashing_slots", "1025" },
	{ "idcert_lifetime", "61d" },
	{ "keymaterial_max_bytes", "1" },
	{ "keypackage_lifetime", "-1" },
	{ "keypackage_low", "0" },
	{ "keypackage_max_bytes", "1" },
	{ "keypackage_stock", "0" },
	{ "listen", "/nonexistent/motet.sock" },
	{ "listen", "0.0.0.0:9000" },
	{ "listen_group", "nosuchgroup" },
	{ "listen_mode", "0999" },
	{ "log_addresses", "all" },
	{ "log_file", "/nonexistent/x.log" },
	{ "log_file", "DIR" },
	{ "log_format", "xml" },
	{ "log_level", "loud" },
	{ "log_to", "stdout" },
	{ "login_patience", "0" },
	{ "max_age", "2y" },
	{ "max_requests", "many" },
	{ "max_rss", "1k" },
	{ "metrics_allow", "localhost" },
	{ "metrics_token_file", "/nonexistent" },
	{ "metrics_token_file", "FILE" },
	{ "prepared_statements", "auto" },
	{ "prune_after", "1h" },
	{ "prune_interval", "never" },
	{ "public_url", "example.org" },
	{ "public_url", "https://example.org/motet" },
	{ "rate_limit", "yes" },
	{ "rate_limit_claims", "0" },
	{ "rate_limit_failures", "0" },
	{ "rate_limit_idcerts", "0" },
	{ "rate_limit_registrations", "0" },
	{ "rate_limit_requests", "0" },
	{ "rate_limit_writes", "0" },
	{ "registration", "all" },
	{ "request_deadline", "1s" },
	{ "request_deadline", "2s" }, /* database_timeout is longer */
	{ "reserved_names", "admin root" },
	{ "scoreboard_file", "/nonexistent/scoreboard" },
	{ "secret_file", "/nonexistent" },
	{ "secret_file", "FILE" },
	{ "sensitive_actions", "never" },
	{ "server_cert_lifetime", "1h" },
	{ "session_extra", "[1]" },
	{ "sessions_per_actor", "0" },
	{ "slow_request_ms", "-1" },
	{ "state_dir", "/nonexistent" },
	{ "state_dir", "FILE" },
	{ "stop_deadline", "0" },
	{ "trusted_proxies", "cloudflare" },
	{ "trusted_proxies", "127.0.0.1 ::1" },
	{ "user", "nosuchuser" },
	{ "workers", "-1" },
};
enum { WRONG = sizeof wrong / sizeof wrong[0] };

/* In a configuration that works, this line replaces one value. */
static const struct {
	const char *key, *value;
} right[] = { { "domain", "example.org" }, { "listen", "DIR/s" }, { "log_file", "DIR/log" },
	{ "state_dir", "DIR" }, { "secret_file", "DIR/secret" },
	{ "public_url", "https://example.org//" }, { "base_path", "/~jo/motet/" } };

static const char *place(const char *value, char buf[128])
{
	const char *rest = strncmp(value, "DIR", 3) == 0 ? value + 3 : NULL;

	snprintf(buf, 128, "%s%s", rest ? dir : "", rest ? rest : value);
	return strcmp(value, "FILE") == 0 ? file : buf;
}

static bool set_key(struct conf *c, const char *key, const char *value, char *why, size_t size)
{
	char buf[128];

	return conf_set(c, str_of(key), str_of(place(value, buf)), why, size);
}

static bool works(const char *key, const char *value, char *why, size_t size)
{
	struct conf *c;
	bool good = conf_load(NULL, &c, why, size);

	for (size_t i = 0; good && i < sizeof right / sizeof right[0]; i++)
		good = set_key(c, right[i].key, right[i].value, why, size);
	good = good && (key == NULL || set_key(c, key, value, why, size)) &&
	    conf_finish(c, why, size) && conf_check(c, why, size);
	conf_free(c);
	return good;
}

static void every_key_is_checked(void)
{
	char why[512] = "";
	size_t n;
	const struct conf_row *rows = conf_rows(&n);

	ok(works(NULL, NULL, why, sizeof why), "a configuration that works: %s", why);
	for (size_t i = 0; i < WRONG; i++) {
		why[0] = '\0';
		ok(!works(wrong[i].key, wrong[i].value, why, sizeof why) &&
			strstr(why, wrong[i].key),
		    "%s = %s is refused: %s", wrong[i].key, wrong[i].value, why);
	}
	for (size_t i = 0; i < n; i++) {
		bool there = false;
		for (size_t k = 0; k < WRONG; k++)
			there = there || strcmp(wrong[k].key, rows[i].name) == 0;
		ok(there, "%s has a row here", rows[i].name);
	}
}

static bool loads(const char *text, char *why, size_t size)
{
	struct conf *c;
	FILE *f = fopen(conf_file, "w");

	fputs(text, f);
	fclose(f);
	bool good = conf_load(conf_file, &c, why, size);
	conf_free(c);
	return good;
}

static void a_key_stands_once(void)
{
	char why[512] = "";

	ok(!loads("federation_deny = a.example\nfederation_deny = b.example\n", why, sizeof why) &&
		strstr(why, "line 2") && strstr(why, "commas"),
	    "a list that stands twice is an error: %s", why);
	ok(!loads("domain = a.example\ndomain = a.example\n", why, sizeof why) &&
		strstr(why, "twice"),
	    "so is any other key: %s", why);
	ok(loads("domain = a.example\n#domain = b.example\n", why, sizeof why),
	    "a comment is no key");
}

static int warned;
static char warnings[1024];

static void note_warning(const char *text)
{
	warned++;
	snprintf(warnings, sizeof warnings, "%s", text);
}

static void the_environment_is_read(void)
{
	setenv("MOTET_CONF", "/x", 1);
	setenv("MOTET_DOMAIN", "example.org", 1);
	setenv("MOTET_FEDERATION_ALLOW", "example.org", 1);
	conf_warn_of_environment(note_warning);
	ok(warned == 0, "keys of the environment pass without a warning: %s", warnings);
	setenv("MOTET_DOMIAN", "example.org", 1);
	conf_warn_of_environment(note_warning);
	ok(warned == 1 && strstr(warnings, "MOTET_DOMIAN"), "an unknown one: %s", warnings);
	unsetenv("MOTET_DOMIAN");
	setenv("MOTET_FEDERATION_ALLOW", "", 1);
	conf_warn_of_environment(note_warning);
	ok(warned == 2 && strstr(warnings, "all domains"), "an empty list: %s", warnings);
}

int main(void)
{
	if (mkdtemp(dir) == NULL)
		return 99;
	snprintf(file, sizeof file, "%s/secret", dir);
	FILE *f = fopen(file, "w");
	for (int i = 0; i < 32; i++)
		fputs("5a", f);
	fputs("\n", f);
	fclose(f);
	chmod(file, 0400);
	snprintf(file, sizeof file, "%s/x", dir);
	snprintf(conf_file, sizeof conf_file, "%s/motet.conf", dir);
	f = fopen(file, "w");
	fputs("nothing\n", f);
	fclose(f);
	for (char **e = environ; *e;)
		if (strncmp(*e, "MOTET_", 6) == 0) {
			char name[64] = "";
			sscanf(*e, "%63[^=]", name);
			unsetenv(name);
			e = environ;
		} else
			e++;
	every_key_is_checked();
	a_key_stands_once();
	the_environment_is_read();
	unlink(file);
	unlink(conf_file);
	snprintf(file, sizeof file, "%s/secret", dir);
	unlink(file);
	rmdir(dir);
	return done();
}
