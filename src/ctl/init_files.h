#ifndef MOTET_CTL_INIT_FILES_H
#define MOTET_CTL_INIT_FILES_H
#include "ctl/ctl.h"
/*
 * The files that `motetctl init` creates for a server; existing ones are never changed. When root
 * runs it and the configuration has a `user`, the directories belong to root, and the group of that
 * user may write to them. The secret belongs to root, too: motetd opens it before it drops root's
 * privileges.
 */
/* Create the configuration file `path` unless it exists: the sample, with the domain and the keys
 * of -s set. *made: it was created. */
must_check enum err init_files_conf(struct ctl *, const char *path, bool *made);
/* Create state_dir, the directory of the secret, and a new secret. */
must_check enum err init_files_secret(struct ctl *);
/* Does anything exist under the name of the secret file? */
bool init_files_has_secret(const struct ctl *);
#endif
