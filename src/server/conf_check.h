#ifndef MOTET_SERVER_CONF_CHECK_H
#define MOTET_SERVER_CONF_CHECK_H
#include "base/conf.h"
/*
 * The checks of conf.def: each key's value is opened, resolved or parsed, with the rights of this
 * process. Nothing is created or changed. Call conf_check() after conf_finish(). False: `why`
 * begins with the key and says what is wrong. secret_file passes if this process may not read it:
 * the process that needs it reports that.
 */
must_check bool conf_check(const struct conf *, char *why, size_t size);
/* Call conf_check() in a child with the rights of the keys `user` and `group`; for root. */
must_check bool conf_check_as_user(const struct conf *, char *why, size_t size);
#endif
