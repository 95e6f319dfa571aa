#include "base/clock.h"
#include "ctl/term/out.h"
#include "ctl/selftest/selftest.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

enum { STEPS = 32 };

struct result {
	struct str step, status, text;
	int64_t us;
};
static const struct column columns[] = {
	COL_STR(result, step, "step"),
	COL_STR(result, status, "status"),
	COL_NUM(result, us, "us"),
	COL_STR(result, text, "text"),
};

struct life {
	struct selftest t;
	bool json;
	struct result list[STEPS];
	size_t n;
};

static volatile sig_atomic_t interrupted;

static void remember(int sig)
{
	interrupted = sig;
}

/* What is ignored (nohup) stays so. */
static void stop_on(int sig)
{
	const struct sigaction stop = { .sa_handler = remember, .sa_flags = SA_RESTART };
	struct sigaction before;

	if (sigaction(sig, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(sig, &stop, NULL);
}

/* A step is told before it begins: it may take long, or for ever. */
static enum err perform(struct life *l, const struct step *s)
{
	struct cx *cx = &l->t.d.c->cx;
	const int64_t began = clock_us();

	if (!l->json)
		printf("%-12s ", s->name);
	fflush(stdout);
	l->t.note = NULL;
	enum err e = s->fn(&l->t);
	int64_t us = clock_us() - began;
	const char *said = cx->why.say[0] ? cx->why.say : cx->why.log,
		   *text = l->t.note ? l->t.note : s->text;
	if (e != OK)
		text = arena_dup(cx->mem, said, strlen(said));
	l->list[l->n++] = (struct result){ str_of(s->name), e == OK ? STR("ok") : STR("failed"),
		str_of(text), us };
	if (!l->json)
		printf("%9.1f ms  %s%s\n", (double)us / 1000, e == OK ? "" : "FAILED: ", text);
	fflush(stdout);
	return e;
}

static enum err live(struct life *l)
{
	for (const struct step *s = selftest_steps; s->name; s++) {
		if (interrupted)
			return fail(&l->t.d.c->cx, ERR_RETRY, "interrupted");
		TRY(perform(l, s));
	}
	return OK;
}

/* What failed is what counts, unless cleaning up fails, too: then there is something to be done
 * about it. */
static enum err clean_up(struct life *l, enum err e)
{
	static const struct step last = { "clean-up", "nothing is left of the two",
		selftest_forget };
	struct cx *cx = &l->t.d.c->cx;
	const struct fail why = cx->why;

	if (!l->t.a.announced && !l->t.b.announced)
		return e;
	cx->why = (struct fail){ .err = OK };
	if (perform(l, &last) != OK)
		return fail(cx, ERR_INTERNAL,
		    "what the test has made is still there: run it again, which deletes it first");
	cx->why = why;
	return e;
}

static int64_t total(const struct life *l)
{
	int64_t us = 0;

	for (size_t i = 0; i < l->n; i++)
		us += l->list[i].us;
	return us;
}

static enum err run_life(struct life *l)
{
	enum err e = clean_up(l, live(l));
	const struct listing list = LISTING(columns, l->list, l->n);

	if (l->json)
		out_list(&l->t.d.c->cx, &list, true);
	else
		printf("%-12s %9.1f ms  %s\n", "total", (double)total(l) / 1000,
		    e == OK ? "all is well, and nothing is left behind" : "not well");
	if (e == ERR_RETRY && interrupted)
		l->t.d.c->status = EXIT_FAILURE;
	return e;
}

enum err cmd_selftest(struct ctl *c)
{
	struct life *l = arena_alloc(c->cx.mem, sizeof *l);

	signal(SIGPIPE, SIG_IGN);
	stop_on(SIGINT);
	stop_on(SIGTERM);
	stop_on(SIGHUP);
	l->t.d = (struct doctor){ .c = c, .mem = c->cx.mem, .url = c->word[0], .ctl = "motetctl" };
	l->json = options_has(&c->opt, OPT_JSON);
	TRY(doctor_web_open(&l->t.d));
	enum err e = run_life(l);
	doctor_web_close(&l->t.d);
	return e;
}
