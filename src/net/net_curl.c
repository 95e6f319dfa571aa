#include "net/net_curl.h"
#include "base/clock.h"
#include "net/net_address.h"
#include "net/net_handle.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

struct net_curl {
	struct net_handle handle;
	char why[CURL_ERROR_SIZE];
};

/* Options for all transfers. Some options repeat libcurl's defaults, in case a newer libcurl
 * changes them. */
static const struct {
	CURLoption option;
	long value;
} curl_numbers[] = {
	{ CURLOPT_NOSIGNAL, 1 },
	{ CURLOPT_NOPROGRESS, 1 },
#if LIBCURL_VERSION_NUM >= 0x075700
	{ CURLOPT_QUICK_EXIT, 1 }, /* do not wait for a silent DNS server after the deadline */
#endif
#if LIBCURL_VERSION_NUM < 0x075500
	{ CURLOPT_PROTOCOLS, CURLPROTO_HTTPS },
	{ CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTPS },
#endif
	{ CURLOPT_HTTPGET, 1 },
	{ CURLOPT_FOLLOWLOCATION, 0 }, /* net.c follows redirects and checks each hop */
	{ CURLOPT_SSL_VERIFYPEER, 1 },
	{ CURLOPT_SSL_VERIFYHOST, 2 },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	{ CURLOPT_SSL_SESSIONID_CACHE, 0 }, /* verify the certificate on each connection */
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_HTTP09_ALLOWED, 0 },
	{ CURLOPT_HTTP_CONTENT_DECODING, 0 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
	{ CURLOPT_LOW_SPEED_LIMIT, 100 },
	{ CURLOPT_LOW_SPEED_TIME, 3 },
	{ CURLOPT_DNS_CACHE_TIMEOUT, 0 },
	{ CURLOPT_MAXCONNECTS, 1 },
	{ CURLOPT_MAXAGE_CONN, 15 },
	{ CURLOPT_MAXLIFETIME_CONN, 60 },
};
static const struct {
	CURLoption option;
	const char *value;
} curl_texts[] = {
#if LIBCURL_VERSION_NUM >= 0x075500
	{ CURLOPT_PROTOCOLS_STR, "https" },
	{ CURLOPT_REDIR_PROTOCOLS_STR, "https" },
#endif
	{ CURLOPT_PROXY, "" }, /* ignore proxies of the environment */
	{ CURLOPT_NOPROXY, "*" },
	{ CURLOPT_USERAGENT, "motet/" PACKAGE_VERSION " polyproto/1.0-beta.13" },
};

static size_t abort_transfer(struct net_hop *h, enum net_end why)
{
	h->broke = why;
	return 0;
}

static size_t collect_hop_body(char *p, size_t size, size_t n, void *at)
{
	struct net_hop *h = at;

	n *= size;
	if (n > NET_BODY_MAX - h->body.n)
		return abort_transfer(h, NET_TOO_LARGE);
	buf_put(&h->body, p, n);
	return n;
}

/* We asked for no content coding, but libcurl would decode some codings: refuse all codings but
 * identity and chunked. */
static bool is_coding_accepted(struct str line)
{
	static const struct {
		struct str name, value;
	} only[] = {
		{ { "content-encoding", 16 }, { "identity", 8 } },
		{ { "transfer-encoding", 17 }, { "chunked", 7 } },
	};
	struct str name, value;

	if (!str_cut(line, ':', &name, &value))
		return true;
	for (size_t i = 0; i < sizeof only / sizeof only[0]; i++)
		if (str_ieq(str_trim(name), only[i].name) &&
		    !str_ieq(str_trim(value), only[i].value))
			return false;
	return true;
}

/* libcurl calls this for each header line, including those of interim responses and trailers. */
static size_t check_hop_header(char *p, size_t size, size_t n, void *at)
{
	struct net_hop *h = at;

	n *= size;
	h->header_bytes += n;
	if (h->header_bytes > NET_HEADER_MAX || ++h->header_lines > NET_HEADER_LINES)
		return abort_transfer(h, NET_TOO_LARGE);
	if (!is_coding_accepted((struct str){ p, n }))
		return abort_transfer(h, NET_NOT_HTTP);
	return n;
}

/* The only place where a socket to another server is opened. */
static curl_socket_t open_checked_socket(void *at, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct net_hop *h = at;

	if (purpose == CURLSOCKTYPE_IPCXN && net_address_dialable(&a->addr, h->private_allowed))
		return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	if (getnameinfo(
		&a->addr, a->addrlen, h->address, sizeof h->address, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(h->address, sizeof h->address, "of family %d", a->family);
	return CURL_SOCKET_BAD;
}

static bool set_fixed_options(CURL *easy)
{
	bool good = true;

	for (size_t i = 0; i < sizeof curl_numbers / sizeof curl_numbers[0]; i++)
		good &= curl_easy_setopt(easy, curl_numbers[i].option, curl_numbers[i].value) ==
		    CURLE_OK;
	for (size_t i = 0; i < sizeof curl_texts / sizeof curl_texts[0]; i++)
		good &=
		    curl_easy_setopt(easy, curl_texts[i].option, curl_texts[i].value) == CURLE_OK;
	good &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, collect_hop_body) == CURLE_OK;
	good &= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, check_hop_header) == CURLE_OK;
	good &= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_checked_socket) == CURLE_OK;
	return good;
}

