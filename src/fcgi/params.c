#include "fcgi/fcgi.h"
#include "fcgi/message.h"
#include "base/address.h"
#include "base/ascii.h"
#include "text/form.h"
#include <sys/random.h>

enum param {
	P_METHOD,
	P_URI,
	P_SCRIPT,
	P_PATH,
	P_QUERY,
	P_LENGTH,
	P_TYPE,
	P_AUTH,
	P_AUTH_REDIRECT,
	P_ENCODING,
	P_ACCEPT,
	P_AGENT,
	P_NONE_MATCH,
	P_ORIGIN,
	P_PREFER,
	P_SOLUTION,
	P_PREFLIGHT,
	P_REQUEST_ID,
	P_OWN_ID,
	P_FORWARDED,
	P_FORWARDED_NODES,
	P_HOST,
	P_REMOTE,
	P_HTTPS,
	P_SCHEME,
	P_COUNT
};

static const struct str param_names[P_COUNT] = {
	[P_METHOD] = STR("REQUEST_METHOD"),
	[P_URI] = STR("REQUEST_URI"),
	[P_SCRIPT] = STR("SCRIPT_NAME"),
	[P_PATH] = STR("PATH_INFO"),
	[P_QUERY] = STR("QUERY_STRING"),
	[P_LENGTH] = STR("CONTENT_LENGTH"),
	[P_TYPE] = STR("CONTENT_TYPE"),
	[P_AUTH] = STR("HTTP_AUTHORIZATION"),
	[P_AUTH_REDIRECT] = STR("REDIRECT_HTTP_AUTHORIZATION"),
	[P_ENCODING] = STR("HTTP_CONTENT_ENCODING"),
	[P_ACCEPT] = STR("HTTP_ACCEPT"),
	[P_AGENT] = STR("HTTP_USER_AGENT"),
	[P_NONE_MATCH] = STR("HTTP_IF_NONE_MATCH"),
	[P_ORIGIN] = STR("HTTP_ORIGIN"),
	[P_PREFER] = STR("HTTP_PREFER"),
	[P_SOLUTION] = STR("HTTP_X_P2_SENSITIVE_SOLUTION"),
	[P_PREFLIGHT] = STR("HTTP_ACCESS_CONTROL_REQUEST_METHOD"),
	[P_REQUEST_ID] = STR("HTTP_X_REQUEST_ID"),
	[P_OWN_ID] = STR("REQUEST_ID"),
	[P_FORWARDED] = STR("HTTP_X_FORWARDED_FOR"),
	[P_FORWARDED_NODES] = STR("HTTP_FORWARDED"),
	[P_HOST] = STR("HTTP_HOST"),
	[P_REMOTE] = STR("REMOTE_ADDR"),
	[P_HTTPS] = STR("HTTPS"),
	[P_SCHEME] = STR("REQUEST_SCHEME"),
};

struct param_index {
	struct str v[P_COUNT];
	bool there[P_COUNT];
};

static enum param find_param(struct str name)
{
	enum param i = 0;

	while (i < P_COUNT && !str_eq(param_names[i], name))
		i++;
	return i;
}

/* Refuse two values of one parameter: X-A and X_A become the same name, and we cannot know which
 * one counts. */
static void record_param(
    struct param_index *ix, struct http_req *q, struct str name, struct str value)
{
	enum param i = find_param(name);

	if (i == P_COUNT)
		return;
	if (ix->there[i] && !str_eq(ix->v[i], value))
		q->malformed = "A header was sent twice with different values.";
	ix->there[i] = true;
	ix->v[i] = value;
}

static void index_params(struct param_index *ix, struct http_req *q, char *const *envp)
{
	size_t total = 0, count = 0;
	struct str name, value;

	for (; *envp; envp++) {
		struct str s = str_of(*envp);
		total += s.n;
		if (++count > FCGI_PARAMS_COUNT || total > FCGI_PARAMS_MAX) {
			q->headers_too_large = true;
			q->malformed = err_text(ERR_HEADERS_TOO_LARGE);
			return;
		}
		str_cut(s, '=', &name, &value);
		record_param(ix, q, name, value);
	}
}

static struct str build_request_target(struct arena *mem, const struct param_index *ix)
{
	static const char path_chars[] = "!$&'()*+,;=:@/"; /* RFC 3986 3.3 */
	struct buf b = { .mem = mem };

