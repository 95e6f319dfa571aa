#include "fcgi/cgi.h"
#include "fcgi/message.h"
#include <errno.h>
#include <unistd.h>

extern char **environ;

/* *left: how many octets of CONTENT_LENGTH are still to be read, since there may be no end of file
 * after the body (RFC 3875 4.2); -1: read to the end of file. */
static int read_cgi_body(void *left, char *to, int n)
{
	int64_t *rest = left;
	size_t most = *rest >= 0 && *rest < n ? (size_t)*rest : (size_t)n;
	ssize_t got;

	do
		got = most ? read(STDIN_FILENO, to, most) : 0;
	while (got < 0 && errno == EINTR);
	if (*rest > 0 && got > 0)
		*rest -= got;
	return (int)got;
}

bool cgi_read(struct arena *mem, const char *trusted_proxies, struct http_req *q)
{
	int64_t expected;

	if (!params_read(mem, environ, trusted_proxies, q, &expected))
		return false;
	int64_t left = expected;
	return message_read_body(mem, read_cgi_body, &left, expected, q) ||
	    q->body_too_large; /* the rest of a body that is too large need not be read */
}

static bool write_cgi_output(struct str s)
{
	while (s.n) {
		ssize_t n = write(STDOUT_FILENO, s.s, s.n);
		if (n < 0 && errno != EINTR)
			return false;
		s = str_from(s, n > 0 ? (size_t)n : 0);
	}
	return true;
}

bool cgi_write(struct arena *mem, const struct http_req *q, const struct http_resp *r)
{
	return write_cgi_output(message_render_head(mem, r)) &&
	    (!message_has_body(q, r) || write_cgi_output(r->body));
}
