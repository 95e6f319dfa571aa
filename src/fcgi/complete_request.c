#include "fcgi/complete_request.h"

enum { HEADER = 8, VERSION = 1, ABORT_REQUEST = 2, STDIN = 5 };

bool complete_request(const uint8_t *p, size_t n)
{
	while (n >= HEADER) {
		size_t content = (size_t)p[4] << 8 | p[5], record = HEADER + content + p[6];
		if (p[0] != VERSION || p[1] == ABORT_REQUEST || (p[1] == STDIN && content == 0))
			return true;
		if (record > n)
			return false;
		p += record;
		n -= record;
	}
	return n > 0 && p[0] != VERSION;
}
