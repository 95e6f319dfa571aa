#ifndef MOTET_CTL_MASK_H
#define MOTET_CTL_MASK_H
#include "base/str.h"
/*
 * A connection string of libpq, `key=value key='value'` or
 * postgresql://user:password@host/db?key=value, with *** for each password in it: what an operator
 * prints ends up in reports of defects.
 */
struct str mask_passwords(struct arena *, struct str conninfo);
#endif
