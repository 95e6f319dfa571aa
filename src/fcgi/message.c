#include "fcgi/message.h"
#include "fcgi/fcgi.h"

enum { BODY_CHUNK = 8192 };

bool message_read_body(
    struct arena *mem, message_source *take, void *from, int64_t expected, struct http_req *q)
{
	size_t cap = expected > 0 && expected <= FCGI_BODY_MAX ? (size_t)expected + 1 : 0;
	struct buf b = { .mem = mem, .s = cap ? arena_alloc(mem, cap) : NULL, .cap = cap };
	char chunk[BODY_CHUNK];
	int64_t total = 0;
	int n;

	while ((n = take(from, chunk, sizeof chunk)) > 0) {
		total += n;
		if (total > FCGI_DRAIN_MAX)
			return false;
		q->body_too_large = total > FCGI_BODY_MAX;
		if (!q->body_too_large)
			buf_put(&b, chunk, (size_t)n);
	}
	explicit_bzero(chunk, sizeof chunk);
	if (n < 0)
		return false;
	if (!q->body_too_large)
		q->body = buf_done(&b);
	if (expected >= 0 && expected != total && !q->body_too_large)
		q->malformed = "Content-Length does not match the length of the body.";
	return true;
}

static int read_fcgi_body(void *in, char *to, int n)
{
	int got = FCGX_GetStr(to, n, in);

	return got <= 0 && FCGX_GetError(in) != 0 ? -1 : got;
}

bool message_read(
    struct arena *mem, FCGX_Request *r, const char *trusted_proxies, struct http_req *q)
{
	int64_t expected;

	/* If the connection broke inside the parameters, those that arrived would look like a
	 * complete request (operations.md 1.15). */
	if (FCGX_GetError(r->in) != 0)
		return false;
	return params_read(mem, r->envp, trusted_proxies, q, &expected) &&
	    message_read_body(mem, read_fcgi_body, r->in, expected, q);
}

static bool is_status_without_body(const struct http_resp *r)
{
	return r->status == 204 || r->status == 304;
}

struct str message_render_head(struct arena *mem, const struct http_resp *r)
{
	struct buf b = { .mem = mem };

	buf_printf(&b, "Status: %d %s\r\n", r->status, http_reason(r->status));
	for (size_t i = 0; i < r->nheaders; i++) {
		if (r->body.n == 0 && r->status != 200 &&
		    strcmp(r->headers[i].name, "Content-Type") == 0)
			continue;
		buf_printf(&b, "%s: ", r->headers[i].name);
		buf_str(&b, r->headers[i].value);
		buf_z(&b, "\r\n");
	}
	/* Without Content-Length, a response cut short by the death of a worker would look
	 * complete. */
	if (!is_status_without_body(r))
		buf_printf(&b, "Content-Length: %zu\r\n", r->body.n);
	buf_z(&b, "\r\n");
	return buf_done(&b);
}

bool message_has_body(const struct http_req *q, const struct http_resp *r)
{
	return !is_status_without_body(r) && !q->head;
}

static bool write_fcgi_stream(FCGX_Stream *out, struct str s)
{
	return s.n == 0 || FCGX_PutStr(s.s, (int)s.n, out) == (int)s.n;
}

bool message_write(
    FCGX_Stream *out, struct arena *mem, const struct http_req *q, const struct http_resp *r)
{
	return write_fcgi_stream(out, message_render_head(mem, r)) &&
	    (!message_has_body(q, r) || write_fcgi_stream(out, r->body));
}
