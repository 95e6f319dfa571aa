#include "../tap.h"
#include "fcgi/request_progress.h"
#include "fcgi/fcgi.h"
#include "fcgi/fd_queue.h"
#include "fcgi/message.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct arena *mem;

enum { MOST = 8 };
#define PROXIES "10.0.0.1, 10.0.0.2, ::1"

/* Each row: parameters, and the expected value of one member of the request. */
enum member { TARGET, AUTH, REMOTE, ID, HTTPS, METHOD, HEAD, LENGTH, MALFORMED, NOTHING };
static const struct {
	const char *name, *p[MOST];
	enum member member;
	const char *want;
} rows[] = {
	{ "raw target", { "REQUEST_METHOD=GET", "REQUEST_URI=/a%2Fb//c?d=e", "SCRIPT_NAME=/a/b/c" },
	    TARGET, "/a%2Fb//c?d=e" },
	{ "absolute form stays", { "REQUEST_METHOD=GET", "REQUEST_URI=http://h/x" }, TARGET,
	    "http://h/x" },
	{ "fallback",
	    { "REQUEST_METHOD=GET", "SCRIPT_NAME=/m", "PATH_INFO=/x y%\xc3\xa4?",
		"QUERY_STRING=q=%41" },
	    TARGET, "/m/x%20y%25%C3%A4%3F?q=%41" },
	{ "fallback without query",
	    { "REQUEST_METHOD=GET", "REQUEST_URI=", "PATH_INFO=/x", "QUERY_STRING=" }, TARGET,
	    "/x" },
	{ "Authorization",
	    { "REQUEST_METHOD=GET", "HTTP_AUTHORIZATION=Bearer a",
		"REDIRECT_HTTP_AUTHORIZATION=Bearer b" },
	    AUTH, "Bearer a" },
	{ "redirected Authorization",
	    { "REQUEST_METHOD=GET", "REDIRECT_HTTP_AUTHORIZATION=Bearer b" }, AUTH, "Bearer b" },
	{ "values may hold =", { "REQUEST_METHOD=GET", "HTTP_AUTHORIZATION=Bearer a=b==" }, AUTH,
	    "Bearer a=b==" },
	{ "no method is no request", { "REQUEST_URI=/" }, NOTHING, NULL },
	{ "an empty method is none", { "REQUEST_METHOD=", "REQUEST_URI=/" }, NOTHING, NULL },
	{ "HEAD", { "REQUEST_METHOD=HEAD" }, HEAD, "1" },
	{ "GET is not HEAD", { "REQUEST_METHOD=GET" }, HEAD, "0" },
	{ "any method", { "REQUEST_METHOD=FOO" }, METHOD, "FOO" },
	{ "remote",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=192.0.2.1", "HTTP_X_FORWARDED_FOR=203.0.113.9" },
	    REMOTE, "192.0.2.1" },
	{ "a proxy of ours",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=203.0.113.9" },
	    REMOTE, "203.0.113.9" },
	{ "an element that the client made up",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1",
		"HTTP_X_FORWARDED_FOR=1.1.1.1, 203.0.113.9" },
	    REMOTE, "203.0.113.9" },
	{ "two proxies",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1",
		"HTTP_X_FORWARDED_FOR=1.1.1.1, 2001:db8::1 ,10.0.0.2" },
	    REMOTE, "2001:db8::1" },
	{ "proxies only",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=10.0.0.2" },
	    REMOTE, "10.0.0.2" },
	{ "no address",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1",
		"HTTP_X_FORWARDED_FOR=1.1.1.1, unknown" },
	    REMOTE, "10.0.0.1" },
	{ "empty elements",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=,," }, REMOTE,
	    "10.0.0.1" },
	{ "an address and a port",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=203.0.113.5:51" },
	    REMOTE, "203.0.113.5" },
	{ "an IPv6 address and a port",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1",
		"HTTP_X_FORWARDED_FOR=9.9.9.9, [2001:db8::1]:443" },
	    REMOTE, "2001:db8::1" },
	{ "in brackets",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=[2001:db8::1]" },
	    REMOTE, "2001:db8::1" },
	{ "in quotes",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1",
		"HTTP_X_FORWARDED_FOR=\"203.0.113.5\"" },
	    REMOTE, "203.0.113.5" },
	{ "no port",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=1.1.1.1:x" },
	    REMOTE, "10.0.0.1" },
	{ "a broken bracket",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=[::1]x" }, REMOTE,
	    "10.0.0.1" },
	{ "Forwarded of RFC 7239",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1",
		"HTTP_FORWARDED=for=1.1.1.1, proto=https; For=\"[2001:db8::1]:443\";by=10.0.0.1" },
	    REMOTE, "2001:db8::1" },
	{ "Forwarded with a name in place of an address",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_FORWARDED=for=_hidden" }, REMOTE,
	    "10.0.0.1" },
	{ "X-Forwarded-For before Forwarded",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=1.1.1.1",
		"HTTP_FORWARDED=for=9.9.9.9" },
	    REMOTE, "1.1.1.1" },
	{ "Forwarded of a client",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=192.0.2.1", "HTTP_FORWARDED=for=9.9.9.9" }, REMOTE,
	    "192.0.2.1" },
	{ "the peer of a Unix socket is a proxy",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=unix:", "HTTP_X_FORWARDED_FOR=203.0.113.9" },
	    REMOTE, "203.0.113.9" },
	{ "a proxy's request id",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_REQUEST_ID=a.B_9-z" }, ID,
	    "a.B_9-z" },
	{ "the web server's own",
	    { "REQUEST_METHOD=GET", "REQUEST_ID=w.1", "HTTP_X_REQUEST_ID=client" }, ID, "w.1" },
	{ "the web server's own before a proxy's",
	    { "REQUEST_METHOD=GET", "REMOTE_ADDR=10.0.0.1", "HTTP_X_REQUEST_ID=p.1",
		"REQUEST_ID=w.1" },
	    ID, "w.1" },
	{ "https by HTTPS", { "REQUEST_METHOD=GET", "HTTPS=on" }, HTTPS, "1" },
	{ "https by scheme", { "REQUEST_METHOD=GET", "REQUEST_SCHEME=https" }, HTTPS, "1" },
	{ "http", { "REQUEST_METHOD=GET", "HTTPS=off", "REQUEST_SCHEME=http" }, HTTPS, "0" },
	{ "length", { "REQUEST_METHOD=POST", "CONTENT_LENGTH=12" }, LENGTH, "12" },
	{ "no length (nginx)", { "REQUEST_METHOD=POST", "CONTENT_LENGTH=" }, LENGTH, "-1" },
	{ "chunked (Caddy)", { "REQUEST_METHOD=POST", "CONTENT_LENGTH=-1" }, LENGTH, "-1" },
	{ "twice the same", { "REQUEST_METHOD=GET", "HTTP_HOST=a", "HTTP_HOST=a" }, MALFORMED, "" },
	{ "twice, different", { "REQUEST_METHOD=GET", "HTTP_HOST=a", "HTTP_HOST=b" }, MALFORMED,
	    "A header was sent twice with different values." },
	{ "twice, one empty",
	    { "REQUEST_METHOD=GET",
		"HTTP_X_P2_SENSITIVE_SOLUTION=", "HTTP_X_P2_SENSITIVE_SOLUTION=b" },
	    MALFORMED, "A header was sent twice with different values." },
	{ "twice, in a header that we do not use",
	    { "REQUEST_METHOD=GET", "HTTP_COOKIE=a", "HTTP_COOKIE=b" }, MALFORMED, "" },
	{ "a name is more than its beginning",
	    { "REQUEST_METHOD=GET", "HTTP_HOST=a", "HTTP_HOSTS=b", "HTTP_HOS=c" }, MALFORMED, "" },
};

