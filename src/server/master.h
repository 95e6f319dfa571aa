#ifndef MOTET_SERVER_MASTER_H
#define MOTET_SERVER_MASTER_H
#include "server/command_line.h"
#include "server/handover.h"
/*
 * The master of the worker pool: it restarts workers and the signer when they end, and handles
 * signals. It never touches a request or the database. It holds secret_file open for its signers
 * and never reads it. Its children notice its death through a pipe, and end.
 */
/*
 * Serve on this socket until told to stop; returns an exit status. A reload frees *conf and stores
 * the new one there. Before the call: open the log, drop privileges, and get secret_fd from
 * secret_open(). With a handover (else NULL), its workers end as soon as the new ones serve.
 */
int master_run(const struct command_line *, struct conf **conf, struct listener *, int secret_fd,
    const struct handover *);
#endif
