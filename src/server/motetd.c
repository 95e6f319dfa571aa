#include "server/motetd.h"
#include "base/machine.h"
#include "crypto/algorithms.h"
#include "api/call.h"
#include "base/log.h"
#include "base/secret.h"
#include "fcgi/fcgi.h"
#include "server/conf_check.h"
#include "server/listen.h"
#include "server/master.h"
#include "server/command_line.h"
#include "server/pidfile.h"
#include "server/priv.h"
#include "server/signals.h"
#include "server/start.h"
#include "server/start_check.h"
#include "server/state_lock.h"
#include "server/upgrade.h"
#include "server/worker.h"
#include <limits.h>
#include <errno.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static int print_start_error(int status, const char *why)
{
	fprintf(stderr, "motetd: %s\n", why);
	return status;
}

static void print_warning(const char *text)
{
	fprintf(stderr, "motetd: warning: %s\n", text);
}

static void log_warning(const char *text)
{
	log_warn("%s", text);
}

/*
 * If the master holds open a secret that its user cannot open, workers must not read our memory.
 * priv_hide() would come too late: the kernel has to hide it from execve(2) on, which it does if
 * the user cannot read the program file.
 */
static bool check_memory_hidden(const struct command_line *o, char *why, size_t size)
{
	if (priv_is_hidden())
		return true;
	snprintf(why, size,
	    "workers could read the secret from its memory while it starts: chmod go-r %s",
	    o->argv[0]);
	return false;
}

static bool check_secret_file(const struct conf *c, char *why, size_t size)
{
	uint8_t secret[SECRET_BYTES];
	bool good = secret_load(c->secret_file, secret, why, size);

	explicit_bzero(secret, sizeof secret);
	return good;
}

static bool check_handover(
    const struct command_line *o, const struct conf *c, char *why, size_t size)
{
	struct handover h;

	if (!handover_import(&h, why, size))
		return false;
	if (!log_open(c)) {
		snprintf(why, size, "%s: %s", c->log_file, strerror(errno));
		return false;
	}
	return h.fd[HANDOVER_SECRET] >= 0 ? check_memory_hidden(o, why, size)
					  : check_secret_file(c, why, size);
}

/* -t checks the configuration and the secret; -t -t also asks /readyz. */
static int test_configuration(const struct command_line *o)
{
	struct conf *c;
	char why[512];

	if (!command_line_load_conf(o, &c, why, sizeof why))
		return print_start_error(EX_CONFIG, why);
	conf_warn_of_environment(print_warning);
	bool good = algorithms_there(why, sizeof why) && conf_check_as_user(c, why, sizeof why) &&
	    (handover_is_pending() ? check_handover(o, c, why, sizeof why)
				   : check_secret_file(c, why, sizeof why));
	bool ready = good && (!o->thorough || worker_rehearse(c, why, sizeof why));
	if (ready && handover_is_pending())
		puts(UPGRADE_FIT);
	else if (ready)
		printf("%s: good%s\n", o->conf.file ? o->conf.file : "the configuration",
		    o->thorough ? ", and ready to serve" : "");
	conf_free(c);
	return ready ? 0 : print_start_error(good ? EX_UNAVAILABLE : EX_CONFIG, why);
}

/*
 * With `workers` = 0, the web server starts as many processes as it likes; INT_MAX stands for them.
 */
static int count_hash_slots(const struct conf *c)
{
	const struct machine m = machine_read("", 0);

	return machine_hash_slots(c, &m, c->workers ? (int)c->workers : INT_MAX);
}

static int serve_without_master(const struct conf *c, int fd, int secret_fd)
{
	struct limits *limits = limits_new();
	const char *why;
	struct worker w = {
		.conf = c,
		.listen_fd = fd,
		.gate = gate_new(c->state_dir, count_hash_slots(c)),
		.limits = limits,
		.outbound = net_slots_new(c, 1, limits),
		.death_fd = -1,
		.poke_fd = -1,
		.sign_fd = -1,
		.secret_fd = secret_fd,
		.kept = { -1, -1 },
	};

	w.board = scoreboard_join(fd < 0 ? NULL : c->scoreboard_file, &w.row, &why);
	if (w.gate == NULL || w.limits == NULL || w.outbound == NULL || w.board == NULL)
		return print_start_error(EX_OSERR, strerror(errno));
	if (why)
		log_warn("scoreboard_file %s: %s; motetctl status will not see this process",
		    c->scoreboard_file, why);
	api_name_routes(w.board);
	int rc = fd < 0 ? worker_serve_cgi(&w) : worker_run(&w);
	scoreboard_start_worker(w.row, 0);
	net_slots_free(w.outbound);
	gate_free(w.gate);
	return rc;
}

/* Drop privileges before opening the log, because there are no privileges when the log is reopened
 * later. */
static int drop_rights_and_open_log(const struct conf *c)
{
	char why[512];
	bool root = geteuid() == 0;

	if (!conf_check_as_user(c, why, sizeof why) || !priv_drop(c, why, sizeof why))
		return print_start_error(EX_CONFIG, why);
	if (!log_open(c)) {
		snprintf(why, sizeof why, "%s: %s", c->log_file, strerror(errno));
		return print_start_error(EX_CONFIG, why);
	}
	conf_warn_of_environment(log_warning);
	if (root && c->user[0] == '\0')
		log_warn("running as root: set `user` in the configuration");
	return 0;
}

