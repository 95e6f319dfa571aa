#ifndef MOTET_CTL_MDOC_H
#define MOTET_CTL_MDOC_H
#include <stdbool.h>
#include <stdio.h>
/*
 * Parts of the manual in mdoc(7), from the rows that the help comes from. `part` is the name of a
 * group of commands, for its whole page; or what build-aux/manual puts into a page: groups, keys
 * (of the configuration), options (of every command), statuses. False: there is no such part.
 */
bool mdoc_print(FILE *, const char *part);
#endif
