#ifndef MOTET_CTL_INIT_FILES_H
#define MOTET_CTL_INIT_FILES_H
#include "ctl/ctl.h"
/*
 * What a server needs in the file system, made by `motetctl init`: nothing that is there is ever
 * touched. Made by root for a configuration with a `user`, the directories belong to that user; the
 * secret stays root's, since motetd opens it before it becomes that user.
 */
/* The configuration file `path`, if it is not there: the sample, with the domain and what -s says
 * set. *made: it was not. */
must_check enum err init_files_conf(struct ctl *, const char *path, bool *made);
/* state_dir, the directory of the secret, and a new secret. */
must_check enum err init_files_secret(struct ctl *);
/* Is there anything under the name of the secret file? */
bool init_files_has_secret(const struct ctl *);
#endif
