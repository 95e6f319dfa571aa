#ifndef MOTET_DB_CONNINFO_H
#define MOTET_DB_CONNINFO_H
#include "base/str.h"
/*
 * A connection string of libpq for people to read, as `key=value` words with *** for each password
 * in it: operators paste it into bug reports. The result is in the arena. A text that is only the
 * name of a database is returned unchanged. A string that libpq cannot parse becomes *** as a
 * whole: a password may be anywhere in it.
 */
struct str conninfo_mask_passwords(struct arena *, const char *conninfo);
/*
 * The hosts of a connection string, or of PGHOST, PGHOSTADDR and PGPORT where it names none, in
 * their order; in the arena. For a part that is NULL, the connection string and libpq decide. If no
 * host is named, or if libpq must find the hosts itself (in a service), the list has one host whose
 * parts are all NULL.
 */
struct conninfo_host {
	const char *host, *hostaddr, *port;
};
size_t conninfo_hosts(struct arena *, const char *conninfo, struct conninfo_host **);
/* Can libpq parse the string? False: `why` is libpq's message, without a password of the string. */
bool conninfo_valid(const char *conninfo, char *why, size_t size);
/* Is there a password in the string? The answer is also true for a string that libpq cannot
 * parse. */
bool conninfo_has_password(const char *conninfo);
#endif
