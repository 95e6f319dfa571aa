#include "text/form.h"
#include "text/url.h"
#include "text/utf8.h"
#include "http/http.h"

static enum err refuse_path(struct cx *cx, const char *why)
{
	return refuse(cx, ERR_BAD_REQUEST, NULL, "the path %s", why);
}

/* Some web servers pass on the absolute form (RFC 9112 3.2.2). An empty path in that form means
 * "/". */
static struct str cut_authority(struct arena *mem, struct str t)
{
	struct buf b = { .mem = mem };
	struct url u;

	if (!url_split(t, &u))
		return t;
	if (str_starts(u.rest, "/"))
		return u.rest;
	buf_z(&b, "/");
	buf_str(&b, u.rest);
	return buf_done(&b);
}

static enum err decode_segment(struct cx *cx, struct str raw, struct str *out)
{
	if (raw.n == 0)
		return refuse_path(cx, "must not have an empty segment");
	if (!form_decode(cx->mem, raw, false, out))
		return refuse_path(cx, "must have two hex digits after every %");
	for (size_t i = 0; i < out->n; i++)
		if ((unsigned char)out->s[i] < 0x20 || out->s[i] == 0x7f)
			return refuse_path(cx, "must not contain control characters");
	if (!utf8_ok(*out))
		return refuse_path(cx, "must be UTF-8");
	return str_is(*out, ".") || str_is(*out, "..")
	    ? refuse_path(cx, "must not have a segment . or ..")
	    : OK;
}

/* base_path is compared with decoded segments: /~jo and /%7Ejo are the same. */
static enum err cut_base_path(struct cx *cx, const char *base_path, struct str *path)
{
	struct str base = str_from(str_of(base_path), 1), rest = str_from(*path, 1), want, raw, got;
	bool more = true;

	if (base.n == 0)
		return OK;
	while (base.n) {
		str_cut(base, '/', &want, &base);
		if (!more || rest.n == 0)
			return refuse(cx, ERR_NO_ROUTE, NULL, "%s", err_text(ERR_NO_ROUTE));
		more = str_cut(rest, '/', &raw, &rest);
		TRY(decode_segment(cx, raw, &got));
		if (!str_eq(got, want))
			return refuse(cx, ERR_NO_ROUTE, NULL, "%s", err_text(ERR_NO_ROUTE));
	}
	*path = more ? (struct str){ rest.s - 1, rest.n + 1 } : STR("/");
	return OK;
}

static enum err split_segments(struct cx *cx, struct str path, struct strs *segs)
{
	struct str rest = str_from(path, 1), raw;
	bool more = rest.n != 0;

	*segs = (struct strs){ arena_alloc(cx->mem, HTTP_SEGMENTS * sizeof *segs->v), 0 };
	if (rest.n && rest.s[rest.n - 1] == '/')
		rest.n--;
	while (more) {
		if (segs->n == HTTP_SEGMENTS)
			return refuse_path(cx, "must have at most 16 segments");
		more = str_cut(rest, '/', &raw, &rest);
		TRY(decode_segment(cx, raw, &segs->v[segs->n]));
		segs->n++;
	}
	return OK;
}

/* OPTIONS * asks about the server as a whole (RFC 9112 3.2.4). */
static enum err accept_asterisk(struct cx *cx, struct http_req *q)
{
	if (q->method != M_OPTIONS)
		return refuse_path(cx, "* is only for OPTIONS");
	q->path = q->target;
	q->query = STR("");
	q->segs = (struct strs){ NULL, 0 };
	return OK;
}

enum err http_target(struct cx *cx, const char *base_path, struct http_req *q)
{
	struct str path;

	q->target = cut_authority(cx->mem, q->target);
	if (str_is(q->target, "*"))
		return accept_asterisk(cx, q);
	if (q->target.n == 0 || q->target.s[0] != '/')
		return refuse_path(cx, "must begin with /");
	if (memchr(q->target.s, '#', q->target.n))
		return refuse_path(cx, "must not contain #; a fragment is not sent to a server");
	str_cut(q->target, '?', &path, &q->query);
	TRY(cut_base_path(cx, base_path, &path));
	q->path = path;
	return split_segments(cx, path, &q->segs);
}
