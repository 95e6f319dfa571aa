#include "ctl/mdoc.h"
#include "base/conf.h"
#include "ctl/help.h"

/* When the rows of commands.c last said something else. */
#define MDOC_DATE "November 22, 2026"

/* A text on its way into a page; bol: at the beginning of a line. */
struct pen {
	FILE *f;
	bool bol, sentence; /* sentence: the last word ended one */
};

static struct str head(struct str s, size_t n)
{
	return (struct str){ s.s, n };
}

static void line_end(struct pen *p)
{
	if (!p->bol)
		fputc('\n', p->f);
	p->bol = true;
}

static void literally(FILE *f, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool first = i == 0 && (s.s[0] == '.' || s.s[0] == '\'');
		if (s.s[i] == '\\')
			fputs("\\e", f);
		else if (s.s[i] == '-' && (i == 0 || s.s[i - 1] == '-'))
			fputs("\\-", f);
		else
			fprintf(f, "%s%c", first ? "\\&" : "", s.s[i]);
	}
}

/* mdoc(7) takes punctuation as words of its own; anything else that follows closely has to be tied.
 */
static void punctuation(FILE *f, struct str after)
{
	bool tied = after.n && strchr(".,:;)?!", after.s[0]) == NULL;

	if (tied)
		fprintf(f, " Ns %.*s", (int)after.n, after.s);
	for (size_t i = 0; i < after.n && !tied; i++)
		fprintf(f, " %c", after.s[i]);
}

static bool is_reference(struct str w, size_t *name)
{
	const char *open = memchr(w.s, '(', w.n);
	size_t at = open ? (size_t)(open - w.s) : 0;

	*name = at;
	return at > 0 && at + 2 < w.n && w.s[at + 1] >= '1' && w.s[at + 1] <= '8' &&
	    w.s[at + 2] == ')';
}

static void word(struct pen *p, struct str w)
{
	size_t name, paren = w.n && w.s[0] == '(';
	struct str body = str_from(w, paren);

	if (is_reference(body, &name)) {
		line_end(p);
		fprintf(
		    p->f, ".Xr %s%.*s %c", paren ? "( " : "", (int)name, body.s, body.s[name + 1]);
		punctuation(p->f, str_from(body, name + 3));
		fputc('\n', p->f);
		return;
	}
	if (p->sentence && w.n && w.s[0] >= 'A' && w.s[0] <= 'Z')
		line_end(p);
	if (!p->bol)
		fputc(' ', p->f);
	literally(p->f, w);
	p->bol = false;
	p->sentence = w.n && w.s[w.n - 1] == '.';
}

/* `quoted`, perhaps behind a parenthesis and before punctuation; returns what is left. */
static struct str quoted(struct pen *p, struct str all, size_t at)
{
	const char *end = memchr(all.s + at + 1, '`', all.n - at - 1);
	size_t stop = end ? (size_t)(end - all.s) : all.n, next = stop + (end != NULL);

	line_end(p);
	fprintf(p->f, ".Ql %s\"", at ? "( " : "");
	literally(p->f, head(str_from(all, at + 1), stop - at - 1));
	fputc('"', p->f);
	for (at = next; next < all.n && all.s[next] != ' ';)
		next++;
	punctuation(p->f, head(str_from(all, at), next - at));
	fputc('\n', p->f);
	p->sentence = false;
	return str_from(all, next);
}

/* Words as text: a new sentence on a new line, `literals` and references(7) as macros, and nothing
 * that troff takes for its own. */
static void words(struct pen *p, struct str all)
{
	while (all.n) {
		size_t at = all.n > 1 && all.s[0] == '(' && all.s[1] == '`', n = 0;
		if (all.s[0] == ' ') {
			n = 1;
		} else if (all.s[at] == '`') {
			all = quoted(p, all, at);
		} else {
			while (n < all.n && all.s[n] != ' ')
				n++;
			word(p, head(all, n));
		}
		all = str_from(all, n);
	}
}

/* What a row says: paragraphs between empty lines, and examples, which are indented. */
static void paragraphs(FILE *f, const char *text)
{
	struct pen p = { .f = f, .bol = true };
	struct str rest = str_of(text), line;
	bool example = false, apart = false;

	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		bool indented = str_starts(line, "  ");
		if (indented != example) {
			line_end(&p);
			fputs(indented ? ".Bd -literal -offset indent\n" : ".Ed\n", f);
			apart = !indented;
		}
		example = indented;
		if (indented) {
			literally(f, str_from(line, 2));
			fputc('\n', f);
		} else if (line.n == 0) {
			apart = true;
		} else {
			line_end(&p);
			fputs(apart ? ".Pp\n" : "", f);
			apart = false;
			words(&p, line);
		}
	}
	line_end(&p);
	fputs(example ? ".Ed\n" : "", f);
}

/* A sentence without capital and full stop, as options and commands have them in their help. */
static void sentence(FILE *f, const char *text)
{
	struct pen p = { .f = f, .bol = true };
	char whole[512];

	snprintf(whole, sizeof whole, "%c%s.",
	    *text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text, text + 1);
	words(&p, str_of(whole));
	line_end(&p);
}

static const struct {
	const char *type, *text;
} types[] = {
	{ "STR", "Text" },
	{ "PATH", "Absolute path" },
	{ "LIST", "Words between commas" },
	{ "INT", "Number" },
	{ "SIZE", "Bytes; k or m may follow" },
	{ "SECS", "Seconds; s, m, h or d may follow" },
	{ "BOOL", "on or off" },
	{ "ENUM", "One of" },
};

