#include "fcgi/request_progress.h"
#include <string.h>

enum { RECORD_VERSION = 1, RECORD_ABORT = 2, RECORD_STDIN = 5 };

/* FastCGI 1.0, 3.3: version, type, request (2), length of the content (2), of the padding, 0 */
static void begin_record(struct request_progress *a)
{
	const uint8_t *h = a->header;
	size_t content = (size_t)h[4] << 8 | h[5];

	a->left = content + h[6];
	if (h[1] == RECORD_STDIN)
		a->body += content;
}

static void end_record(struct request_progress *a)
{
	const uint8_t *h = a->header;

	a->complete = h[1] == RECORD_ABORT || (h[1] == RECORD_STDIN && h[4] == 0 && h[5] == 0);
	if (!a->complete)
		a->nheader = 0;
}

static size_t add_to_header(struct request_progress *a, const uint8_t *p, size_t n)
{
	size_t rest = sizeof a->header - a->nheader, take = n < rest ? n : rest;

	memcpy(a->header + a->nheader, p, take);
	a->nheader += take;
	if (a->header[0] != RECORD_VERSION)
		a->complete = true;
	else if (a->nheader == sizeof a->header)
		begin_record(a);
	return take;
}

size_t request_progress_add(struct request_progress *a, const uint8_t *p, size_t n)
{
	size_t take;

	if (a->complete || n == 0)
		return 0;
	if (a->nheader < sizeof a->header) {
		take = add_to_header(a, p, n);
	} else {
		take = n < a->left ? n : a->left;
		a->left -= take;
	}
	if (!a->complete && a->nheader == sizeof a->header && a->left == 0)
		end_record(a);
	return take;
}

bool request_progress_is_body(const struct request_progress *a)
{
	return a->header[1] == RECORD_STDIN;
}

bool request_progress_arrived(const uint8_t *p, size_t n)
{
	struct request_progress a = { .complete = false };
	size_t took;

	for (; (took = request_progress_add(&a, p, n)) > 0; n -= took)
		p += took;
	return a.complete;
}
