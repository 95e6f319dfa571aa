#include "ctl/options.h"
#include <getopt.h>
#include <stdio.h>

const struct option_row option_rows[OPT_COUNT] = {
#define O(id, name, letter, arg, help) [OPT_##id] = { name, letter, arg, help },
	OPTION_ROWS(O)
#undef O
};

/* What getopt_long() returns for an option without a letter: above every letter. */
enum { LONG = 0x100 };

static void tables(unsigned allowed, struct option *longs, char *letters)
{
	for (int id = 0; id < OPT_COUNT; id++) {
		const struct option_row *r = &option_rows[id];
		if (!(allowed & 1u << id))
			continue;
		*longs++ = (struct option){ r->name, r->arg ? required_argument : no_argument, NULL,
			LONG + id };
		if (r->letter)
			*letters++ = r->letter;
		if (r->letter && r->arg)
			*letters++ = ':';
	}
	*longs = (struct option){ 0 };
	*letters = '\0';
}

static int id_of(int c)
{
	if (c >= LONG)
		return c - LONG;
	for (int id = 0; id < OPT_COUNT; id++)
		if (option_rows[id].letter == c)
			return id;
	return -1;
}

static bool take(struct options *o, int id, const char *arg)
{
	if (id < 0)
		return false;
	if (id == OPT_SET && o->nset == OPTIONS_SET)
		return fprintf(stderr, "motetctl: no more than %d times --set\n", OPTIONS_SET),
		       false;
	if (id == OPT_SET)
		o->set[o->nset++] = arg;
	o->value[id] = arg ? arg : "";
	return true;
}

int options_parse(struct options *o, int argc, char **argv, unsigned allowed, bool first)
{
	struct option longs[OPT_COUNT + 1];
	char letters[1 + 2 * OPT_COUNT + 1] = "+";
	int c;

	tables(allowed, longs, letters + first);
	optind = 0; /* glibc and musl: begin anew */
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1)
		if (!take(o, c == '?' ? -1 : id_of(c), optarg))
			return -1;
	return optind;
}

bool options_conf(
    const struct options *o, const char *file, struct conf **out, char *why, size_t size)
{
	struct str key, value;

	if (!conf_load(file, out, why, size))
		return false;
	for (int i = 0; i < o->nset; i++) {
		str_cut(str_of(o->set[i]), '=', &key, &value);
		if (conf_set(*out, str_trim(key), str_trim(value), why, size))
			continue;
		conf_free(*out);
		*out = NULL;
		return false;
	}
	return true;
}
