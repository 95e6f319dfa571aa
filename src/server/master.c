#include "server/master.h"
#include "base/machine.h"
#include "api/call.h"
#include "base/log.h"
#include "server/backoff.h"
#include "server/housekeeper.h"
#include "server/notify.h"
#include "server/pidfile.h"
#include "server/pool.h"
#include "server/priv.h"
#include "server/signals.h"
#include "server/start_check.h"
#include "server/state_lock.h"
#include "signer/signer_process.h"
#include "server/upgrade.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

struct master {
	const struct command_line *opt;
	struct listener *listener;
	struct conf *conf;
	struct pool *pool;
	struct gate *gate;
	struct scoreboard *board;
	char *board_file; /* path, as configured at the start: a reload does not move the file */
	int death[2];	  /* nothing is ever written here; only the master holds the writing end */
	int poke[2];	  /* a pipe to which workers write when they start to serve */
	struct fdpass kept, sign;
	int secret_fd; /* secret_file is open here; only signers read it */
	int hidden[6]; /* the descriptors that a worker closes; the last one is -1 */
	pid_t signer;
	struct backoff signer_backoff;
	int64_t signer_born, signer_due;
	struct housekeeper keeper, watch, confirm;
	struct net_slots *outbound;
	sigset_t wait;
	bool ready, reloading;
	struct upgrade upgrade;
	char status[160]; /* the last text that was sent to systemd as STATUS= */
	int64_t status_due;
};

static int count_configured_workers(const struct conf *c)
{
	const struct machine m = machine_read("", 0);

	return machine_workers(c, &m, start_check_connections());
}

/* Take over the channels that workers of both programs share. The pair for signatures is not
 * inherited: its messages differ between versions. */
static void inherit_channels(struct master *m, const struct handover *h)
{
	memcpy(m->death, h->fd + HANDOVER_DEATH, sizeof m->death);
	memcpy(m->poke, h->fd + HANDOVER_POKE, sizeof m->poke);
	m->kept = (struct fdpass){ .give = h->fd[HANDOVER_GIVE], .take = h->fd[HANDOVER_TAKE] };
}

static bool create_channels(struct master *m)
{
	enum { HANDOVER_MS = 200 };

	return pipe2(m->death, O_CLOEXEC) == 0 && pipe2(m->poke, O_CLOEXEC | O_NONBLOCK) == 0 &&
	    fdpass_pair(&m->kept, HANDOVER_MS);
}

static bool open_channels(struct master *m, const struct handover *h)
{
	enum { ASK_MS = 2000 };

	if (h)
		inherit_channels(m, h);
	if ((h == NULL && !create_channels(m)) || !fdpass_pair(&m->sign, ASK_MS)) {
		log_error("cannot create pipes and sockets: %s", strerror(errno));
		return false;
	}
	const int hidden[] = { m->death[1], m->poke[0], m->sign.take, m->secret_fd, -1 };
	memcpy(m->hidden, hidden, sizeof hidden);
	return true;
}

/* If the file cannot be created, everything but motetctl status and top works. */
static bool create_scoreboard(struct master *m)
{
	const char *why;

	m->board_file = strdup(m->conf->scoreboard_file);
	m->board = m->board_file ? scoreboard_new(m->board_file, &why) : NULL;
	if (m->board && why)
		log_warn("scoreboard_file %s: %s; motetctl status will not see this server",
		    m->board_file, why);
	if (m->board)
		api_name_routes(m->board);
	return m->board != NULL;
}

static int count_hash_slots_of_pool(const struct conf *c)
{
	const struct machine m = machine_read("", 0);

	return machine_hash_slots(c, &m, count_configured_workers(c));
}

