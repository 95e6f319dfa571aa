#ifndef MOTET_BASE_INSTALL_PATH_H
#define MOTET_BASE_INSTALL_PATH_H
/*
 * Installed files, wherever the whole was moved to. The build knows its prefix; when the running
 * program lies in bin or sbin of another directory, that one is the prefix now, and every path of
 * the build below the old one is below the new one. Paths outside of the prefix (/etc of a program
 * in /usr) stay. Where the system does not tell where a program lies (no /proc), all of them do.
 * The answer is `path` itself, or lives as long as the process.
 */
const char *install_path(const char *path);
#endif
