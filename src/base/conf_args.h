#ifndef MOTET_BASE_CONF_ARGS_H
#define MOTET_BASE_CONF_ARGS_H
#include "base/conf.h"
/* The options of motetd and motetctl that select a configuration: -c FILE, and -s key=value, which
 * may be repeated. Texts are borrowed from argv. */
enum { CONF_ARGS_SET = 64 };
struct conf_args {
	const char *file; /* NULL: none */
	const char *set[CONF_ARGS_SET];
	int nset;
};
/*
 * Store the argument of the option `letter`, if the letter is c or s; ignore other letters. False:
 * there are more than CONF_ARGS_SET options -s; a message that begins with `program` was written to
 * standard error.
 */
bool conf_args_add(struct conf_args *, const char *program, int letter, const char *arg);
/* Load the file and the environment with conf_load(), then set the keys of the options -s in their
 * order. The caller calls conf_finish(). */
must_check bool conf_args_load(
    const struct conf_args *, struct conf **out, char *why, size_t whysize);
#endif