static bool create_pool(struct master *m)
{
	struct limits *limits = limits_new();

	if (!create_scoreboard(m))
		return log_error("shared memory: %s", strerror(errno)), false;
	m->outbound = net_slots_new(m->conf, count_configured_workers(m->conf), limits);
	m->gate = gate_new(m->conf->state_dir, count_hash_slots_of_pool(m->conf));
	struct worker w = {
		.listen_fd = m->listener->fd,
		.gate = m->gate,
		.limits = limits,
		.outbound = m->outbound,
		.board = m->board,
		.master = getpid(),
		.death_fd = m->death[0],
		.poke_fd = m->poke[1],
		.sign_fd = m->sign.give,
		.secret_fd = -1,
		.kept = m->kept,
	};

	m->pool = w.gate && w.limits && w.outbound && w.board ? pool_new(&w, m->hidden) : NULL;
	if (m->pool == NULL)
		log_error("shared memory: %s", strerror(errno));
	return m->pool != NULL;
}

/* In a child: close the descriptors of the master except `but`. The log and the scoreboard stay
 * open. */
static void close_master_descriptors(const struct master *m, int but)
{
	const int all[] = { m->listener->fd, m->death[0], m->death[1], m->poke[0], m->poke[1],
		m->kept.give, m->kept.take, m->sign.give, m->sign.take };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i] != but)
			close(all[i]);
}

/* The signer keeps only the log, the secret and its end of the shared pair open. */
static void run_signer_child(struct master *m, int ready_fd)
{
	struct signer_signals sg = { .reopen = &signals.reopen };

	close_master_descriptors(m, m->sign.take);
	scoreboard_unmap(m->board);
	signals_install_signer(&sg.wait);
	priv_hide();
	_exit(signer_process_run(m->conf, m->sign.take, ready_fd, m->secret_fd, &sg));
}

static void run_housekeeper_child(struct master *m, pid_t master)
{
	close_master_descriptors(m, -1);
	scoreboard_unmap(m->board);
	close(m->secret_fd);
	_exit(housekeeper_run(m->conf, master));
}

static void spawn_housekeeper(struct master *m, int64_t now)
{
	pid_t master = getpid(), pid = fork();

	if (pid == 0)
		run_housekeeper_child(m, master);
	if (pid > 0)
		m->keeper.pid = pid;
	else
		log_warn("cannot start pruning: %s; motetd will try again", strerror(errno));
	housekeeper_schedule(&m->keeper, m->conf, now);
}

static void run_watch_child(struct master *m, pid_t master)
{
	close_master_descriptors(m, m->sign.give);
	close(m->secret_fd);
	_exit(housekeeper_watch(m->conf, m->board, m->sign.give, master));
}

static void spawn_watch(struct master *m, int64_t now)
{
	pid_t master = getpid(), pid = fork();

	if (pid == 0)
		run_watch_child(m, master);
	if (pid > 0)
		m->watch.pid = pid;
	m->watch.due_us = now + WATCH_INTERVAL_S * INT64_C(1000000);
}

static void run_confirm_child(struct master *m, pid_t master)
{
	close_master_descriptors(m, -1);
	scoreboard_unmap(m->board);
	close(m->secret_fd);
	_exit(housekeeper_confirm(m->conf, m->outbound, master));
}

static void spawn_confirm(struct master *m, int64_t now)
{
	pid_t master = getpid(), pid = fork();

	if (pid == 0)
		run_confirm_child(m, master);
	if (pid > 0)
		m->confirm.pid = pid;
	housekeeper_schedule_confirm(&m->confirm, now, CONFIRM_INTERVAL_S);
}

static bool spawn_signer(struct master *m, int ready_fd)
{
	m->signer_born = clock_us();
	pid_t pid = fork();
	if (pid == 0)
		run_signer_child(m, ready_fd);
	if (pid > 0)
		m->signer = pid;
	return pid > 0;
}

static void respawn_signer(struct master *m, int64_t now)
{
	if (spawn_signer(m, -1))
		return;
	log_error("cannot start the signer: %s; motetd will try again", strerror(errno));
	m->signer_due = backoff_next(&m->signer_backoff, now);
}

static void respawn_due_signer(struct master *m, int64_t now)
{
	if (m->signer == 0 && now >= m->signer_due)
		respawn_signer(m, now);
}

