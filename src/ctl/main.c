#include "base/memory.h"
#include "ctl/ctl.h"
#include <sysexits.h>
#include <unistd.h>

static void end_without_memory_left(void)
{
	static const char text[] = "motetctl: out of memory\n";

	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(EX_IOERR);
	_exit(EX_OSERR);
}

int main(int argc, char **argv)
{
	memory_on_failure(end_without_memory_left);
	return ctl_main(argc, argv);
}
