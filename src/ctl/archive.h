#ifndef MOTET_CTL_ARCHIVE_H
#define MOTET_CTL_ARCHIVE_H
#include "ctl/ctl.h"
#include <signal.h>
/*
 * The file that `motetctl backup` writes: a tar archive. tar(1) makes and reads it in a working
 * directory that only the user of motetctl can read.
 *
 *	manifest       a line `SHA-256  name` for each other member, as sha256sum(1) checks them
 *	about          domain, time, versions and epoch of the saved database, for people
 *	database.dump  the dump that pg_dump made, in its custom format
 *	motet.conf     the configuration file, if there is one
 *	secret         the file secret_file, only with --with-secret
 */
struct archive {
	const char *dir; /* path of the working directory, in the arena */
	sigset_t before; /* the signal mask before archive_begin() */
};
/* Make the working directory beside `path`; archive_end() deletes it. Between the two calls,
 * SIGINT, SIGTERM and SIGHUP end the program that archive_run() runs, and archive_run() fails. */
must_check enum err archive_begin(struct ctl *, const char *path, struct archive *);
void archive_end(struct ctl *, const struct archive *);
/* Return the path of a member in the working directory; the text lives in the arena. */
const char *archive_path(struct ctl *, const struct archive *, const char *name);
must_check enum err archive_write(
    struct ctl *, const struct archive *, const char *name, const char *text);
must_check enum err archive_copy_in(
    struct ctl *, const struct archive *, const char *name, const char *from);
/* Copy a member to the path `to`. The file `to` must not exist; it gets mode 0400 and the owner of
 * its directory. */
must_check enum err archive_copy_out(
    struct ctl *, const struct archive *, const char *name, const char *to);
/* Write the manifest, then pack all members into `file`. `file` must not exist; it gets mode
 * 0600. */
must_check enum err archive_pack(struct ctl *, const struct archive *, const char *file);
/* Unpack the members that the manifest of `file` names, and compare their hashes with it. */
must_check enum err archive_unpack(struct ctl *, const struct archive *, const char *file);
/* Run a program and wait for it; if `quiet`, its standard output is discarded. */
must_check enum err archive_run(struct ctl *, const char *const argv[], bool quiet);
#endif