/* Wait until the first signer has loaded the secret; before that, nothing is served. Returns 0 or
 * an exit status. */
static int start_first_signer(struct master *m)
{
	int ready[2], status;
	char r;

	if (pipe2(ready, O_CLOEXEC) != 0 || !spawn_signer(m, ready[1])) {
		log_error("cannot start the signer: %s", strerror(errno));
		return EX_OSERR;
	}
	close(ready[1]);
	bool loaded = read(ready[0], &r, 1) == 1;
	close(ready[0]);
	if (loaded)
		return 0;
	waitpid(m->signer, &status, 0);
	m->signer = 0;
	if (!WIFEXITED(status))
		log_error(
		    "the signer was killed by signal %d before it was ready", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : EX_OSERR;
}

static void handle_signer_death(struct master *m, int status, int64_t now)
{
	enum { CALM = 60 };

	m->signer = 0;
	scoreboard_count(&m->board->signer_deaths, 1);
	if (now - m->signer_born > CALM * INT64_C(1000000))
		m->signer_backoff.fails = 0;
	if (m->signer_backoff.fails == 0)
		log_warn("the signer ended (status %d) and is restarted", status);
	m->signer_due = backoff_next(&m->signer_backoff, now);
}

/* If we can open secret_file now, the new program can open it, too, and needs no descriptor. */
static void fill_handover(const struct master *m, struct handover *h)
{
	const int fds[HANDOVER_FDS] = {
		m->listener->fd,
		access(m->conf->secret_file, R_OK) == 0 ? -1 : m->secret_fd,
		pidfile_fd(),
		m->death[0],
		m->death[1],
		m->poke[0],
		m->poke[1],
		m->kept.give,
		m->kept.take,
	};

	*h = (struct handover){ .version = PACKAGE_VERSION, .listener = *m->listener };
	memcpy(h->fd, fds, sizeof fds);
	h->nworkers = pool_list_pids(m->pool, h->worker);
}

static void start_upgrade(struct master *m)
{
	static struct handover h;

	signals.upgrade = 0;
	if (m->upgrade.pid)
		return;
	fill_handover(m, &h);
	if (upgrade_rehearse(&m->upgrade, m->opt, &h, &m->wait, clock_us()))
		log_info("upgrade: %s rehearses", m->opt->argv[0]);
}

static void finish_rehearsal(struct master *m, int status)
{
	static struct handover h;

	if (!upgrade_end_rehearsal(&m->upgrade, status) || signals.stop)
		return;
	/* The old workers need a signer, and the new program cannot start a signer that they can
	 * use. */
	if (m->signer == 0)
		respawn_signer(m, clock_us());
	notify_reloading();
	fill_handover(m, &h);
	upgrade_execute(m->opt, &h);
	notify_systemd("READY=1");
}

/* A stopped child would keep its connections or requests waiting, and perhaps nobody would ever
 * continue it. */
static void kill_stopped_child(const struct master *m, pid_t pid)
{
	log_warn("%s %d was stopped by a signal, and is replaced",
	    pid == m->signer ? "the signer" : "process", (int)pid);
	signals_send(pid, SIGKILL);
}

static void reap_children(struct master *m, int64_t now)
{
	int status;
	pid_t pid;

	signals.child = 0;
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0)
		if (WIFSTOPPED(status))
			kill_stopped_child(m, pid);
		else if (pid == m->signer)
			handle_signer_death(m, status, now);
		else if (pid == m->keeper.pid)
			m->keeper.pid = 0;
		else if (pid == m->watch.pid)
			m->watch.pid = 0;
		else if (pid == m->confirm.pid)
			m->confirm.pid = 0;
		else if (pid == m->upgrade.pid)
			finish_rehearsal(m, status);
		else
			pool_reap(m->pool, pid, status, now);
}

/* A signer keeps its first configuration, so a reload needs a new signer. Workers repeat a request
 * to the signer that was interrupted (signer_process.h). */
static void kill_outdated_signer(struct master *m)
{
	signals_send(m->signer, SIGKILL);
	m->signer = 0;
	m->signer_due = 0;
}

