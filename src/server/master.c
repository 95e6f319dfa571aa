#include "server/master.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/backoff.h"
#include "server/housekeeper.h"
#include "server/motetd.h"
#include "server/notify.h"
#include "server/pool.h"
#include "server/priv.h"
#include "server/signals.h"
#include "server/signer.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

struct master {
	const struct options *opt;
	struct listener *listener;
	struct conf *conf;
	struct pool *pool;
	struct gate *gate;
	int death[2];			/* never written to; only we hold the end for writing */
	int poke[2];			/* a worker serves */
	struct fdpass kept, sign;
	int secret_fd;			/* of the file; nobody but signers reads it */
	int hidden[6];			/* what a worker must not hold */
	pid_t signer;
	struct backoff signer_backoff;
	int64_t signer_born, signer_due;
	struct housekeeper keeper;
	sigset_t wait;
	bool ready, reloading;
};

static int worker_count(const struct conf *c)
{
	int n = 2 * worker_cores();

	return c->workers ? (int)c->workers : n;
}

static bool channels(struct master *m)
{
	enum { HANDOVER_MS = 200, ASK_MS = 2000 };

	if (pipe2(m->death, O_CLOEXEC) != 0 || pipe2(m->poke, O_CLOEXEC | O_NONBLOCK) != 0 || !fdpass_pair(&m->kept, HANDOVER_MS) ||
	    !fdpass_pair(&m->sign, ASK_MS)) {
		log_error("pipes and sockets: %s", strerror(errno));
		return false;
	}
	const int hidden[] = { m->death[1], m->poke[0], m->sign.take, m->secret_fd, -1 };
	memcpy(m->hidden, hidden, sizeof hidden);
	return true;
}

static bool make_pool(struct master *m)
{
	struct limits *limits = limits_new();

	m->gate = gate_new(m->conf->state_dir, worker_slots());
	struct worker w = {
		.listen_fd = m->listener->fd,
		.gate = m->gate,
		.limits = limits,
		.outbound = net_slots_new(m->conf, worker_count(m->conf), limits),
		.board = scoreboard_new(),
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

/* A child keeps of what we have open what it needs: the log, and `but`. */
static void close_others(const struct master *m, int but)
{
	const int all[] = { m->listener->fd, m->death[0], m->death[1], m->poke[0], m->poke[1], m->kept.give, m->kept.take,
	    m->sign.give, m->sign.take };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i] != but)
			close(all[i]);
}

/* The signer keeps the log, the secret, its end of the pair, and nothing else. */
static void become_signer(struct master *m, int ready_fd)
{
	close_others(m, m->sign.take);
	_exit(signer_run(m->conf, m->sign.take, ready_fd, m->secret_fd));
}

static void become_housekeeper(struct master *m, pid_t master)
{
	close_others(m, -1);
	close(m->secret_fd);
	_exit(housekeeper_run(m->conf, master));
}

static void send_housekeeper(struct master *m, int64_t now)
{
	pid_t master = getpid(), pid = fork();

	if (pid == 0)
		become_housekeeper(m, master);
	if (pid > 0)
		m->keeper.pid = pid;
	else
		log_warn("pruning: %s; it is tried again", strerror(errno));
	housekeeper_plan(&m->keeper, m->conf, now);
}

static bool spawn_signer(struct master *m, int ready_fd)
{
	m->signer_born = clock_us();
	pid_t pid = fork();
	if (pid == 0)
		become_signer(m, ready_fd);
	if (pid > 0)
		m->signer = pid;
	return pid > 0;
}

static void respawn_signer(struct master *m, int64_t now)
{
	if (spawn_signer(m, -1))
		return;
	log_error("the signer: %s; it is tried again", strerror(errno));
	m->signer_due = backoff_next(&m->signer_backoff, now);
}

/* The first one has to load the secret before anything is served. Returns 0 or an exit status. */
static int first_signer(struct master *m)
{
	int ready[2], status;
	char r;

	if (pipe2(ready, O_CLOEXEC) != 0 || !spawn_signer(m, ready[1])) {
		log_error("the signer: %s", strerror(errno));
		return EXIT_SYSTEM;
	}
	close(ready[1]);
	bool loaded = read(ready[0], &r, 1) == 1;
	close(ready[0]);
	if (loaded)
		return 0;
	waitpid(m->signer, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : EXIT_SYSTEM;
}

static void signer_died(struct master *m, int status, int64_t now)
{
	enum { CALM = 60 };

	m->signer = 0;
	if (now - m->signer_born > CALM * SECOND)
		m->signer_backoff.fails = 0;
	if (m->signer_backoff.fails == 0)
		log_warn("the signer ended (status %d) and is started again", status);
	m->signer_due = backoff_next(&m->signer_backoff, now);
}

static void reap(struct master *m, int64_t now)
{
	int status;
	pid_t pid;

	signals.child = 0;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == m->signer)
			signer_died(m, status, now);
		else if (pid == m->keeper.pid)
			m->keeper.pid = 0;
		else
			pool_reap(m->pool, pid, status, now);
}

