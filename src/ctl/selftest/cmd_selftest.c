#include "base/clock.h"
#include "ctl/term/out.h"
#include "ctl/selftest/selftest.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

enum { MAX_STEPS = 32 };

struct selftest_result {
	struct str step, status, text;
	int64_t us;
};
static const struct column selftest_columns[] = {
	COL_STR(selftest_result, step, "step"),
	COL_STR(selftest_result, status, "status"),
	COL_NUM(selftest_result, us, "us"),
	COL_STR(selftest_result, text, "text"),
};

struct selftest_run {
	struct selftest t;
	bool json;
	struct selftest_result list[MAX_STEPS];
	size_t n;
};

static volatile sig_atomic_t interrupt_signal;

static void note_interrupt(int sig)
{
	interrupt_signal = sig;
}

/* A signal that was ignored at the start (nohup) stays ignored. */
static void stop_run_on(int sig)
{
	const struct sigaction stop = { .sa_handler = note_interrupt, .sa_flags = SA_RESTART };
	struct sigaction before;

	if (sigaction(sig, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(sig, &stop, NULL);
}

/* Print the name of the step before it begins, since the step may hang. */
static enum err run_selftest_step(struct selftest_run *r, const struct selftest_step *s)
{
	struct cx *cx = &r->t.d.c->cx;
	const int64_t began = clock_us();

	if (!r->json)
		printf("%-12s ", s->name);
	fflush(stdout);
	r->t.note = NULL;
	enum err e = s->fn(&r->t);
	int64_t us = clock_us() - began;
	const char *said = cx->why.say[0] ? cx->why.say : cx->why.log,
		   *text = r->t.note ? r->t.note : s->text;
	if (e != OK)
		text = arena_dup(cx->mem, said, strlen(said));
	r->list[r->n++] = (struct selftest_result){ str_of(s->name),
		e == OK ? STR("ok") : STR("failed"), str_of(text), us };
	if (!r->json)
		printf("%9.1f ms  %s%s\n", (double)us / 1000, e == OK ? "" : "FAILED: ", text);
	fflush(stdout);
	return e;
}

static enum err run_selftest_steps(struct selftest_run *r)
{
	for (const struct selftest_step *s = selftest_steps; s->name; s++) {
		if (interrupt_signal)
			return fail(&r->t.d.c->cx, ERR_RETRY, "interrupted");
		TRY(run_selftest_step(r, s));
	}
	return OK;
}

/* Keep the error of the failed step; if cleaning up fails, too, report that failure instead, since
 * the operator must act. */
static enum err clean_up_selftest(struct selftest_run *r, enum err e)
{
	static const struct selftest_step last = { "clean-up", "both actors are deleted",
		selftest_delete_actors };
	struct cx *cx = &r->t.d.c->cx;
	const struct fail why = cx->why;

	if (!r->t.a.announced && !r->t.b.announced)
		return e;
	cx->why = (struct fail){ .err = OK };
	if (run_selftest_step(r, &last) != OK)
		return fail(cx, ERR_INTERNAL,
		    "the actors of this test are still in the database; run selftest again to "
		    "delete them");
	cx->why = why;
	return e;
}

static int64_t sum_step_times(const struct selftest_run *r)
{
	int64_t us = 0;

	for (size_t i = 0; i < r->n; i++)
		us += r->list[i].us;
	return us;
}

/* A passed run also says what it has not tested. */
static void print_untested(const struct selftest_run *r)
{
	static const char *const untested[] = {
		"requests from other hosts, which may pass other firewalls and proxies",
		"federation: requests from this server to other servers, and from them to it",
		"load, restarts, backups, and the data stored earlier (run motetctl verify)",
	};

	if (r->t.unseen)
		printf("not tested: %s\n", r->t.unseen);
	for (size_t i = 0; i < sizeof untested / sizeof untested[0]; i++)
		printf("not tested: %s\n", untested[i]);
}

static enum err run_selftest(struct selftest_run *r)
{
	enum err e = clean_up_selftest(r, run_selftest_steps(r));
	const struct listing list = LISTING(selftest_columns, r->list, r->n);

	if (r->json)
		out_list(&r->t.d.c->cx, &list, true);
	else
		printf("%-12s %9.1f ms  %s\n", "total", (double)sum_step_times(r) / 1000,
		    e == OK ? "passed; nothing is left behind" : "failed");
	if (e == OK && !r->json)
		print_untested(r);
	if (e == ERR_RETRY && interrupt_signal)
		r->t.d.c->status = EXIT_FAILURE;
	return e;
}

enum err cmd_selftest(struct ctl *c)
{
	struct selftest_run *r = arena_alloc(c->cx.mem, sizeof *r);

	signal(SIGPIPE, SIG_IGN);
	stop_run_on(SIGINT);
	stop_run_on(SIGTERM);
	stop_run_on(SIGHUP);
	r->t.d = (struct doctor){ .c = c, .mem = c->cx.mem, .url = c->word[0], .ctl = "motetctl" };
	r->json = ctl_options_has(&c->opt, OPT_JSON);
	TRY(doctor_web_open(&r->t.d));
	enum err e = run_selftest(r);
	doctor_web_close(&r->t.d);
	return e;
}
