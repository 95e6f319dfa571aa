#include "base/install_path.h"
#include "base/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cut the last part off a path and return that part; "" if there is none. */
static const char *cut_last_part(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL)
		return "";
	*slash = '\0';
	return slash + 1;
}

/* The parent of the program's directory, if that is bin or sbin; else the build's prefix. */
static const char *find_prefix(void)
{
	static char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	if (n <= 0 || (size_t)n >= sizeof exe - 1)
		return INSTALL_PREFIX;
	exe[n] = '\0';
	cut_last_part(exe);
	const char *dir = cut_last_part(exe);
	return strcmp(dir, "bin") == 0 || strcmp(dir, "sbin") == 0 ? exe : INSTALL_PREFIX;
}

const char *install_path(const char *path)
{
	const char *now = find_prefix();
	size_t n = strlen(INSTALL_PREFIX);
	char *moved;

	if (strcmp(now, INSTALL_PREFIX) == 0 || strncmp(path, INSTALL_PREFIX, n) != 0 ||
	    path[n] != '/')
		return path;
	return asprintf(&moved, "%s%s", now, path + n) >= 0 ? moved : path;
}
