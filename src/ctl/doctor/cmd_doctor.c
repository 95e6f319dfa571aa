#include "ctl/doctor/doctor.h"
#include "ctl/term/out.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FINDINGS = 128 };

struct finding {
	struct str id, section, status, text, fix;
};
static const struct column columns[] = {
	COL_STR(finding, id, "id"),
	COL_STR(finding, section, "section"),
	COL_STR(finding, status, "status"),
	COL_STR(finding, text, "text"),
	COL_STR(finding, fix, "fix"),
};
static const struct {
	const char *status, *mark, *colour;
} states[] = {
	[DOCTOR_GOOD] = { "ok", "✓", "\033[32m" },
	[DOCTOR_WARN] = { "warning", "!", "\033[33m" },
	[DOCTOR_BAD] = { "bad", "✗", "\033[31m" },
	[DOCTOR_SKIPPED] = { "skipped", "-", "\033[2m" },
};

/* A whole examination. */
struct round {
	struct doctor d;
	bool json, colour;
	const char *section; /* whose head was printed last */
	struct finding list[FINDINGS];
	size_t n, count[4];
};

static void paint(const struct round *r, const char *colour, const char *text)
{
	printf("%s%s%s", r->colour ? colour : "", text, r->colour ? "\033[0m" : "");
}

static void head(struct round *r, const char *section)
{
	if (r->section && strcmp(r->section, section) == 0)
		return;
	paint(r, "\033[1m", section);
	putchar('\n');
	r->section = section;
}

/* As soon as it is known: some checks take seconds. */
static void show(struct round *r, const struct check *k, const struct verdict *v)
{
	head(r, k->section);
	printf("  ");
	paint(r, states[v->state].colour, states[v->state].mark);
	printf(" %s\n", v->text);
	if (v->fix)
		printf("      %s\n", v->fix);
	fflush(stdout);
}

static void conclude(struct round *r, const struct check *k, const struct verdict *v)
{
	r->count[v->state]++;
	if (r->n < FINDINGS)
		r->list[r->n++] = (struct finding){ str_of(k->id), str_of(k->section),
			str_of(states[v->state].status), str_of(v->text), str_of(v->fix) };
}

/* In one line for people: the red line above it is what matters. */
static void show_left(struct round *r, const char *section, struct buf *left)
{
	if (left->n == 0 || r->json)
		return;
	head(r, section);
	printf("  ");
	paint(r, states[DOCTOR_SKIPPED].colour, states[DOCTOR_SKIPPED].mark);
	printf(" not looked at: %s\n", buf_done(left).s);
}

static void examine(struct round *r, const struct check *list)
{
	struct doctor *d = &r->d;
	struct buf left = { .mem = d->mem };
	const char *before = r->section;

	for (const struct check *k = list; k->id; k++) {
		bool able = (d->have & k->needs) == k->needs;
		struct verdict v =
		    able ? k->fn(d, k) : doctor_skipped(d, "not looked at: %s", k->text);
		if (v.state == DOCTOR_GOOD || v.state == DOCTOR_WARN)
			d->have |= k->gives;
		conclude(r, k, &v);
		if (!able)
			buf_printf(&left, "%s%s", left.n ? ", " : "", k->text);
		else if (!r->json)
			show(r, k, &v);
	}
	show_left(r, r->section == before ? list->section : r->section, &left);
}

static bool coloured(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term &&
	    strcmp(term, "dumb") != 0;
}

static enum err judge(struct round *r)
{
	const struct listing l = LISTING(columns, r->list, r->n);

	if (r->json)
		out_list(&r->d.c->cx, &l, true);
	else
		printf("\n%zu good, %zu to think about, %zu to put right\n", r->count[DOCTOR_GOOD],
		    r->count[DOCTOR_WARN], r->count[DOCTOR_BAD]);
	if (r->count[DOCTOR_BAD] == 0)
		return OK;
	return fail(&r->d.c->cx, ERR_CONFLICT, "%zu thing%s to put right", r->count[DOCTOR_BAD],
	    r->count[DOCTOR_BAD] == 1 ? "" : "s");
}

enum err cmd_doctor(struct ctl *c)
{
	const char *file = c->opt.value[OPT_CONFIG];
	struct round *r = arena_alloc(c->cx.mem, sizeof *r);

	signal(SIGPIPE, SIG_IGN);
	r->d = (struct doctor){ .c = c, .mem = c->cx.mem, .url = c->nwords ? c->word[0] : NULL };
	r->d.ctl = file ? arena_printf(c->cx.mem, "motetctl -c %s", file) : "motetctl";
	r->json = options_has(&c->opt, OPT_JSON);
	r->colour = coloured();
	if (r->d.url)
		TRY(doctor_web_open(&r->d));
	examine(r, doctor_host);
	examine(r, doctor_database);
	if (r->d.url)
		examine(r, doctor_web);
	doctor_web_close(&r->d);
	return judge(r);
}
