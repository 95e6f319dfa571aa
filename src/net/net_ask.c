#include "net/net_ask.h"
#include "base/clock.h"
#include "text/url.h"
#include "net/net_handle.h"
#include <poll.h>
#include <sys/socket.h>

struct net_ask_client {
	const struct conf *conf;
	struct net_handle handle;
};

/* The state of one request. */
struct pending_ask {
	CURL *easy;
	const struct net_ask *ask;
	struct net_answer *answer;
	struct buf head, body;
	struct curl_slist *headers;
	char why[CURL_ERROR_SIZE];
};

struct net_ask_client *net_ask_new(const struct conf *c)
{
	struct net_ask_client *n = calloc(1, sizeof *n);

	if (n == NULL || !net_handle_init(&n->handle, c)) {
		free(n);
		return NULL;
	}
	n->conf = c;
	return n;
}

void net_ask_free(struct net_ask_client *n)
{
	if (n)
		net_handle_free(&n->handle);
	free(n);
}

static size_t collect_ask_body(char *p, size_t size, size_t n, void *at)
{
	struct pending_ask *a = at;

	n *= size;
	if (n > NET_ASK_BODY_MAX - a->body.n)
		return 0;
	buf_put(&a->body, p, n);
	return n;
}

/* Drop the header of an interim response (100) when the next one begins. */
static size_t collect_ask_header(char *p, size_t size, size_t n, void *at)
{
	struct pending_ask *a = at;

	n *= size;
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
		a->head.n = 0;
	buf_put(&a->head, p, n);
	return n;
}

static bool add_ask_header(struct pending_ask *a, const char *line)
{
	struct curl_slist *more = curl_slist_append(a->headers, line);

	a->headers = more ? more : a->headers;
	return more != NULL;
}

static bool set_ask_headers(struct pending_ask *a)
{
	bool good = add_ask_header(a, "Expect:") && add_ask_header(a, "Accept: */*");

	if (a->ask->body.p)
		good &= add_ask_header(a, "Content-Type: application/json");
	if (a->ask->chunked)
		good &= add_ask_header(a, "Transfer-Encoding: chunked");
	for (const char *const *h = a->ask->headers; h && *h; h++)
		good &= add_ask_header(a, *h);
	return good && curl_easy_setopt(a->easy, CURLOPT_HTTPHEADER, a->headers) == CURLE_OK;
}

#define SET_ASK(option, value) (curl_easy_setopt(a->easy, CURLOPT_##option, value) == CURLE_OK)
#if LIBCURL_VERSION_NUM >= 0x075500
#define SET_ASK_PROTOCOLS SET_ASK(PROTOCOLS_STR, "http,https")
#else
#define SET_ASK_PROTOCOLS SET_ASK(PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS))
#endif

static bool set_ask_request(struct pending_ask *a)
{
	const struct net_ask *q = a->ask;
	bool good =
	    SET_ASK(URL, q->origin) && SET_ASK(REQUEST_TARGET, q->target) && set_ask_headers(a);

	if (q->body.p)
		good &= SET_ASK(POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n) &&
		    SET_ASK(POSTFIELDS, (const char *)q->body.p);
	if (strcmp(q->method, "HEAD") == 0)
		return good && SET_ASK(NOBODY, 1L);
	return good && SET_ASK(CUSTOMREQUEST, q->method);
}

static bool set_ask_connection(struct pending_ask *a, const struct net_ask_client *n)
{
	const char *ca = n->conf->federation_ca_file;
	bool good = SET_ASK(NOSIGNAL, 1L) && SET_ASK(ERRORBUFFER, a->why) && SET_ASK_PROTOCOLS &&
	    SET_ASK(PROXY, "") && SET_ASK(NOPROXY, "*") && SET_ASK(TIMEOUT_MS, (long)NET_ASK_MS) &&
	    SET_ASK(CONNECTTIMEOUT_MS, (long)NET_ASK_CONNECT_MS) && SET_ASK(PATH_AS_IS, 1L) &&
	    SET_ASK(CERTINFO, 1L) && SET_ASK(FRESH_CONNECT, a->ask->http2 ? 1L : 0L) &&
	    SET_ASK(USERAGENT, "motetctl/" PACKAGE_VERSION) &&
	    SET_ASK(CONNECT_TO, n->handle.routes) &&
	    SET_ASK(SSL_VERIFYPEER, a->ask->anyhow ? 0L : 1L) &&
	    SET_ASK(SSL_VERIFYHOST, a->ask->anyhow ? 0L : 2L) &&
	    SET_ASK(HTTP_VERSION,
		a->ask->http2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);

	if (ca[0])
		good &= SET_ASK(CAINFO, ca) && SET_ASK(CAPATH, NULL);
	return good && SET_ASK(WRITEFUNCTION, collect_ask_body) && SET_ASK(WRITEDATA, a) &&
	    SET_ASK(HEADERFUNCTION, collect_ask_header) && SET_ASK(HEADERDATA, a);
}

