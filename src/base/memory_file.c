#include "base/memory_file.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int memory_file_open(const char *name)
{
#ifdef HAVE_MEMFD_CREATE
	return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
#else
	char path[] = "/tmp/motet-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	(void)name;
	if (fd >= 0)
		unlink(path);
	return fd;
#endif
}