static const char *member(enum member m, const struct http_req *q, int64_t length)
{
	switch (m) {
	case TARGET:
		return str_z(mem, q->target);
	case AUTH:
		return str_z(mem, q->authorization);
	case REMOTE:
		return str_z(mem, q->remote);
	case ID:
		return str_z(mem, q->request_id);
	case HTTPS:
		return q->https ? "1" : "0";
	case METHOD:
		return str_z(mem, q->method_name);
	case HEAD:
		return q->head ? "1" : "0";
	case LENGTH:
		return arena_printf(mem, "%lld", (long long)length);
	case MALFORMED:
		return q->malformed ? q->malformed : "";
	case NOTHING:
		break;
	}
	return "a request";
}

static bool parameters(const char *const *p, struct http_req *q, int64_t *length)
{
	char *envp[MOST + 1] = { NULL };

	for (int i = 0; i < MOST && p[i]; i++)
		envp[i] = arena_dup(mem, p[i], strlen(p[i]));
	return params_read(mem, envp, PROXIES, q, length);
}

static void params(void)
{
	struct http_req q;
	int64_t length;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *got =
		    parameters(rows[i].p, &q, &length) ? member(rows[i].member, &q, length) : NULL;
		ok(got && rows[i].want ? strcmp(got, rows[i].want) == 0 : got == rows[i].want,
		    "%s: %s", rows[i].name, got ? got : "nothing");
	}
}

static bool made_up(const char *from, const char *id)
{
	const char *p[MOST] = { "REQUEST_METHOD=GET", arena_printf(mem, "REMOTE_ADDR=%s", from),
		arena_printf(mem, "HTTP_X_REQUEST_ID=%s", id) };
	struct http_req q;
	int64_t length;

	return parameters(p, &q, &length) && q.request_id.n == 16 &&
	    strspn(str_z(mem, q.request_id), "0123456789abcdef") == 16;
}

