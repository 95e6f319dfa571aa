#include "server/motetd.h"

int main(int argc, char **argv)
{
	return motetd_main(argc, argv);
}
