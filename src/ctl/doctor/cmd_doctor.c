#include "ctl/doctor/doctor.h"
#include "ctl/term/out.h"
#include "base/conf.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_FINDINGS = 128 };

struct doctor_finding {
	struct str id, section, status, text, fix;
};
static const struct column finding_columns[] = {
	COL_STR(doctor_finding, id, "id"),
	COL_STR(doctor_finding, section, "section"),
	COL_STR(doctor_finding, status, "status"),
	COL_STR(doctor_finding, text, "text"),
	COL_STR(doctor_finding, fix, "fix"),
};
static const struct {
	const char *status, *mark, *colour;
} finding_states[] = {
	[DOCTOR_GOOD] = { "ok", "✓", "\033[32m" },
	[DOCTOR_WARN] = { "warning", "!", "\033[33m" },
	[DOCTOR_BAD] = { "bad", "✗", "\033[31m" },
	[DOCTOR_SKIPPED] = { "skipped", "-", "\033[2m" },
	[DOCTOR_ACCEPTED] = { "accepted", "~", "\033[2m" },
	[DOCTOR_UNSEEN] = { "unseen", "?", "\033[2m" },
};

static const struct doctor_check *const host_tables[] = { doctor_host_checks, doctor_machine_checks,
	NULL };
static const struct doctor_check *const database_tables[] = { doctor_database_checks, NULL };
static const struct doctor_check *const unseen_tables[] = { doctor_unseen, NULL };
static const struct doctor_check *const web_tables[] = { doctor_web_checks, doctor_web_parts_checks,
	doctor_web_body_checks, doctor_web_client_checks, NULL };

/* One run of motetctl doctor. */
struct doctor_run {
	struct doctor d;
	bool json, colour;
	const char *section; /* the section whose heading was printed last */
	struct doctor_finding list[MAX_FINDINGS];
	size_t n, count[DOCTOR_STATES];
};

static void print_painted(const struct doctor_run *r, const char *colour, const char *text)
{
	printf("%s%s%s", r->colour ? colour : "", text, r->colour ? "\033[0m" : "");
}

static void print_doctor_section(struct doctor_run *r, const char *section)
{
	if (r->section && strcmp(r->section, section) == 0)
		return;
	print_painted(r, "\033[1m", section);
	putchar('\n');
	r->section = section;
}

/* Print the line of a check at once, because the next check may take seconds. */
static void print_doctor_finding(
    struct doctor_run *r, const struct doctor_check *k, const struct doctor_verdict *v)
{
	print_doctor_section(r, k->section);
	printf("  ");
	print_painted(r, finding_states[v->state].colour, finding_states[v->state].mark);
	printf(" %s\n", v->text);
	if (v->fix)
		printf("      %s\n", v->fix);
	fflush(stdout);
}

static void record_finding(
    struct doctor_run *r, const struct doctor_check *k, const struct doctor_verdict *v)
{
	r->count[v->state]++;
	if (r->n < MAX_FINDINGS)
		r->list[r->n++] = (struct doctor_finding){ str_of(k->id), str_of(k->section),
			str_of(finding_states[v->state].status), str_of(v->text), str_of(v->fix) };
}

/* Print one line for all skipped checks; --json lists each of them. */
static void print_skipped_checks(struct doctor_run *r, const char *section, struct buf *left)
{
	if (left->n == 0 || r->json)
		return;
	print_doctor_section(r, section);
	printf("  ");
	print_painted(
	    r, finding_states[DOCTOR_SKIPPED].colour, finding_states[DOCTOR_SKIPPED].mark);
	printf(" not checked: %s\n", buf_done(left).s);
}

static void run_doctor_check(struct doctor_run *r, const struct doctor_check *k, struct buf *left)
{
	struct doctor *d = &r->d;
	bool able = (d->have & k->needs) == k->needs;
	struct doctor_verdict v =
	    able ? k->fn(d, k) : doctor_skipped(d, "not checked: %s", k->text);

	if (v.state == DOCTOR_GOOD || v.state == DOCTOR_WARN)
		d->have |= k->gives;
	else if (v.state == DOCTOR_BAD && conf_listed(d->accepted, str_of(k->id)))
		v = (struct doctor_verdict){ DOCTOR_ACCEPTED, v.text, NULL };
	record_finding(r, k, &v);
	if (!able)
		buf_printf(left, "%s%s", left->n ? ", " : "", k->text);
	else if (!r->json)
		print_doctor_finding(r, k, &v);
}

