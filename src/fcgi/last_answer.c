#include "fcgi/last_answer.h"
#include "base/err.h"
#include <fastcgi.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { LAST_ANSWER_MAX = 1024, LAST_RETRY_S = 2 };

static size_t put_last_record(char *to, int type, int id, const char *text, size_t n)
{
	const FCGI_Header h = { .version = FCGI_VERSION_1,
		.type = (unsigned char)type,
		.requestIdB1 = (unsigned char)(id >> 8),
		.requestIdB0 = (unsigned char)id,
		.contentLengthB1 = (unsigned char)(n >> 8),
		.contentLengthB0 = (unsigned char)n };

	memcpy(to, &h, sizeof h);
	memcpy(to + sizeof h, text, n);
	return sizeof h + n;
}

static size_t write_last_text(char *text, size_t size)
{
	char body[LAST_ANSWER_MAX / 2];
	const int status = err_status(ERR_UNAVAILABLE);

	int n = snprintf(body, sizeof body, "{\"errcode\":%d,\"error\":\"%s\",\"message\":\"%s\"}",
	    status, err_code(ERR_UNAVAILABLE), err_text(ERR_UNAVAILABLE));
	return (size_t)snprintf(text, size,
	    "Status: %d Service Unavailable\r\nContent-Type: application/json\r\n"
	    "Cache-Control: no-store\r\nX-P2-Error: %s\r\nRetry-After: %d\r\n"
	    "Access-Control-Allow-Origin: *\r\nX-Content-Type-Options: nosniff\r\n"
	    "Content-Length: %d\r\n\r\n%s",
	    status, err_code(ERR_UNAVAILABLE), LAST_RETRY_S, n, body);
}

void last_answer_send(const FCGX_Request *r)
{
	static const char end[sizeof(FCGI_EndRequestBody)]; /* FCGI_REQUEST_COMPLETE is 0 */
	char text[LAST_ANSWER_MAX], out[2 * LAST_ANSWER_MAX];

	if (r->ipcFd < 0 || !r->isBeginProcessed)
		return;
	size_t n = put_last_record(
	    out, FCGI_STDOUT, r->requestId, text, write_last_text(text, sizeof text));
	n += put_last_record(out + n, FCGI_END_REQUEST, r->requestId, end, sizeof end);
	send(r->ipcFd, out, n, MSG_NOSIGNAL);
	shutdown(r->ipcFd, SHUT_WR);
}
