#ifndef MOTET_SERVER_MASTER_H
#define MOTET_SERVER_MASTER_H
#include "server/listen.h"
#include "server/options.h"
/*
 * The master of a prefork pool: it keeps the signer and the workers alive, and passes on what signals ask for. It never touches a
 * request, the database or the secret. Its death is noticed by its children through a pipe, and they end.
 */
/*
 * Serve on this socket until told to stop; returns an exit status. A reload frees *conf and puts the new one in its place. The log is
 * open and privileges are dropped.
 */
int master_run(const struct options *, struct conf **conf, struct listener *);
#endif
