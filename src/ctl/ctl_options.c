#include "ctl/ctl_options.h"
#include <getopt.h>
#include <stdio.h>

const struct option_row ctl_options_rows[OPT_COUNT] = {
#define O(id, name, letter, arg, help) [OPT_##id] = { name, letter, arg, help },
	OPTION_ROWS(O)
#undef O
};

/* getopt_long() returns LONG_OPTION + id for an option without a letter. */
enum { LONG_OPTION = 0x100 };

static void make_getopt_tables(unsigned allowed, struct option *longs, char *letters)
{
	for (int id = 0; id < OPT_COUNT; id++) {
		const struct option_row *r = &ctl_options_rows[id];
		if (!(allowed & 1u << id))
			continue;
		*longs++ = (struct option){ r->name, r->arg ? required_argument : no_argument, NULL,
			LONG_OPTION + id };
		if (r->letter)
			*letters++ = r->letter;
		if (r->letter && r->arg)
			*letters++ = ':';
	}
	*longs = (struct option){ 0 };
	*letters = '\0';
}

static int find_option_id(int c)
{
	if (c >= LONG_OPTION)
		return c - LONG_OPTION;
	for (int id = 0; id < OPT_COUNT; id++)
		if (ctl_options_rows[id].letter == c)
			return id;
	return -1;
}

static bool store_option(struct ctl_options *o, int id, const char *arg)
{
	if (id < 0 || !conf_args_add(&o->conf, "motetctl", ctl_options_rows[id].letter, arg))
		return false;
	o->value[id] = arg ? arg : "";
	return true;
}

int ctl_options_parse(struct ctl_options *o, int argc, char **argv, unsigned allowed, bool first)
{
	struct option longs[OPT_COUNT + 1];
	char letters[1 + 2 * OPT_COUNT + 1] = "+";
	int c;

	make_getopt_tables(allowed, longs, letters + first);
	optind = 0; /* resets getopt in glibc and musl */
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1)
		if (!store_option(o, c == '?' ? -1 : find_option_id(c), optarg))
			return -1;
	return optind;
}
