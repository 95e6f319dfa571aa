#ifndef MOTET_BASE_INSTALL_PATH_H
#define MOTET_BASE_INSTALL_PATH_H
/*
 * Find an installed file, even if the installation was moved. If the running program is in bin or
 * sbin of some directory, that directory replaces the build's prefix in `path`. A path outside of
 * the prefix (/etc when the prefix is /usr) stays as it is, and so does every path on a system
 * without /proc. Returns `path` itself, or a string that lives as long as the process.
 */
const char *install_path(const char *path);
#endif
