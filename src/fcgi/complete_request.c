#include "fcgi/complete_request.h"

enum { RECORD_HEADER = 8, RECORD_VERSION = 1, RECORD_ABORT = 2, RECORD_STDIN = 5 };

bool complete_request_arrived(const uint8_t *p, size_t n)
{
	while (n >= RECORD_HEADER) {
		size_t content = (size_t)p[4] << 8 | p[5], record = RECORD_HEADER + content + p[6];
		if (p[0] != RECORD_VERSION || p[1] == RECORD_ABORT ||
		    (p[1] == RECORD_STDIN && content == 0))
			return true;
		if (record > n)
			return false;
		p += record;
		n -= record;
	}
	return n > 0 && p[0] != RECORD_VERSION;
}
