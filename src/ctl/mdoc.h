#ifndef MOTET_CTL_MDOC_H
#define MOTET_CTL_MDOC_H
#include <stdio.h>
/* The list of configuration keys for motet.conf(5), in mdoc(7): items with type, range, default and sentence, from the rows of conf.def. */
void mdoc_print_conf(FILE *);
#endif