/* Run the checks of all tables; NULL ends the list of tables. */
static void run_doctor_tables(struct doctor_run *r, const struct doctor_check *const *tables)
{
	struct buf left = { .mem = r->d.mem };
	const char *before = r->section;

	for (size_t i = 0; tables[i]; i++)
		for (const struct doctor_check *k = tables[i]; k->id; k++)
			run_doctor_check(r, k, &left);
	print_skipped_checks(r, r->section == before ? tables[0]->section : r->section, &left);
}

static const struct doctor_check *find_check_by_id(struct str id)
{
	static const struct doctor_check *const *const all[] = { host_tables, database_tables,
		web_tables };

	for (size_t t = 0; t < sizeof all / sizeof all[0]; t++)
		for (size_t i = 0; all[t][i]; i++)
			for (const struct doctor_check *k = all[t][i]; k->id; k++)
				if (str_is(id, k->id))
					return k;
	return NULL;
}

/* Refuse unknown names. Also refuse a check whose result other checks need: no server works while
 * it fails, so the operator must fix the fault. */
static enum err check_accepted_names(struct ctl *c, const char *names)
{
	struct str rest = str_of(names), one;

	while (str_next_word(&rest, &one)) {
		const struct doctor_check *k = find_check_by_id(one);
		if (k == NULL)
			return ctl_bad_usage(c,
			    "--accept %.*s: there is no such check; `motetctl doctor --json` "
			    "prints the names",
			    (int)one.n, one.s);
		if (k->gives)
			return ctl_bad_usage(c,
			    "--accept %.*s: no server works without this; fix it", (int)one.n,
			    one.s);
	}
	return OK;
}

static bool is_colour_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term &&
	    strcmp(term, "dumb") != 0;
}

static const char *plural_suffix_of(size_t n)
{
	return n == 1 ? "" : "s";
}

static enum err report_findings(struct doctor_run *r)
{
	const struct listing l = LISTING(finding_columns, r->list, r->n);
	size_t warnings = r->count[DOCTOR_WARN], errors = r->count[DOCTOR_BAD];

	if (r->json)
		out_list(&r->d.c->cx, &l, true);
	else
		printf("\n%zu ok, %zu warning%s, %zu error%s, %zu accepted\n",
		    r->count[DOCTOR_GOOD], warnings, plural_suffix_of(warnings), errors,
		    plural_suffix_of(errors), r->count[DOCTOR_ACCEPTED]);
	if (errors == 0)
		return OK;
	return fail(
	    &r->d.c->cx, ERR_CONFLICT, "%zu error%s found", errors, plural_suffix_of(errors));
}

enum err cmd_doctor(struct ctl *c)
{
	const char *file = c->opt.value[OPT_CONFIG];
	struct doctor_run *r = arena_alloc(c->cx.mem, sizeof *r);

	signal(SIGPIPE, SIG_IGN);
	r->d = (struct doctor){ .c = c, .mem = c->cx.mem, .url = c->nwords ? c->word[0] : NULL };
	r->d.ctl = file ? arena_printf(c->cx.mem, "motetctl -c %s", file) : "motetctl";
	r->d.accepted = ctl_options_has(&c->opt, OPT_ACCEPT) ? c->opt.value[OPT_ACCEPT] : "";
	TRY(check_accepted_names(c, r->d.accepted));
	r->json = ctl_options_has(&c->opt, OPT_JSON);
	r->colour = is_colour_wanted();
	if (r->d.url)
		TRY(doctor_web_open(&r->d));
	run_doctor_tables(r, host_tables);
	run_doctor_tables(r, database_tables);
	if (r->d.url)
		run_doctor_tables(r, web_tables);
	run_doctor_tables(r, unseen_tables);
	doctor_web_close(&r->d);
	return report_findings(r);
}