/* It has the configuration that it was born with. What it was at is asked of its successor (signer.h). */
static void replace_signer(struct master *m)
{
	signals_send(m->signer, SIGKILL);
	m->signer = 0;
	m->signer_due = 0;
}

static void reload(struct master *m)
{
	struct conf *c;
	char why[512];

	signals.reload = 0;
	if (!options_conf(m->opt, &c, why, sizeof why)) {
		log_error("reload: %s; the configuration stays as it was", why);
		return;
	}
	if (!log_open(c)) {
		log_error("reload: %s: %s; the configuration stays as it was", c->log_file, strerror(errno));
		conf_free(c);
		return;
	}
	notify_systemd("RELOADING=1");
	log_info("the configuration is read again; new workers start");
	m->reloading = true;
	pool_begin(m->pool, c, worker_count(c));
	conf_free(m->conf);
	m->conf = c;
	replace_signer(m);
	housekeeper_plan(&m->keeper, c, clock_us());
}

static void reloaded(struct master *m)
{
	m->reloading = false;
	notify_systemd("READY=1");
	log_info("the new workers serve; the older ones finish");
}

static void look_at_flags(struct master *m)
{
	if (signals.child)
		reap(m, clock_us());
	if (signals.reload)
		reload(m);
	if (signals.reopen) {
		signals.reopen = 0;
		log_reopen();
		pool_signal(m->pool, SIGUSR2);
		signals_send(m->signer, SIGUSR2);
	}
}

static void drain_pokes(struct master *m)
{
	char drop[64];

	while (read(m->poke[0], drop, sizeof drop) > 0)
		;
}

static void wait_for(struct master *m, int64_t until)
{
	struct pollfd p = { .fd = m->poke[0], .events = POLLIN };
	int64_t us = until - clock_us();
	struct timespec t = { .tv_sec = us / SECOND, .tv_nsec = us % SECOND * 1000 };

	if (us > 0 && ppoll(&p, 1, &t, &m->wait) > 0)
		drain_pokes(m);
}

static void say_when_ready(struct master *m)
{
	if (!m->ready && pool_any(m->pool)) {
		m->ready = true;
		notify_systemd("READY=1");
		log_info("ready: %d workers, %s", worker_count(m->conf), m->listener->path[0] ? m->listener->path : "on the socket given");
	}
	if (m->reloading && pool_serves(m->pool))
		reloaded(m);
}

static void serve(struct master *m)
{
	while (!signals.stop) {
		int64_t now = clock_us(), next;
		if (m->signer == 0 && now >= m->signer_due)
			respawn_signer(m, now);
		next = pool_tick(m->pool, now);
		say_when_ready(m);
		if (m->signer == 0 && m->signer_due < next)
			next = m->signer_due;
		if (m->keeper.pid == 0 && now >= m->keeper.due_us)
			send_housekeeper(m, now);
		wait_for(m, next);
		look_at_flags(m);
	}
}

/* The socket file goes first, so that a successor can make its own while our workers finish. */
static void stop(struct master *m)
{
	int64_t deadline = clock_us() + m->conf->stop_deadline * SECOND;

	log_info("stopping: the requests at hand are finished first");
	notify_systemd("STOPPING=1");
	listen_unlink(m->listener);
	signals.stop = 1;
	signals_send(m->keeper.pid, SIGTERM);
	pool_stop(m->pool, deadline);
	while (!pool_empty(m->pool)) {
		if (signals.stop > 1)
			pool_stop(m->pool, clock_us());
		wait_for(m, pool_tick(m->pool, clock_us()));
		reap(m, clock_us());
	}
	signals_send(m->signer, SIGKILL);
	signals_send(m->keeper.pid, SIGKILL);	/* the database finishes its statement, or undoes it */
	log_info("stopped");
}

int master_run(const struct options *opt, struct conf **conf, struct listener *l, int secret_fd)
{
	struct master m = { .opt = opt, .conf = *conf, .listener = l, .secret_fd = secret_fd };

	signals_take(ROLE_MASTER, &m.wait);
	if (!channels(&m))
		return EXIT_SYSTEM;
	int rc = first_signer(&m);
	if (rc != 0)
		return rc;
	if (!make_pool(&m))
		return EXIT_SYSTEM;
	pool_begin(m.pool, m.conf, worker_count(m.conf));
	housekeeper_plan(&m.keeper, m.conf, clock_us());
	serve(&m);
	stop(&m);
	pool_free(m.pool);
	gate_free(m.gate);
	*conf = m.conf;
	return 0;
}
