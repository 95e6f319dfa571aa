#include "../tap.h"
#include "api/call.h"
#include "base/secret.h"
#include "core/fit.h"
#include "core/ready.h"
#include "db/conninfo.h"
#include "core/epoch.h"
#include "db/db.h"
#include "server/alarm.h"
#include "server/backoff.h"
#include "server/listen.h"
#include "server/motetd.h"
#include "server/command_line.h"
#include "server/start.h"
#include <getopt.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

static struct conf *conf;

/* Functions of the API that libserver.a calls. */
void api_serve(struct cx *cx, const struct http_req *q, struct http_resp *r)
{
	(void)cx;
	(void)q;
	r->status = 500;
}

bool api_conf_ok(const struct conf *c, const char *key, char *why, size_t size)
{
	(void)key;
	(void)c;
	(void)why;
	(void)size;
	return true;
}

void api_print_routes(FILE *f)
{
	(void)f;
}

struct db *db_new(const struct conf *c)
{
	(void)c;
	return NULL;
}

void db_set_fence(struct db *db, enum err (*fence)(struct cx *, bool *settled))
{
	(void)db;
	(void)fence;
}

enum err epoch_fence(struct cx *cx, bool *settled)
{
	(void)cx;
	(void)settled;
	return OK;
}

void db_share_pool(struct db *db, struct db_pool *pool)
{
	(void)db;
	(void)pool;
}

void db_on_long_wait(struct db *db, void (*hook)(void *), void *arg)
{
	(void)db;
	(void)hook;
	(void)arg;
}

enum err db_connect(struct cx *cx)
{
	(void)cx;
	return OK;
}

enum err fit_check(struct cx *cx)
{
	(void)cx;
	return OK;
}

enum err ready_check_and_log(struct cx *cx)
{
	(void)cx;
	return OK;
}

void fit_forget(void)
{
}

void fit_remember(void)
{
}

bool conninfo_valid(const char *conninfo, char *why, size_t size)
{
	(void)conninfo, (void)why, (void)size;
	return true;
}

bool conninfo_has_password(const char *conninfo)
{
	(void)conninfo;
	return false;
}

void db_free(struct db *db)
{
	(void)db;
}

static void backoffs(void)
{
	struct backoff b = { .fails = 0 };
	bool good = true;
	int64_t want = 100000;

	for (int i = 0; i<100; i++, want = want * 2> 30000000 ? 30000000 : want * 2) {
		int64_t pause = backoff_next(&b, 1000) - 1000;
		good = good && pause >= want * 3 / 4 && pause <= want * 5 / 4;
	}
	ok(good && b.fails == 100,
	    "pauses double from 0.1 s to 30 s, a quarter more or less, 100 times");
}

static bool set(const char *key, const char *value)
{
	char why[256];

	return conf_set(conf, str_of(key), str_of(value), why, sizeof why);
}

static void addresses(void)
{
	static const struct {
		const char *listen;
		bool good;
	} rows[] = {
		{ "/run/motet.sock", true },
		{ "127.0.0.1:9000", true },
		{ "127.9.9.9:1", true },
		{ "[::1]:9000", true },
		{ "::1:9000", true },
		{ "localhost:9000", true },
		{ "0.0.0.0:9000", false },
		{ "192.0.2.1:9000", false },
		{ "[::]:9000", false },
		{ "example.org:9000", false },
		{ "127.0.0.1", false },
		{ "127.0.0.1:0", false },
		{ "127.0.0.1:65536", false },
		{ "127.0.0.1:x", false },
		{ ":9000", false },
		{ "motet.sock", false },
		{ "/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/1234567",
		    true },
		{ "/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/12345678",
		    false },
	};
	char why[512];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		why[0] = '\0';
		ok(set("listen", rows[i].listen) &&
			listen_valid(conf, why, sizeof why) == rows[i].good,
		    "listen = %s: %s", rows[i].listen, why);
	}
	ok(set("listen", "/x") && set("listen_mode", "0999") &&
		!listen_valid(conf, why, sizeof why),
	    "a mode is octal: %s", why);
	ok(set("listen_mode", "0620") && set("listen_group", "no-such-group") &&
		!listen_valid(conf, why, sizeof why),
	    "a group exists: %s", why);
	set("listen_group", "");
}

static void sockets(void)
{
	char dir[] = "/tmp/motet-listen-XXXXXX", path[64], why[512] = "";
	struct listener a, b, c;
	struct stat st;

	snprintf(path, sizeof path, "%s/s", mkdtemp(dir));
	set("listen", path);
	ok(listen_open(conf, &a, why, sizeof why) == 0, "a socket is made: %s", why);
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0620, "with its mode");
	ok(listen_open(conf, &b, why, sizeof why) == EX_OSERR, "a live socket is not stolen: %s",
	    why);
	close(a.fd);
	ok(listen_open(conf, &c, why, sizeof why) == 0, "a dead one is replaced");
	listen_unlink(&a);
	ok(stat(path, &st) == 0, "the file of a successor stays");
	listen_unlink(&c);
	ok(stat(path, &st) != 0, "our own file is removed");
	fclose(fopen(path, "w"));
	ok(listen_open(conf, &b, why, sizeof why) == EX_CONFIG && stat(path, &st) == 0,
	    "a file that is no socket stays: %s", why);
	unlink(path);
	rmdir(dir);
}