static bool set_conf_options(const struct net_handle *h, const struct conf *c)
{
	bool good = curl_easy_setopt(h->easy, CURLOPT_CONNECT_TO, h->routes) == CURLE_OK;

	if (c->federation_ca_file[0]) {
		good &=
		    curl_easy_setopt(h->easy, CURLOPT_CAINFO, c->federation_ca_file) == CURLE_OK;
		good &= curl_easy_setopt(h->easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
	}
	return good;
}

struct net_curl *net_curl_new(const struct conf *c)
{
	struct net_curl *n = calloc(1, sizeof *n);

	if (n == NULL || !net_handle_init(&n->handle, c)) {
		free(n);
		return NULL;
	}
	if (set_fixed_options(n->handle.easy) && set_conf_options(&n->handle, c) &&
	    curl_easy_setopt(n->handle.easy, CURLOPT_ERRORBUFFER, n->why) == CURLE_OK)
		return n;
	net_curl_free(n);
	return NULL;
}

void net_curl_free(struct net_curl *n)
{
	if (n)
		net_handle_free(&n->handle);
	free(n);
}

static bool set_hop_options(CURL *easy, struct net_hop *h)
{
	long ms = (long)((h->deadline_us - clock_us()) / 1000),
	     connect = ms < NET_CONNECT_MS ? ms : NET_CONNECT_MS;
	bool good = true;

	if (ms <= 0) {
		h->end = NET_TIMEOUT;
		snprintf(h->why, sizeof h->why, "no time left");
		return false;
	}
	h->end = NET_OURS;
	good &= curl_easy_setopt(easy, CURLOPT_URL, h->url->text) == CURLE_OK;
	good &= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ms) == CURLE_OK;
	good &= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect) == CURLE_OK;
	good &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, h) == CURLE_OK;
	good &= curl_easy_setopt(easy, CURLOPT_HEADERDATA, h) == CURLE_OK;
	good &= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, h) == CURLE_OK;
	return good;
}

static enum net_end classify_curl_code(CURLcode code)
{
	static const struct {
		CURLcode code;
		enum net_end end;
	} rows[] = {
		{ CURLE_OK, NET_ANSWERED },
		{ CURLE_COULDNT_RESOLVE_HOST, NET_NAME },
		{ CURLE_COULDNT_CONNECT, NET_CONNECT },
		{ CURLE_OPERATION_TIMEDOUT, NET_TIMEOUT },
		{ CURLE_SSL_CONNECT_ERROR, NET_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, NET_TLS },
		{ CURLE_SSL_ISSUER_ERROR, NET_TLS },
		{ CURLE_SSL_CIPHER, NET_TLS },
		{ CURLE_GOT_NOTHING, NET_CUT },
		{ CURLE_RECV_ERROR, NET_CUT },
		{ CURLE_SEND_ERROR, NET_CUT },
		{ CURLE_PARTIAL_FILE, NET_CUT },
		{ CURLE_SSL_CACERT_BADFILE, NET_OURS },
		{ CURLE_URL_MALFORMAT, NET_OURS },
		/* We request https only, so this error means a response in HTTP/0.9. */
		{ CURLE_UNSUPPORTED_PROTOCOL, NET_NOT_HTTP },
		{ CURLE_OUT_OF_MEMORY, NET_OURS },
		{ CURLE_FAILED_INIT, NET_OURS },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].code == code)
			return rows[i].end;
	return NET_NOT_HTTP;
}

static const char *copy_curl_info(CURL *easy, CURLINFO what, struct arena *mem)
{
	char *s = NULL;

	return curl_easy_getinfo(easy, what, &s) == CURLE_OK && s ? arena_dup(mem, s, strlen(s))
								  : "";
}

static void fill_hop_answer(CURL *easy, struct net_hop *h)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	h->status = (int)status;
	h->type = copy_curl_info(easy, CURLINFO_CONTENT_TYPE, h->body.mem);
	h->location = copy_curl_info(easy, CURLINFO_REDIRECT_URL, h->body.mem);
}

void net_curl_get(struct net_curl *n, struct net_hop *h)
{
	h->type = h->location = "";
	if (!set_hop_options(n->handle.easy, h))
		return;
	n->why[0] = '\0';
	CURLcode code = curl_easy_perform(n->handle.easy);
	h->end = h->broke != NET_ANSWERED ? h->broke : classify_curl_code(code);
	if (h->end == NET_CONNECT && h->address[0])
		h->end = NET_ADDRESS;
	if (h->end == NET_ANSWERED)
		fill_hop_answer(n->handle.easy, h);
	else if (h->end == NET_ADDRESS)
		snprintf(h->why, sizeof h->why, "the name resolves to %s", h->address);
	else
		snprintf(
		    h->why, sizeof h->why, "%s", n->why[0] ? n->why : curl_easy_strerror(code));
}
