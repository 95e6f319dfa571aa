#ifndef MOTET_DB_CONNINFO_H
#define MOTET_DB_CONNINFO_H
#include "base/str.h"
/*
 * A connection string of libpq for people to read, as `key=value` words with *** for each password
 * in it: operators paste it into bug reports. The result is in the arena. The name of a database
 * alone stays as it is. A string that libpq cannot parse becomes *** as a whole: a password may be
 * anywhere in it.
 */
struct str conninfo_mask_passwords(struct arena *, const char *conninfo);
/*
 * The hosts of a connection string, or of PGHOST, PGHOSTADDR and PGPORT where it names none, in
 * their order; in the arena. A part that is NULL stays as the string and libpq decide. A string
 * that names none, or one that libpq must resolve itself (a service, an error), has one host of
 * NULLs.
 */
struct conninfo_host {
	const char *host, *hostaddr, *port;
};
size_t conninfo_hosts(struct arena *, const char *conninfo, struct conninfo_host **);
/* Can libpq parse it? False: `why` is libpq's message, without a password of it. */
bool conninfo_valid(const char *conninfo, char *why, size_t size);
/* Is there a password in it? True for a string that libpq cannot parse. */
bool conninfo_has_password(const char *conninfo);
#endif