static void modes(void)
{
	struct sockaddr_un any = { .sun_family = AF_UNIX };
	char pid[32];

	set("listen", "/x");
	ok(start_mode(conf) == START_OWN, "our own socket");
	set("listen", "");
	ok(start_mode(conf) == START_NOTHING, "nothing");
	setenv("GATEWAY_INTERFACE", "CGI/1.1", 1);
	ok(start_mode(conf) == START_NOTHING, "an environment variable alone is no CGI");
	setenv("REQUEST_METHOD", "GET", 1);
	set("listen", "/x");
	ok(start_mode(conf) == START_CGI, "CGI, whatever `listen` is");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	dup2(fd, 0);
	ok(start_mode(conf) == START_CGI, "a socket on 0 that does not listen is none for us");
	ok(bind(0, (struct sockaddr *)&any, sizeof(sa_family_t)) == 0 && listen(0, 1) == 0 &&
		start_mode(conf) == START_FD0,
	    "one that listens is");
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	dup2(0, 3);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	ok(start_mode(conf) == START_FD0, "LISTEN_PID of another process");
	setenv("LISTEN_PID", pid, 1);
	ok(start_mode(conf) == START_SYSTEMD, "systemd's socket comes first");
	int leaked = dup(fd);
	ok(start_clean_descriptors(START_SYSTEMD, NULL) == 3 && getenv("LISTEN_PID") == NULL &&
		write(leaked, "", 1) < 0,
	    "all other descriptors are closed");
	ok(start_clean_descriptors(START_FD0, NULL) > 2 && read(0, pid, 1) == 0,
	    "and standard input is /dev/null then");
}

static enum command_line_action parsed(struct command_line *o, int argc, const char *const *argv)
{
	char *copy[16] = { NULL };

	for (int i = 0; i < argc; i++)
		copy[i] = arena_dup(conf->mem, argv[i], strlen(argv[i]));
	optind = 0;
	opterr = 0;
	command_line_parse(o, argc, copy);
	return o->action;
}

static void options(void)
{
	static const struct {
		const char *v[8];
		int n;
		enum command_line_action want;
	} rows[] = {
		{ { "motetd" }, 1, ACTION_SERVE },
		{ { "motetd", "-t" }, 2, ACTION_TEST },
		{ { "motetd", "-T" }, 2, ACTION_ROUTES },
		{ { "motetd", "--version" }, 2, ACTION_VERSION },
		{ { "motetd", "-h" }, 2, ACTION_HELP },
		{ { "motetd", "-x" }, 2, ACTION_WRONG },
		{ { "motetd", "-c" }, 2, ACTION_WRONG },
		{ { "motetd", "-x", "-h" }, 3, ACTION_WRONG },
	};
	char dir[] = "/tmp/motet-sets-XXXXXX", secret[64], state[64];
	const char *const sets[] = { "motetd", "-s", "domain = a.example", "-s", "workers=3", "-s",
		state, "--pidfile", "/p" };
	uint8_t made[SECRET_BYTES];
	struct command_line o;
	struct conf *c;
	char why[256];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ok(parsed(&o, rows[i].n, rows[i].v) == rows[i].want, "motetd %s",
		    rows[i].n > 1 ? rows[i].v[1] : "");
	snprintf(state, sizeof state, "state_dir=%s", mkdtemp(dir));
	snprintf(secret, sizeof secret, "%s/secret", dir);
	ok(secret_create(secret, made, why, sizeof why), "a secret: %s", why);
	ok(parsed(&o, 9, sets) == ACTION_SERVE && strcmp(o.pidfile, "/p") == 0, "a pid file");
	o.conf.file = NULL;
	ok(command_line_load_conf(&o, &c, why, sizeof why) && c->workers == 3 &&
		strcmp(c->domain, "a.example") == 0,
	    "keys from the command line");
	conf_free(c);
	o.conf.set[1] = "no_such=1";
	ok(!command_line_load_conf(&o, &c, why, sizeof why) && c == NULL, "an unknown one: %s",
	    why);
	o.conf.set[1] = "workers";
	ok(!command_line_load_conf(&o, &c, why, sizeof why) && c == NULL, "one without =: %s", why);
	for (int i = 0; i < CONF_ARGS_SET - 2; i++)
		conf_args_add(&o.conf, "motetd", 's', "workers=3");
	ok(!conf_args_add(&o.conf, "motetd", 's', "workers=3"), "one -s too many");
	unlink(secret);
	rmdir(dir);
}

/* Five deaths in ten seconds begin a crash storm; a minute without a death ends it, however long
 * the storm was. */
static void storms(void)
{
	const int64_t second = 1000000, begin = 1000 * second;
	struct alarm a = { .storm_us = 0 };

	for (int i = 0; i < ALARM_DEATHS - 1; i++)
		alarm_record_death(&a, "signal 9", begin + i * second);
	ok(alarm_storm_until(&a) == 0, "%d deaths are no storm", ALARM_DEATHS - 1);
	alarm_record_death(&a, "signal 9", begin + 9 * second);
	ok(alarm_storm_until(&a) == begin + (9 + ALARM_CALM_S) * second,
	    "%d are, until a minute after the last", ALARM_DEATHS);
	alarm_record_death(&a, "signal 9", begin + 60 * second);
	ok(alarm_storm_until(&a) == begin + (60 + ALARM_CALM_S) * second,
	    "another one within it puts the end off");
	alarm_record_death(&a, "signal 9", begin + 200 * second);
	ok(alarm_storm_until(&a) == 0, "after that one death is no storm again");
}

int main(void)
{
	char why[256];

	if (!conf_load(NULL, &conf, why, sizeof why))
		return 1;
	backoffs();
	addresses();
	sockets();
	options();
	modes();
	conf_free(conf);
	storms();
	return done();
}
