/*
 * Make outbound fetches by hand; net_world.c replaces DNS and the network. Reads commands from
 * standard input and answers each with one line:
 *
 *   get [redirects=N] [ports] [anyway] [rate=N] URL
 *                                 err=… end=… status=… bytes=… ms=… rss=…kB …
 *   dialable [private] ADDRESS    yes | no
 *   allowed DOMAIN                yes | no
 *
 * If there are arguments, it gets each of them as a URL. The configuration comes from MOTET_…; the
 * number of workers is `workers`.
 */
#include "base/clock.h"
#include "base/log.h"
#include "net/net.h"
#include "net/net_address.h"
#include "shm/limits.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <unistd.h>

static struct conf *conf;
static struct net *net;
static struct cx cx;

/* Anonymous resident memory, in kB. */
static long rss(void)
{
	char line[128];
	long n = 0;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "RssAnon: %ld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

static void print_get(const char *url, struct net_opt opt)
{
	struct net_reply r;
	int64_t began = clock_us();

	cx.why = (struct fail){ 0 };
	cx.retry_after = 0;
	cx.started_us = began;
	enum err e = net_get(&cx, net, url, opt, &r);
	printf(
	    "err=%s end=%s status=%d bytes=%zu ms=%lld rss=%ldkB retry=%lld type=%.*s say=%s|%s\n",
	    err_name(e), net_end_name(r.end), r.status, r.body.n,
	    (long long)(clock_us() - began) / 1000, rss(), (long long)cx.retry_after, (int)r.type.n,
	    r.type.s ? r.type.s : "", cx.why.say, err_text(e));
	arena_reset(cx.mem);
}

static void get(struct str args)
{
	struct net_opt opt = { 0 };
	struct str word;
	int64_t n;

	while (str_cut(args, ' ', &word, &args)) {
		if (str_starts(word, "redirects=") && str_i64(str_from(word, 10), &n))
			opt.redirects = (int)n;
		if (str_starts(word, "rate=") && str_i64(str_from(word, 5), &n))
			opt.per_minute = (int)n;
		opt.other_ports |= str_is(word, "ports");
		opt.anyway |= str_is(word, "anyway");
	}
	print_get(str_z(cx.mem, word), opt);
}

static bool dialable(struct str args)
{
	bool private = str_starts(args, "private ");
	const char *text = str_z(cx.mem, str_from(args, private ? 8 : 0));
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &a.sin_addr) == 1)
		return net_address_dialable((struct sockaddr *)&a, private);
	return inet_pton(AF_INET6, text, &a6.sin6_addr) == 1 &&
	    net_address_dialable((struct sockaddr *)&a6, private);
}

static void line(struct str s)
{
	struct str verb, args;

	str_cut(str_trim(s), ' ', &verb, &args);
	if (str_is(verb, "get"))
		get(args);
	else if (str_is(verb, "dialable"))
		puts(dialable(args) ? "yes" : "no");
	else if (str_is(verb, "allowed"))
		puts(net_domain_allowed(conf, args) ? "yes" : "no");
	else
		puts("?");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char why[512], *text = NULL;
	size_t cap = 0;
	ssize_t n;

	signal(SIGPIPE, SIG_IGN);
	if (!conf_load(NULL, &conf, why, sizeof why) || !log_open(conf) ||
	    !net_conf_valid(conf, why, sizeof why)) {
		fprintf(stderr, "net_get: %s\n", why);
		return 78;
	}
	struct net_slots *slots = net_slots_new(conf, (int)conf->workers, limits_new());
	net = slots ? net_new(conf, slots) : NULL;
	if (net == NULL)
		return 71;
	cx = (struct cx){ .mem = arena_new(1 << 22), .conf = conf };
	for (int i = 1; i < argc; i++)
		print_get(argv[i], (struct net_opt){ 0 });
	while (argc == 1 && (n = getline(&text, &cap, stdin)) > 0)
		line((struct str){ text, (size_t)n });
	free(text);
	net_free(net);
	net_slots_free(slots);
	arena_free(cx.mem);
	conf_free(conf);
	return 0;
}