static void warn_about_secret_place(const struct conf *c, uid_t starter)
{
	if (c->user[0] && starter != 0)
		log_warn("workers could open %s, because it belongs to their user: start as root, "
			 "and chown it to root",
		    c->secret_file);
	else if (secret_is_replaceable(c->secret_file, starter))
		log_warn("workers could replace %s, because they may write to its directory: chown "
			 "the directory to root, and chmod 1770 or 0700",
		    c->secret_file);
}

static int serve_from_start(
    const struct command_line *o, struct conf **conf, enum start mode, struct listener *l)
{
	const struct conf *c = *conf;
	char why[512];
	uid_t starter = geteuid();
	int rc;

	if (o->pidfile && !pidfile_write(o->pidfile, why, sizeof why))
		return print_start_error(EX_OSERR, why);
	if (mode == START_OWN && (rc = listen_open(c, l, why, sizeof why)) != 0)
		return print_start_error(rc, why);
	int secret_fd = secret_open(c->secret_file, why, sizeof why);
	if (secret_fd < 0)
		return print_start_error(EX_CONFIG, why);
	if ((rc = drop_rights_and_open_log(c)) != 0)
		return rc;
	warn_about_secret_place(c, starter);
	bool pool = mode == START_OWN || (mode != START_CGI && c->workers > 0);
	if (mode != START_CGI && !state_lock_take(c->state_dir, pool, why, sizeof why))
		return print_start_error(EX_CONFIG, why);
	if (pool && (rc = start_check_fit(c, secret_fd)) != 0)
		return rc;
	return pool ? master_run(o, conf, l, secret_fd, NULL)
		    : serve_without_master(c, l->fd, secret_fd);
}

static int serve_after_handover(
    const struct command_line *o, struct conf **conf, const struct handover *h, struct listener *l)
{
	const struct conf *c = *conf;
	char why[512];
	int rc, secret_fd = h->fd[HANDOVER_SECRET];

	*l = h->listener;
	if (secret_fd >= 0)
		priv_hide();
	if (h->fd[HANDOVER_PIDFILE] >= 0)
		pidfile_adopt(o->pidfile, h->fd[HANDOVER_PIDFILE]);
	if (secret_fd < 0 && (secret_fd = secret_open(c->secret_file, why, sizeof why)) < 0)
		return print_start_error(EX_CONFIG, why);
	if ((rc = drop_rights_and_open_log(c)) != 0)
		return rc;
	if (!state_lock_take(c->state_dir, true, why, sizeof why))
		/* Another motetd has taken the lock, which execve(2) had released. */
		log_warn("%s", why);
	return master_run(o, conf, l, secret_fd, h);
}

static int serve_on_socket(const struct command_line *o, struct conf **c, enum start mode)
{
	struct listener l = { .fd = -1 };
	struct handover *h = mode == START_HANDOVER ? malloc(sizeof *h) : NULL;
	char why[512];

	if (mode == START_CGI)
		signals_reset_for_cgi(
		    (*c)->request_deadline); /* there is no master to kill a process that hangs */
	if (mode == START_HANDOVER && (h == NULL || !handover_import(h, why, sizeof why)))
		return print_start_error(EX_OSERR, h ? why : strerror(errno));
	l.fd = start_clean_descriptors(mode, h);
	int rc = h ? serve_after_handover(o, c, h, &l) : serve_from_start(o, c, mode, &l);
	listen_unlink(&l);
	pidfile_remove();
	free(h);
	return rc;
}

static int serve_in_mode(const struct command_line *o, struct conf **c, enum start mode)
{
	if (mode == START_NOTHING) {
		command_line_print_help(stderr);
		return EX_USAGE;
	}
	return serve_on_socket(o, c, mode);
}

static int load_conf_and_serve(const struct command_line *o)
{
	struct conf *c;
	char why[512];

	if (!command_line_load_conf(o, &c, why, sizeof why))
		return print_start_error(EX_CONFIG, why);
	int rc = algorithms_there(why, sizeof why) ? serve_in_mode(o, &c, start_mode(c))
						   : print_start_error(EX_CONFIG, why);
	conf_free(c);
	return rc;
}

static int serve_or_print_cgi_error(const struct command_line *o)
{
	int rc = load_conf_and_serve(o);

	if (rc != 0 && start_is_cgi())
		start_print_cgi_error();
	return rc;
}

int motetd_main(int argc, char **argv)
{
	static struct command_line o;

	/* A web server puts the query of a CGI program on its command line (RFC 3875 4.4): ignore
	 * it, it comes from the client. */
	command_line_parse(&o, start_is_cgi() ? 1 : argc, argv);
	switch (o.action) {
	case ACTION_SERVE:
		return serve_or_print_cgi_error(&o);
	case ACTION_TEST:
		return test_configuration(&o);
	case ACTION_ROUTES:
		api_print_routes(stdout);
		return 0;
	case ACTION_VERSION:
		printf("motetd " PACKAGE_VERSION "\ntransport: %s\n", fcgi_transport);
		return 0;
	case ACTION_HELP:
		command_line_print_help(stdout);
		return 0;
	case ACTION_WRONG:
		break;
	}
	command_line_print_help(stderr);
	return EX_USAGE;
}
