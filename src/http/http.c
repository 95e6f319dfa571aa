#include "http/http.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void abort_on_header(const char *why, const char *name)
{
	fprintf(stderr, "motet: http: %s: %s\n", name, why);
	abort();
}

static struct http_header *find_header_slot(struct http_resp *r, const char *name)
{
	for (size_t i = 0; i < r->nheaders; i++)
		if (str_ieq(str_of(r->headers[i].name), str_of(name)))
			return &r->headers[i];
	if (r->nheaders == HTTP_HEADERS)
		abort_on_header("too many headers", name);
	return &r->headers[r->nheaders++];
}

__attribute__((format(printf, 2, 0))) static struct str format_header_value(
    struct arena *mem, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		abort_on_header("invalid format", fmt);
	char *s = arena_alloc(mem, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	return (struct str){ s, (size_t)n };
}

void http_set(struct cx *cx, struct http_resp *r, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct str value = format_header_value(cx->mem, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.s[i] < 0x20 || value.s[i] == 0x7f)
			abort_on_header("control character in the value of a header", name);
	*find_header_slot(r, name) = (struct http_header){ name, value };
}

const struct http_header *http_get(const struct http_resp *r, const char *name)
{
	for (size_t i = 0; i < r->nheaders; i++)
		if (str_ieq(str_of(r->headers[i].name), str_of(name)))
			return &r->headers[i];
	return NULL;
}

void http_unset(struct http_resp *r, const char *name)
{
	for (size_t i = 0; i < r->nheaders; i++)
		if (str_ieq(str_of(r->headers[i].name), str_of(name))) {
			r->headers[i] = r->headers[--r->nheaders];
			return;
		}
}

enum method http_method(struct str name, bool *head)
{
	static const struct {
		const char *name;
		enum method method;
	} rows[] = { { "GET", M_GET }, { "HEAD", M_GET }, { "POST", M_POST }, { "PUT", M_PUT },
		{ "DELETE", M_DELETE }, { "OPTIONS", M_OPTIONS } };

	*head = str_is(name, "HEAD");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_is(name, rows[i].name))
			return rows[i].method;
	return M_OTHER;
}

const char *http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} rows[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].status == status)
			return rows[i].reason;
	return "Unknown";
}