	if (ix->v[P_URI].n)
		return ix->v[P_URI];
	/* The path parameters are decoded already; encode them again, since http_target() decodes
	 * them. */
	form_encode(&b, ix->v[P_SCRIPT], path_chars);
	form_encode(&b, ix->v[P_PATH], path_chars);
	if (ix->v[P_QUERY].n)
		buf_z(&b, "?");
	buf_str(&b, ix->v[P_QUERY]);
	return buf_done(&b);
}

/* Return the value of for= in an element of Forwarded (RFC 7239 4), or an element of
 * X-Forwarded-For as it is. */
static struct str find_forwarded_node(struct str element)
{
	struct str pair, name, value;

	if (memchr(element.s, '=', element.n) == NULL)
		return element;
	while (element.n) {
		str_cut(element, ';', &pair, &element);
		if (str_cut(pair, '=', &name, &value) && str_ieq(str_trim(name), STR("for")))
			return value;
	}
	return (struct str){ NULL, 0 };
}

/* The peer of a Unix socket can only be a proxy, and has no address. */
static bool is_proxy(const char *trusted, struct str remote)
{
	return str_starts(remote, "unix:") || address_listed(trusted, remote);
}

/*
 * Each proxy appends the address of its peer to X-Forwarded-For or Forwarded. Read the header from
 * the right, past trusted proxies, to the first other address: that is the client. If an element
 * has no IP address, the proxy that sent it counts as the client.
 */
static struct str find_client_address(struct str remote, struct str forwarded, const char *trusted)
{
	while (forwarded.n && is_proxy(trusted, remote)) {
		size_t at = forwarded.n;
		while (at && forwarded.s[at - 1] != ',')
			at--;
		struct str last = { forwarded.s + at, forwarded.n - at };
		if (!address_of_node(find_forwarded_node(last), &last))
			break;
		remote = last;
		forwarded.n = at ? at - 1 : 0;
	}
	return remote;
}

/*
 * REQUEST_ID of the web server, which clients cannot set (their headers are HTTP_…), or
 * X-Request-Id of a trusted proxy. X-Request-Id of other peers is ignored: they must not choose
 * what is in our log.
 */
static struct str find_given_request_id(const struct param_index *ix, const char *trusted)
{
	if (ix->v[P_OWN_ID].n)
		return ix->v[P_OWN_ID];
	return is_proxy(trusted, ix->v[P_REMOTE]) ? ix->v[P_REQUEST_ID] : (struct str){ NULL, 0 };
}

static bool is_request_id_char(char c)
{
	return ascii_is_alnum(c) || ascii_is_one_of(c, "._-");
}

static struct str choose_request_id(struct arena *mem, struct str given)
{
	uint64_t r = 0;

	if (given.n > 0 && given.n <= 64 && ascii_all(given, is_request_id_char))
		return given;
	if (getrandom(&r, sizeof r, 0) != sizeof r)
		r = 0;
	return str_of(arena_printf(mem, "%016llx", (unsigned long long)r));
}

static void copy_param(struct arena *mem, struct str *s)
{
	s->s = arena_dup(mem, s->s, s->n);
}

bool params_read(struct arena *mem, char *const *envp, const char *trusted, struct http_req *q,
    int64_t *content_length)
{
	struct param_index ix = { .there = { false } };

	*q = (struct http_req){ .malformed = NULL };
	*content_length = -1;
	index_params(&ix, q, envp);
	if (ix.v[P_METHOD].n == 0 && !q->malformed)
		return false;
	for (enum param i = 0; i < P_COUNT; i++)
		copy_param(mem, &ix.v[i]);
	const struct str *v = ix.v;
	str_i64(v[P_LENGTH], content_length);
	q->method_name = v[P_METHOD];
	q->method = http_method(q->method_name, &q->head);
	q->target = build_request_target(mem, &ix);
	q->authorization = v[v[P_AUTH].n ? P_AUTH : P_AUTH_REDIRECT];
	q->accept = v[P_ACCEPT];
	q->user_agent = v[P_AGENT];
	q->if_none_match = v[P_NONE_MATCH];
	q->origin = v[P_ORIGIN];
	q->prefer = v[P_PREFER];
	q->content_type = v[P_TYPE];
	q->content_encoding = v[P_ENCODING];
	q->solution = v[P_SOLUTION];
	q->preflight = v[P_PREFLIGHT];
	q->request_id = choose_request_id(mem, find_given_request_id(&ix, trusted));
	q->remote = find_client_address(
	    v[P_REMOTE], v[v[P_FORWARDED].n ? P_FORWARDED : P_FORWARDED_NODES], trusted);
	q->host = v[P_HOST];
	q->https = str_ieq(v[P_HTTPS], STR("on")) || str_ieq(v[P_SCHEME], STR("https"));
	return true;
}
