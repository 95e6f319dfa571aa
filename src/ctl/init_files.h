#ifndef MOTET_CTL_INIT_FILES_H
#define MOTET_CTL_INIT_FILES_H
#include "ctl/ctl.h"
/*
 * The files that `motetctl init` creates for a server; existing files are never changed. When root
 * runs this command and the configuration has a `user`, the directories belong to root, and the
 * group of that user can write to them. The secret belongs to root, too: motetd opens it before it
 * drops root's privileges.
 */
/* Create the configuration file `path` unless it exists: a copy of the sample in which the domain
 * and the keys of -s are set. *made tells whether the file was created. */
must_check enum err init_files_conf(struct ctl *, const char *path, bool *made);
/* Create state_dir, the directory of the secret, and a new secret. */
must_check enum err init_files_secret(struct ctl *);
/* Does anything exist under the name of the secret file? */
bool init_files_has_secret(const struct ctl *);
#endif
