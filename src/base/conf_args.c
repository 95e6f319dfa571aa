#include "base/conf_args.h"

bool conf_args_add(struct conf_args *a, const char *program, int letter, const char *arg)
{
	if (letter == 'c')
		a->file = arg;
	if (letter != 's')
		return true;
	if (a->nset == CONF_ARGS_SET) {
		fprintf(
		    stderr, "%s: --set may be given at most %d times\n", program, CONF_ARGS_SET);
		return false;
	}
	a->set[a->nset++] = arg;
	return true;
}

bool conf_args_load(const struct conf_args *a, struct conf **out, char *why, size_t size)
{
	if (!conf_load(a->file, out, why, size))
		return false;
	for (int i = 0; i < a->nset; i++) {
		if (conf_set_text(*out, str_of(a->set[i]), why, size))
			continue;
		conf_free(*out);
		*out = NULL;
		return false;
	}
	return true;
}