static void reload_configuration(struct master *m)
{
	struct conf *c;
	char why[512];

	signals.reload = 0;
	if (!command_line_load_conf(m->opt, &c, why, sizeof why)) {
		log_error("reload: %s; the old configuration stays in use", why);
		return;
	}
	if (start_check_fit(c, m->secret_fd) != 0) {
		log_error("reload: the old configuration stays in use");
		conf_free(c);
		return;
	}
	if (!log_open(c)) {
		log_error("reload: %s: %s; the old configuration stays in use", c->log_file,
		    strerror(errno));
		conf_free(c);
		return;
	}
	notify_reloading();
	log_info("the configuration was read; new workers start");
	m->reloading = true;
	scoreboard_count(&m->board->reloads, 1);
	pool_start_generation(m->pool, c, count_configured_workers(c));
	conf_free(m->conf);
	m->conf = c;
	kill_outdated_signer(m);
	housekeeper_schedule(&m->keeper, c, clock_us());
}

static void report_reloaded(struct master *m)
{
	m->reloading = false;
	notify_systemd("READY=1");
	log_info("the new workers serve; the old ones finish their requests");
}

/*
 * reap_children() may execute a new program, which would lose these flags, so the log is reopened
 * first. A reload that is lost does not matter, because the new program reads the configuration
 * anyway.
 */
static void handle_signal_flags(struct master *m)
{
	if (signals.reopen) {
		signals.reopen = 0;
		log_reopen();
		pool_signal(m->pool, SIGUSR2);
		signals_send(m->signer, SIGUSR2);
	}
	if (signals.child)
		reap_children(m, clock_us());
	if (signals.reload)
		reload_configuration(m);
	if (signals.upgrade)
		start_upgrade(m);
}

static void drain_poke_pipe(struct master *m)
{
	char drop[64];

	while (read(m->poke[0], drop, sizeof drop) > 0)
		;
}

/* Wait; signals arrive only here, and the caller then handles their flags. A watchdog that is
 * overdue does not shorten the wait, because it is not pinged while no worker serves. */
static void wait_for_event(struct master *m, int64_t until)
{
	struct pollfd p = { .fd = m->poke[0], .events = POLLIN };
	int64_t now = clock_us(), pet = notify_watchdog_next();

	if (pet > now && pet < until)
		until = pet;
	int64_t us = until > now ? until - now : 0;
	if (ppoll(&p, 1,
		&(struct timespec){
		    .tv_sec = us / INT64_C(1000000), .tv_nsec = us % INT64_C(1000000) * 1000 },
		&m->wait) > 0)
		drain_poke_pipe(m);
}

static void report_pool_ready(struct master *m)
{
	if (!m->ready && pool_has_serving_worker(m->pool)) {
		m->ready = true;
		notify_systemd("READY=1");
		log_info("ready: %d workers, %s", count_configured_workers(m->conf),
		    m->listener->path[0] ? m->listener->path : "on the socket given");
	}
	if (m->reloading && pool_is_complete(m->pool))
		report_reloaded(m);
}

/* While no worker serves, the watchdog is not pinged (unless we are stopping), so that systemd acts
 * after WatchdogSec. */
static void ping_watchdog(const struct master *m, int64_t now)
{
	if ((signals.stop || pool_has_serving_worker(m->pool)) && notify_watchdog_due(now))
		notify_systemd("WATCHDOG=1");
}

/* Send the text for `systemctl status`, at most every 5 s, and only when it has changed. */
static void report_pool_status(struct master *m, int64_t now)
{
	enum { EVERY_S = 5 };
	struct pool_counts n = pool_get_counts(m->pool);
	char text[sizeof m->status];

	if (!m->ready || now < m->status_due)
		return;
	m->status_due = now + EVERY_S * INT64_C(1000000);
	snprintf(text, sizeof text,
	    "STATUS=%d workers serve, %d busy; %lld requests answered; %lld workers died",
	    n.workers, n.busy, (long long)n.requests, (long long)n.deaths);
	if (strcmp(text, m->status) == 0)
		return;
	memcpy(m->status, text, sizeof text);
	notify_systemd(text);
}

