#ifndef MOTET_CORE_PROBE_H
#define MOTET_CORE_PROBE_H
#include "base/cx.h"
/* Tokens for /.motet/v1/probe, which shows how a request arrived. motetctl doctor stores a
 * token's SHA-256 in the database; each token works once, within two minutes. */
must_check enum err probe_new(struct cx *, struct str *token);
/* Use a token up. ERR_NO_ROUTE, as for an unknown route, when the token is not stored. */
must_check enum err probe_take(struct cx *, struct str token);
/* Find out whether a token is still unused, as it must be when its request was refused, and delete
 * it. */
must_check enum err probe_unused(struct cx *, struct str token, bool *unused);
#endif
