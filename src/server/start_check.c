#include "server/start_check.h"
#include "base/log.h"
#include "base/machine.h"
#include "core/epoch.h"
#include "core/fit.h"
#include "core/ready.h"
#include "db/db.h"
#include "server/priv.h"
#include "signer/signer_process.h"
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { START_CHECK_ARENA = 8 << 20 };

/* The reason is also printed to standard error, because the program that started us may show its
 * user nothing else. */
static void report_misfit(const struct conf *c, const char *why)
{
	log_error("cannot serve: %s", why);
	if (c->log_file[0])
		fprintf(stderr, "motetd: cannot serve: %s\n", why);
}

static int report_fit(struct cx *cx, enum err e)
{
	if (e == OK)
		return 0;
	if (e == ERR_MISFIT) {
		report_misfit(cx->conf, cx->why.log);
		return EX_CONFIG;
	}
	log_warn("it is not known yet whether the database belongs to this configuration: %s; "
		 "until this is known, requests are answered with 503",
	    cx->why.log);
	return EX_TEMPFAIL;
}

int start_check_fit_here(struct cx *cx)
{
	int rc = report_fit(cx, fit_check(cx));

	cx->why = (struct fail){ .say = "" };
	arena_reset(cx->mem);
	return rc == EX_CONFIG ? rc : 0;
}

/* The number of connections, in shared memory, because the child that asks the database writes
 * it. */
static _Atomic int64_t *connections;

int64_t start_check_connections(void)
{
	return connections ? *connections : 0;
}

static void learn_connections(struct cx *cx)
{
	const struct machine m = machine_read("", 0);
	const struct conf by_itself = { .workers = 0 };
	int64_t n;

	if (connections == NULL || fit_count_connections(cx, &n) != OK)
		return;
	*connections = n;
	int wanted = machine_workers(cx->conf, &m, 0), least = wanted + MACHINE_SPARE_CONNECTIONS;
	if (least > n)
		log_warn("%d workers need %d connections, spare ones included, but the database "
			 "allows only %lld: raise max_connections, or set workers = %d",
		    wanted, least, (long long)n, machine_workers(&by_itself, &m, n));
}

static int run_fit_child(const struct conf *c, int secret_fd)
{
	static struct ca_local ca;
	struct cx cx = { .conf = c, .ca = &ca.ca };

	priv_hide();
	if (!signer_process_load_secret(c, secret_fd, &ca))
		return EX_CONFIG;
	cx.mem = arena_new(START_CHECK_ARENA);
	cx.db = db_new(c);
	db_set_fence(cx.db, epoch_fence);
	int rc = report_fit(&cx, fit_check(&cx));
	if (rc == 0)
		learn_connections(&cx);
	if (rc == 0 && ready_check_and_log(&cx) != OK)
		log_warn("/readyz answers 503 until then");
	ca_local_wipe(&ca);
	db_free(cx.db);
	return rc;
}

static void map_connections(void)
{
	void *p = mmap(
	    NULL, sizeof *connections, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	connections = p == MAP_FAILED ? NULL : p;
}

int start_check_fit(const struct conf *c, int secret_fd)
{
	int status = 0;

	fit_forget();
	if (connections == NULL)
		map_connections();
	pid_t pid = fork();
	if (pid == 0)
		_exit(run_fit_child(c, secret_fd));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status))
		return 0; /* the answer is not known yet: the workers will ask */
	if (WEXITSTATUS(status) == 0)
		fit_remember();
	return WEXITSTATUS(status) == EX_CONFIG ? EX_CONFIG : 0;
}