static int64_t read_certificate_expiry(CURL *easy)
{
	struct curl_certinfo *chain = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL ||
	    chain->num_of_certs < 1)
		return 0;
	for (struct curl_slist *l = chain->certinfo[0]; l; l = l->next)
		if (str_starts(str_of(l->data), "Expire date:"))
			return curl_getdate(l->data + strlen("Expire date:"), NULL);
	return 0;
}

static int read_http_version(CURL *easy)
{
	long v = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &v);
	return v == CURL_HTTP_VERSION_2_0 ? 20 : v == CURL_HTTP_VERSION_1_0 ? 10 : 11;
}

static void fill_answer(struct pending_ask *a)
{
	struct net_answer *t = a->answer;
	long status = 0;
	char *local = NULL;

	curl_easy_getinfo(a->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(a->easy, CURLINFO_LOCAL_IP, &local);
	snprintf(t->local, sizeof t->local, "%s", local ? local : "");
	t->status = (int)status;
	t->http = read_http_version(a->easy);
	t->cert_ends = read_certificate_expiry(a->easy);
	t->head = buf_done(&a->head);
	t->body = buf_done(&a->body);
}

static void conclude_ask(struct pending_ask *a, CURLcode code)
{
	struct net_answer *t = a->answer;

	t->whole = code == CURLE_OK;
	t->untrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR;
	fill_answer(a);
	if (code != CURLE_OK && (t->status == 0 || code != CURLE_PARTIAL_FILE))
		snprintf(
		    t->why, sizeof t->why, "%s", a->why[0] ? a->why : curl_easy_strerror(code));
}

/* Close our side, and wait until the peer has noticed and closes its own. */
static void wait_for_peer_close(CURL *easy)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	const int64_t deadline = clock_us() + NET_ASK_CUT_MS * INT64_C(1000);
	char some[4096];
	size_t n;

	if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return;
	shutdown(fd, SHUT_WR);
	for (int64_t left; (left = deadline - clock_us()) > 0;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		poll(&p, 1, (int)(left / 1000) + 1);
		CURLcode code = curl_easy_recv(easy, some, sizeof some, &n);
		if (code != CURLE_AGAIN && (code != CURLE_OK || n == 0))
			return;
	}
}

static struct str render_cut_request(struct arena *mem, const struct net_ask *q)
{
	struct buf b = { .mem = mem };
	struct url u = { .host = { "", 0 } };

	url_split(str_of(q->origin), &u);
	buf_printf(&b, "%s %s HTTP/1.1\r\nHost: %.*s%.*s\r\n", q->method, q->target, (int)u.host.n,
	    u.host.s, (int)u.port.n, u.port.n ? u.port.s : "");
	buf_z(&b, "Connection: close\r\nContent-Type: application/json\r\n");
	if (q->chunked)
		buf_printf(&b, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", q->body.n + 1);
	else
		buf_printf(&b, "Content-Length: %zu\r\n\r\n", q->body.n + 1);
	buf_put(&b, q->body.p, q->body.n);
	return buf_done(&b);
}

static CURLcode send_cut_request(struct pending_ask *a, struct arena *mem)
{
	struct str text = render_cut_request(mem, a->ask);
	size_t sent;

	if (!SET_ASK(URL, a->ask->origin) || !SET_ASK(CONNECT_ONLY, 1L))
		return CURLE_FAILED_INIT;
	CURLcode code = curl_easy_perform(a->easy);
	for (size_t at = 0; code == CURLE_OK && at < text.n; at += sent)
		code = curl_easy_send(a->easy, text.s + at, text.n - at, &sent);
	if (code == CURLE_OK)
		wait_for_peer_close(a->easy);
	return code;
}

void net_ask(
    struct net_ask_client *n, struct arena *mem, const struct net_ask *q, struct net_answer *t)
{
	CURL *easy = q->cut ? curl_easy_duphandle(n->handle.easy) : n->handle.easy;
	struct pending_ask a = {
		.easy = easy, .ask = q, .answer = t, .head = { .mem = mem }, .body = { .mem = mem }
	};
	const int64_t began = clock_us();
	CURLcode code = CURLE_FAILED_INIT;

	*t = (struct net_answer){ .why = "" };
	if (easy)
		curl_easy_reset(easy);
	if (easy && set_ask_connection(&a, n))
		code = q->cut		  ? send_cut_request(&a, mem)
		    : set_ask_request(&a) ? curl_easy_perform(easy)
					  : CURLE_FAILED_INIT;
	if (easy)
		conclude_ask(&a, code);
	else
		snprintf(t->why, sizeof t->why, "libcurl does not start");
	t->us = clock_us() - began;
	curl_slist_free_all(a.headers);
	if (q->cut)
		curl_easy_cleanup(easy);
	else if (easy)
		curl_easy_reset(easy);
}

struct str net_ask_header(const struct net_answer *t, const char *name, int *count)
{
	struct str rest = t->head, line, key, value, found = { NULL, 0 };
	int n = 0;

	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (str_cut(line, ':', &key, &value) && str_ieq(key, str_of(name)) && n++ == 0)
			found = str_trim(value);
	}
	if (count)
		*count = n;
	return found;
}
