#ifndef MOTET_SERVER_MASTER_H
#define MOTET_SERVER_MASTER_H
#include "server/handover.h"
#include "server/command_line.h"
/*
 * The master of a prefork pool: it keeps the signer and the workers alive, and passes on what
 * signals ask for. It never touches a request or the database; it holds the file with the secret
 * open for its signers, and never reads it. Its death is noticed by its children through a pipe,
 * and they end.
 */
/*
 * Serve on this socket until told to stop; returns an exit status. A reload frees *conf and puts
 * the new one in its place. The log is open and privileges are dropped; secret_fd is of
 * secret_open(). With a handover, its workers are retired when ours serve.
 */
int master_run(const struct command_line *, struct conf **conf, struct listener *, int secret_fd,
    const struct handover *);
#endif