static void request_ids(void)
{
	char l[66];

	memset(l, 'a', 65);
	l[65] = '\0';
	static const char proxy[] = "10.0.0.1";
	ok(made_up(proxy, "") && made_up(proxy, "a b") && made_up(proxy, "a\nb") &&
		made_up(proxy, "\xc3\xa4") && made_up(proxy, l),
	    "an odd request id is replaced");
	l[64] = '\0';
	ok(!made_up(proxy, l), "64 characters are taken");
	ok(made_up("192.0.2.1", l) && made_up("", l), "only from a trusted proxy");
}

static bool too_many(int n, size_t bytes)
{
	char **envp = arena_alloc(mem, sizeof *envp * (size_t)(n + 2));
	struct http_req q;
	int64_t length;

	envp[0] = arena_printf(mem, "REQUEST_METHOD=GET");
	for (int i = 1; i <= n; i++) {
		envp[i] = arena_alloc(mem, bytes + 1);
		memset(envp[i], 'x', bytes);
	}
	return params_read(mem, envp, "", &q, &length) && q.malformed && q.headers_too_large;
}

static void sizes(void)
{
	ok(!too_many(FCGI_PARAMS_COUNT - 1, 10), "%d parameters", FCGI_PARAMS_COUNT);
	ok(too_many(FCGI_PARAMS_COUNT, 10), "%d are too many", FCGI_PARAMS_COUNT + 1);
	ok(!too_many(1, FCGI_PARAMS_MAX - 18), "%d octets", FCGI_PARAMS_MAX);
	ok(too_many(1, FCGI_PARAMS_MAX - 17), "%d are too many", FCGI_PARAMS_MAX + 1);
}

static void kepts(void)
{
	struct fd_queue *k = fd_queue_new(4);

	ok(fd_queue_oldest(k) == -1 && !fd_queue_has(k, 5) && !fd_queue_has(k, -1), "none");
	fd_queue_add(k, 5);
	fd_queue_add(k, 100000);
	fd_queue_add(k, 3);
	fd_queue_set_data(k, 5, k);
	ok(fd_queue_has(k, 100000) && !fd_queue_has(k, 99999) && fd_queue_oldest(k) == 5,
	    "a descriptor may be large");
	fd_queue_touch(k, 5);
	ok(fd_queue_get_data(k, 5) == k && !fd_queue_get_data(k, 3) && !fd_queue_get_data(k, 99),
	    "what was stored with it stays");
	ok(fd_queue_oldest(k) == 100000 && !fd_queue_is_full(k),
	    "one that was used is the youngest");
	fd_queue_add(k, 7);
	ok(fd_queue_is_full(k), "full");
	fd_queue_remove(k, 3);
	fd_queue_remove(k, 3);
	ok(!fd_queue_is_full(k) && !fd_queue_has(k, 3), "one less, in the middle");
	fd_queue_remove(k, 100000);
	fd_queue_remove(k, 7);
	ok(fd_queue_oldest(k) == 5, "the last one");
	fd_queue_remove(k, 5);
	ok(fd_queue_oldest(k) == -1, "none again");
	fd_queue_free(k);
}

#define BEGIN "\1\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0"
#define PARAMS "\1\4\0\1\0\3\5\0abc.....\1\4\0\1\0\0\0\0"
#define BODY "\1\5\0\1\0\4\0\0body"
#define END "\1\5\0\1\0\0\2\0.."
#define ABORT "\1\2\0\1\0\0\0\0"

/* Feeds the octets in two parts, cut at `cut`; returns how many belong to the request, or 0 if the
 * request is not complete. */
static size_t request_length(struct str s, size_t cut)
{
	struct request_progress a = { .complete = false };
	size_t took, at = 0;

	for (size_t end = cut; at < s.n; end = s.n)
		while (at < end) {
			took = request_progress_add(&a, (const uint8_t *)s.s + at, end - at);
			at += took;
			if (took == 0)
				return a.complete ? at : 0;
		}
	return a.complete ? at : 0;
}

