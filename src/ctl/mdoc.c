#include "ctl/mdoc.h"
#include "base/conf.h"

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

/* A new sentence begins a new line; what troff would take for its own is masked. */
static void prose(FILE *f, const char *s)
{
	for (char before = ' '; *s; before = *s++) {
		if (*s == '\\')
			fputs("\\e", f);
		else
			fputc(*s == ' ' && before == '.' && s[1] >= 'A' && s[1] <= 'Z' ? '\n' : *s, f);
	}
}

static void words(FILE *f, struct str all)
{
	struct str one;

	while (all.n) {
		bool more = str_cut(all, '|', &one, &all);
		fprintf(f, " %.*s%s", (int)one.n, one.s, more ? "," : "");
	}
}

static void item(FILE *f, const struct conf_row *r)
{
	fprintf(f, ".It Ic %s\n", r->name);
	prose(f, r->text);
	fprintf(f, "\n.br\n%s", type_text(r->type));
	words(f, str_of(r->words));
	if (r->max)
		fprintf(f, ", from %lld to %lld", (long long)r->min, (long long)r->max);
	if (r->def[0])
		fprintf(f, "; default\n.Ql %s .\n", r->def);
	else
		fputs("; empty by default.\n", f);
}

void mdoc_print_conf(FILE *f)
{
	size_t n;
	const struct conf_row *r = conf_rows(&n);

	for (size_t i = 0; i < n; i++)
		item(f, &r[i]);
}
