#include "fcgi/message.h"
#include "fcgi/fcgi.h"

enum { CHUNK = 8192 };

/* All of STDIN is read, whatever becomes of it: what is left over would be taken for the next request (OPERATIONS: L9). */
static bool read_body(struct arena *mem, FCGX_Stream *in, int64_t expected, struct http_req *q)
{
	size_t cap = expected > 0 && expected <= FCGI_BODY_MAX ? (size_t)expected + 1 : 0;
	struct buf b = { .mem = mem, .s = cap ? arena_alloc(mem, cap) : NULL, .cap = cap };
	char chunk[CHUNK];
	int64_t total = 0;
	int n;

	while ((n = FCGX_GetStr(chunk, sizeof chunk, in)) > 0) {
		total += n;
		if (total > FCGI_DRAIN_MAX)
			return false;
		q->body_too_large = total > FCGI_BODY_MAX;
		if (!q->body_too_large)
			buf_put(&b, chunk, (size_t)n);
	}
	explicit_bzero(chunk, sizeof chunk);
	if (FCGX_GetError(in) != 0)
		return false;
	if (!q->body_too_large)
		q->body = buf_done(&b);
	if (expected >= 0 && expected != total)
		q->malformed = "Content-Length is not the length of the body that arrived.";
	return true;
}

bool message_read(struct arena *mem, FCGX_Request *r, const char *trusted_proxies, struct http_req *q)
{
	int64_t expected;

	/* A connection that was lost inside the parameters looks like a request with fewer of them (L15). */
	if (FCGX_GetError(r->in) != 0)
		return false;
	return params_read(mem, r->envp, trusted_proxies, q, &expected) && read_body(mem, r->in, expected, q);
}

static bool put(FCGX_Stream *out, struct str s)
{
	return s.n == 0 || FCGX_PutStr(s.s, (int)s.n, out) == (int)s.n;
}

bool message_write(FCGX_Stream *out, struct arena *mem, const struct http_req *q, const struct http_resp *r)
{
	struct buf b = { .mem = mem };
	bool bodiless = r->status == 204 || r->status == 304;

	buf_printf(&b, "Status: %d %s\r\n", r->status, http_reason(r->status));
	for (size_t i = 0; i < r->nheaders; i++) {
		buf_printf(&b, "%s: ", r->headers[i].name);
		buf_str(&b, r->headers[i].value);
		buf_z(&b, "\r\n");
	}
	/* Always: without it a worker that dies in the middle leaves what looks like a whole response. */
	if (!bodiless)
		buf_printf(&b, "Content-Length: %zu\r\n", r->body.n);
	buf_z(&b, "\r\n");
	return put(out, buf_done(&b)) && (bodiless || q->head || put(out, r->body));
}