static void completes(void)
{
	enum { ANY = 1 };
	static const struct {
		const char *name;
		struct str s;
		size_t want;
	} tries[] = {
		{ "a request", STR(BEGIN PARAMS BODY END), 16 + 24 + 12 + 10 },
		{ "a request and the next one", STR(BEGIN PARAMS BODY END BEGIN),
		    16 + 24 + 12 + 10 },
		{ "one that is aborted", STR(BEGIN PARAMS ABORT), 16 + 24 + 8 },
		{ "one without its end", STR(BEGIN PARAMS BODY), 0 },
		{ "one whose padding is missing", STR(BEGIN "\1\5\0\1\0\0\2\0."), 0 },
		{ "another protocol", STR("GET / HTTP/1.1"), ANY },
	};

	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		size_t bad = 0;
		for (size_t cut = 0; cut <= tries[i].s.n; cut++)
			bad += tries[i].want == ANY
			    ? request_length(tries[i].s, cut) == 0
			    : request_length(tries[i].s, cut) != tries[i].want;
		ok(bad == 0, "%s, cut anywhere", tries[i].name);
		ok(request_progress_arrived((const uint8_t *)tries[i].s.s, tries[i].s.n) ==
			(tries[i].want > 0),
		    "and at once");
	}
}

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static bool send_many(int sock, size_t octets, int count)
{
	int fds[4] = { 0, 1, 2, 0 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof fds)];
	} c = { .room = { 0 } };
	char text[1] = "x";
	struct iovec io = { text, octets };
	struct msghdr m = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = c.room,
		.msg_controllen = CMSG_SPACE((size_t)count * sizeof *fds) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN((size_t)count * sizeof *fds);
	memcpy(CMSG_DATA(h), fds, (size_t)count * sizeof *fds);
	return sendmsg(sock, &m, 0) == (ssize_t)octets;
}

/* Records that a hostile sender may send. */
static void hostile(void)
{
	static const struct {
		const char *name;
		size_t octets;
		int count;
	} tries[] = { { "two descriptors", 1, 2 }, { "four", 1, 4 }, { "one, and no text", 0, 1 },
		{ "two, and no text", 0, 2 } };
	struct fdpass p;
	char got[8];
	int fd;

	fdpass_pair(&p, 100);
	int before = open_descriptors();
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
		ok(send_many(p.give, tries[i].octets, tries[i].count) &&
			fdpass_recv(p.take, got, sizeof got, &fd, 0) == -1 && errno == EMSGSIZE &&
			fd == -1 && open_descriptors() == before,
		    "dropped and closed: %s", tries[i].name);
	ok(send(p.give, "", 0, 0) == 0 && fdpass_recv(p.take, got, sizeof got, &fd, 0) == -1 &&
		errno == EMSGSIZE,
	    "an empty message is not the end");
	ok(fdpass_send(p.give, "a", 1, 0) && fdpass_recv(p.take, got, sizeof got, &fd, 0) == 1 &&
		fd >= 0,
	    "and the next one arrives");
	close(fd);
	close(p.give);
	ok(fdpass_recv(p.take, got, sizeof got, &fd, 0) == 0, "the end is the end");
	close(p.take);
}

static void passing(void)
{
	struct fdpass p;
	char got[8] = "";
	int ends[2], fd;

	ok(fdpass_pair(&p, 100), "a pair");
	ok(pipe(ends) == 0 && fdpass_send(p.give, "abc", 3, ends[0]), "a descriptor is sent");
	close(ends[0]);
	ok(fdpass_recv(p.take, got, sizeof got, &fd, 0) == 3 && memcmp(got, "abc", 3) == 0 &&
		fd >= 0,
	    "and received");
	ok(write(ends[1], "x", 1) == 1 && read(fd, got, 1) == 1 && got[0] == 'x',
	    "it is the same pipe");
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "close-on-exec");
	ok(fdpass_send(p.give, "a", 1, -1) && fdpass_recv(p.take, got, 1, &fd, 0) == 1 && fd == -1,
	    "a message without one");
	int two[2];
	ends[0] = dup(ends[1]);
	ok(fdpass_send_several(p.give, "ab", 2, ends, 2, MSG_DONTWAIT) &&
		fdpass_recv_several(p.take, got, 2, two, 2, 0) == 2 && two[0] >= 0 && two[1] >= 0,
	    "two descriptors");
	close(two[0]);
	close(two[1]);
	close(ends[0]);
	ok(fdpass_send(p.give, "too long", 8, ends[1]) &&
		fdpass_recv(p.take, got, 4, &fd, 0) == -1 && errno == EMSGSIZE && fd == -1,
	    "too long a message");
	int n = 0;
	while (n < 100000 && fdpass_send(p.give, "x", 1, -1))
		n++;
	ok(n >= 64 && n < 100000, "a full channel fails instead of waiting: after %d", n);
	close(p.give);
	while (n && fdpass_recv(p.take, got, 1, &fd, MSG_DONTWAIT) > 0)
		n--;
	ok(n == 0 && fdpass_recv(p.take, got, 1, &fd, 0) == 0, "and the end is seen");
}

int main(void)
{
	mem = arena_new(8 << 20);
	params();
	request_ids();
	sizes();
	kepts();
	completes();
	passing();
	hostile();
	arena_free(mem);
	return done();
}
