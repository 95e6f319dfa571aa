#ifndef MOTET_CORE_PROBE_H
#define MOTET_CORE_PROBE_H
#include "base/cx.h"
/*
 * Who may ask /.motet/v1/probe what of a request arrived: whoever can write a token into the
 * database (motetctl doctor), once for each, within two minutes. It lies there as its SHA-256.
 */
must_check enum err probe_new(struct cx *, struct str *token);
/* Use it up. ERR_NO_ROUTE, as if there were no such route, when it is not there. */
must_check enum err probe_take(struct cx *, struct str token);
/* Was it not used, by a request that should have been refused? It is gone then. */
must_check enum err probe_unused(struct cx *, struct str token, bool *unused);
#endif
