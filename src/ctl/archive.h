#ifndef MOTET_CTL_ARCHIVE_H
#define MOTET_CTL_ARCHIVE_H
#include "ctl/ctl.h"
#include <signal.h>
/*
 * The file of `motetctl backup`: a tar archive, made and read by tar(1) through a directory that
 * only we can read.
 *
 *	manifest       a line `SHA-256  name` for each other member, as sha256sum(1) checks them
 *	about          what it is a backup of, for people
 *	database.dump  of pg_dump, in its custom format
 *	motet.conf     the configuration file, if there is one
 *	secret         secret_file, with --with-secret only
 */
struct archive {
	const char *dir; /* in the arena */
	sigset_t before; /* the signal mask */
};
/* Make the directory, beside `path`. Until archive_end(), which deletes it, SIGINT, SIGTERM and
 * SIGHUP end the program that archive_run() runs, and archive_run() fails. */
must_check enum err archive_begin(struct ctl *, const char *path, struct archive *);
void archive_end(struct ctl *, const struct archive *);
/* The path of a member, in the arena. */
const char *archive_path(struct ctl *, const struct archive *, const char *name);
must_check enum err archive_write(
    struct ctl *, const struct archive *, const char *name, const char *text);
must_check enum err archive_copy_in(
    struct ctl *, const struct archive *, const char *name, const char *from);
/* `to` must not exist; it gets mode 0400 and the owner of its directory. */
must_check enum err archive_copy_out(
    struct ctl *, const struct archive *, const char *name, const char *to);
/* Write the manifest, and all members to `file`, which must not exist, mode 0600. */
must_check enum err archive_pack(struct ctl *, const struct archive *, const char *file);
/* Unpack the members that the manifest of `file` names, and check them. */
must_check enum err archive_unpack(struct ctl *, const struct archive *, const char *file);
/* Run a program; `quiet`: without its standard output. */
must_check enum err archive_run(struct ctl *, const char *const argv[], bool quiet);
#endif