static void run_master_loop(struct master *m)
{
	while (!signals.stop) {
		int64_t now = clock_us(), next;
		respawn_due_signer(m, now);
		next = pool_tick(m->pool, now);
		upgrade_kill_late(&m->upgrade, now);
		report_pool_ready(m);
		report_pool_status(m, now);
		ping_watchdog(m, now);
		if (m->signer == 0 && m->signer_due < next)
			next = m->signer_due;
		if (m->keeper.pid == 0 && now >= m->keeper.due_us)
			spawn_housekeeper(m, now);
		if (m->watch.pid == 0 && now >= m->watch.due_us)
			spawn_watch(m, now);
		if (m->confirm.pid == 0 && now >= m->confirm.due_us)
			spawn_confirm(m, now);
		wait_for_event(m, next);
		handle_signal_flags(m);
	}
}

/* The socket file is removed and the state_dir released first, so that a new motetd can start while
 * our workers finish. */
static void stop_master(struct master *m)
{
	int64_t deadline = clock_us() + m->conf->stop_deadline * INT64_C(1000000);

	log_info("stopping: current requests are finished first");
	notify_systemd("STOPPING=1");
	listen_unlink(m->listener);
	signals.stop = 1;
	signals_send(m->keeper.pid, SIGTERM);
	signals_send(m->watch.pid, SIGTERM);
	signals_send(m->confirm.pid, SIGTERM);
	pool_stop(m->pool, deadline);
	state_lock_release();
	upgrade_kill_late(&m->upgrade, INT64_MAX);
	while (!pool_is_empty(m->pool) || m->upgrade.pid) {
		if (signals.stop > 1)
			pool_stop(m->pool, clock_us());
		ping_watchdog(m, clock_us());
		respawn_due_signer(m, clock_us());
		wait_for_event(m, pool_tick(m->pool, clock_us()));
		reap_children(m, clock_us());
	}
	signals_send(m->signer, SIGKILL);
	signals_send(m->watch.pid, SIGKILL);
	signals_send(m->confirm.pid, SIGKILL);
	/* The database completes the statement of the housekeeper, or rolls it back. */
	signals_send(m->keeper.pid, SIGKILL);
	scoreboard_remove(m->board_file);
	log_info("stopped");
}

/* Take over the workers of the previous program. signals.child is set so that workers that exited
 * during execve(2) are reaped. */
static void adopt_handover_workers(struct master *m, const struct handover *h)
{
	log_info("upgrade: motetd " PACKAGE_VERSION " has replaced motetd %s", h->version);
	pool_adopt(m->pool, h->worker, h->nworkers);
	m->ready = m->reloading = true;
	signals.child = 1;
}

int master_run(const struct command_line *opt, struct conf **conf, struct listener *l,
    int secret_fd, const struct handover *h)
{
	struct master m = { .opt = opt, .conf = *conf, .listener = l, .secret_fd = secret_fd };

	signals_install(ROLE_MASTER, &m.wait);
	if (!open_channels(&m, h))
		return EX_OSERR;
	int rc = start_first_signer(&m);
	if (rc != 0 && h == NULL)
		return rc;
	if (!create_pool(&m))
		return EX_OSERR;
	if (h)
		adopt_handover_workers(&m, h);
	pool_start_generation(m.pool, m.conf, count_configured_workers(m.conf));
	housekeeper_schedule(&m.keeper, m.conf, clock_us());
	m.watch.due_us = clock_us() + WATCH_INTERVAL_S * INT64_C(1000000);
	housekeeper_schedule_confirm(&m.confirm, clock_us(), CONFIRM_FIRST_S);
	run_master_loop(&m);
	stop_master(&m);
	pool_free(m.pool);
	gate_free(m.gate);
	free(m.board_file);
	*conf = m.conf;
	return 0;
}
