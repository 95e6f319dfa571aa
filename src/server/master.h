#ifndef MOTET_SERVER_MASTER_H
#define MOTET_SERVER_MASTER_H
#include "server/command_line.h"
#include "server/handover.h"
/*
 * The master of the worker pool: it restarts workers and the signer when they exit, and handles
 * signals. The master never touches a request or the database. The master holds secret_file open
 * for its signers and never reads it. The children notice the master's death through a pipe, and
 * exit.
 */
/*
 * Serve on this socket until told to stop; returns an exit status. A reload frees *conf and stores
 * the new configuration there. Before the call: open the log, drop privileges, and get secret_fd
 * from secret_open(). If there is a handover (else NULL), the workers of the handover are told to
 * finish as soon as the new workers serve.
 */
int master_run(const struct command_line *, struct conf **conf, struct listener *, int secret_fd,
    const struct handover *);
#endif