static const char *type_text(const char *type)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].text;
	return type;
}

static void choices(FILE *f, struct str all)
{
	struct str one;

	while (all.n) {
		bool more = str_cut(all, '|', &one, &all);
		fprintf(f, " %.*s%s", (int)one.n, one.s, more ? "," : "");
	}
}

static void key(FILE *f, const struct conf_row *r)
{
	fprintf(f, ".It Ic %s\n", r->name);
	paragraphs(f, r->text);
	fprintf(f, ".br\n%s", type_text(r->type));
	choices(f, str_of(r->words));
	if (r->max)
		fprintf(f, ", from %lld to %lld", (long long)r->min, (long long)r->max);
	if (r->def[0])
		fprintf(f, "; default\n.Ql %s .\n", r->def);
	else
		fputs("; empty by default.\n", f);
}

static void part_keys(FILE *f)
{
	size_t n;
	const struct conf_row *r = conf_rows(&n);

	for (size_t i = 0; i < n; i++)
		key(f, &r[i]);
}

static void options(FILE *f, unsigned which)
{
	for (int id = 0; id < OPT_COUNT; id++) {
		const struct option_row *r = &ctl_options_rows[id];
		if (!(which & 1u << id))
			continue;
		fputs(".It Fl ", f);
		if (r->letter)
			fprintf(f, "%c , ", r->letter);
		fprintf(f, "-%s%s%s\n", r->name, r->arg ? " Ar " : "", r->arg ? r->arg : "");
		sentence(f, r->help);
	}
}

static void part_options(FILE *f)
{
	options(f, CTL_OPTIONS_GLOBAL | OPT_BIT(VERSION));
}

static void part_statuses(FILE *f)
{
	for (size_t i = 0; i < HELP_STATUSES; i++) {
		fprintf(f, ".It %d\n", help_statuses[i].status);
		sentence(f, help_statuses[i].text);
	}
}

static const struct command *next_of(const struct command_group *g, const struct command *c)
{
	while (c->name && help_group(c) != g)
		c++;
	return c;
}

static void name_of(FILE *f, const struct command *c)
{
	fprintf(f, "%s%s%s", c->name, c->sub ? " " : "", c->sub ? c->sub : "");
}

static void part_groups(FILE *f)
{
	for (const struct command_group *g = ctl_groups; g->name; g++) {
		fprintf(f, ".It Xr motetctl-%s 8\n", g->name);
		sentence(f, g->help);
		for (const struct command *c = next_of(g, ctl_commands); c->name;
		     c = next_of(g, c + 1)) {
			fputs(".Ic ", f);
			name_of(f, c);
			fputs(next_of(g, c + 1)->name ? " ,\n" : " .\n", f);
		}
	}
}

static void synopsis(FILE *f, const struct command *c)
{
	fputs(".Nm motetctl\n.Cm ", f);
	name_of(f, c);
	fputc('\n', f);
	for (int id = 0; id < OPT_COUNT; id++) {
		const struct option_row *r = &ctl_options_rows[id];
		if (c->options & 1u << id)
			fprintf(f, ".Op Fl -%s%s%s\n", r->name, r->arg ? " Ar " : "",
			    r->arg ? r->arg : "");
	}
	if (c->args[0] == '[')
		fprintf(f, ".Op Ar %.*s\n", (int)strlen(c->args) - 2, c->args + 1);
	else if (c->args[0])
		fprintf(f, ".Ar %s\n", c->args);
}

static void explain(FILE *f, const struct command *c)
{
	fputs(".Ss ", f);
	name_of(f, c);
	fprintf(f, "%s%s\n", c->args[0] ? " " : "", c->args);
	sentence(f, c->help);
	fputs(".Pp\n" + (strncmp(c->more, "  ", 2) == 0 ? 4 : 0), f);
	paragraphs(f, c->more);
	if (c->options == 0)
		return;
	fputs(".Bl -tag -width Ds\n", f);
	options(f, c->options);
	fputs(".El\n", f);
}

static void page(FILE *f, const struct command_group *g)
{
	fputs(".Dd " MDOC_DATE "\n.Dt MOTETCTL-", f);
	for (const char *s = g->name; *s; s++)
		fputc(*s - 'a' + 'A', f);
	fprintf(f, " 8\n.Os\n.Sh NAME\n.Nm motetctl-%s\n.Nd %s\n.Sh SYNOPSIS\n", g->name, g->help);
	for (const struct command *c = next_of(g, ctl_commands); c->name; c = next_of(g, c + 1))
		synopsis(f, c);
	fputs(".Sh DESCRIPTION\n", f);
	paragraphs(f, g->more);
	fputs(
	    ".Pp\nOptions of every command, exit statuses, and what holds for all JSON are in\n.Xr motetctl 8 .\n",
	    f);
	for (const struct command *c = next_of(g, ctl_commands); c->name; c = next_of(g, c + 1))
		explain(f, c);
	fputs(
	    ".Sh SEE ALSO\n.Xr motet.conf 5 ,\n.Xr motet 7 ,\n.Xr motetctl 8 ,\n.Xr motetd 8\n", f);
}

bool mdoc_print(FILE *f, const char *part)
{
	static const struct {
		const char *name;
		void (*print)(FILE *);
	} parts[] = {
		{ "groups", part_groups },
		{ "keys", part_keys },
		{ "options", part_options },
		{ "statuses", part_statuses },
	};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(parts[i].name, part) == 0)
			return parts[i].print(f), true;
	for (const struct command_group *g = ctl_groups; g->name; g++)
		if (strcmp(g->name, part) == 0)
			return page(f, g), true;
	return false;
}
