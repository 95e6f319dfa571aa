#include "../tap.h"
#include "net/net.h"
#include "net/net_address.h"
#include "net/net_policy.h"
#include "net/net_url.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

static uint64_t seed = 20240613;

static uint32_t chance(void)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(seed >> 33);
}

struct address {
	int family, size;
	uint8_t at[16];
};

static bool dialable(const struct address *a, bool private)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memcpy(&in.sin_addr, a->at, sizeof in.sin_addr);
	memcpy(&in6.sin6_addr, a->at, sizeof in6.sin6_addr);
	return net_address_dialable(
	    a->family == AF_INET ? (struct sockaddr *)&in : (struct sockaddr *)&in6, private);
}

static bool parse(struct address *a, const char *text)
{
	*a = (struct address){ .family = strchr(text, ':') ? AF_INET6 : AF_INET,
		.size = strchr(text, ':') ? 16 : 4 };
	return inet_pton(a->family, text, a->at) == 1;
}

/* The address with all bits after the first `bits` set to 0, to 1 or at random. */
static struct address fill(struct address a, int bits, int how)
{
	for (int i = bits; i < a.size * 8; i++) {
		int bit = how == 2 ? (int)(chance() & 1) : how, shift = 7 - i % 8;
		a.at[i / 8] = (uint8_t)((a.at[i / 8] & ~(1 << shift)) | bit << shift);
	}
	return a;
}

static bool all_of(const char *cidr, bool private, bool want)
{
	char text[64];
	int bits;
	struct address a;

	if (sscanf(cidr, "%63[^/]/%d", text, &bits) != 2 || !parse(&a, text))
		return false;
	for (int how = 0; how < 100; how++) {
		struct address b = fill(a, bits, how < 2 ? how : 2);
		if (dialable(&b, private) != want)
			return false;
	}
	return true;
}

/*
 * All rows of IANA's two special-purpose address registries as of 2025, with their sub-blocks, and
 * the reserved blocks of other registries: multicast, and all that is not global unicast. {block,
 * dialled, dialled with federation_private_networks}
 */
/* clang-format off */
static void blocks(void)
{
	static const struct {
		const char *cidr;
		bool open, private;
	} rows[] = {
		{ "0.0.0.0/8", 0, 0 }, { "0.0.0.0/32", 0, 0 }, { "10.0.0.0/8", 0, 1 }, { "100.64.0.0/10", 0, 1 }, { "127.0.0.0/8", 0, 1 },
		{ "169.254.0.0/16", 0, 0 }, { "169.254.169.254/32", 0, 0 }, { "172.16.0.0/12", 0, 1 }, { "192.0.0.0/24", 0, 0 }, { "192.0.0.0/29", 0, 0 },
		{ "192.0.0.8/32", 0, 0 }, { "192.0.0.9/32", 0, 0 }, { "192.0.0.10/32", 0, 0 }, { "192.0.0.170/32", 0, 0 }, { "192.0.0.171/32", 0, 0 },
		{ "192.0.2.0/24", 0, 0 }, { "192.31.196.0/24", 0, 0 }, { "192.52.193.0/24", 0, 0 }, { "192.88.99.0/24", 0, 0 }, { "192.88.99.2/32", 0, 0 },
		{ "192.168.0.0/16", 0, 1 }, { "192.175.48.0/24", 0, 0 }, { "198.18.0.0/15", 0, 0 }, { "198.51.100.0/24", 0, 0 }, { "203.0.113.0/24", 0, 0 },
		{ "224.0.0.0/4", 0, 0 }, { "240.0.0.0/4", 0, 0 }, { "255.255.255.255/32", 0, 0 },
		{ "::1/128", 0, 1 }, { "::/128", 0, 0 }, { "::/96", 0, 0 }, { "::ffff:0:0/96", 0, 0 }, { "::ffff:127.0.0.1/128", 0, 0 },
		{ "::ffff:93.184.216.34/128", 0, 0 }, { "64:ff9b::a00:0/104", 0, 0 }, { "64:ff9b::7f00:0/104", 0, 0 }, { "64:ff9b::a9fe:0/112", 0, 0 }, { "64:ff9b::c000:200/120", 0, 0 }, { "64:ff9b::6440:0/106", 0, 0 }, { "64:ff9b:1::/48", 0, 0 }, { "100::/64", 0, 0 }, { "100:0:0:1::/64", 0, 0 },
		{ "2001::/23", 0, 0 }, { "2001::/32", 0, 0 }, { "2001:1::1/128", 0, 0 }, { "2001:1::2/128", 0, 0 }, { "2001:1::3/128", 0, 0 },
		{ "2001:2::/48", 0, 0 }, { "2001:3::/32", 0, 0 }, { "2001:4:112::/48", 0, 0 }, { "2001:10::/28", 0, 0 }, { "2001:20::/28", 0, 0 },
		{ "2001:30::/28", 0, 0 }, { "2001:db8::/32", 0, 0 }, { "2002::/16", 0, 0 }, { "2620:4f:8000::/48", 0, 0 }, { "3fff::/20", 0, 0 },
		{ "5f00::/16", 0, 0 }, { "fc00::/7", 0, 1 }, { "fe80::/10", 0, 0 }, { "fec0::/10", 0, 0 }, { "ff00::/8", 0, 0 }, { "4000::/2", 0, 0 },
		{ "1000::/4", 0, 0 }, { "8000::/2", 0, 0 }, { "fd00:ec2::254/128", 0, 1 },
		/* The addresses directly before and after a block, and some well-known ones. */
		{ "1.0.0.0/32", 1, 1 }, { "9.255.255.255/32", 1, 1 }, { "11.0.0.0/32", 1, 1 }, { "100.63.255.255/32", 1, 1 }, { "100.128.0.0/32", 1, 1 },
		{ "126.255.255.255/32", 1, 1 }, { "128.0.0.0/32", 1, 1 }, { "169.253.255.255/32", 1, 1 }, { "169.255.0.0/32", 1, 1 },
		{ "172.15.255.255/32", 1, 1 }, { "172.32.0.0/32", 1, 1 }, { "191.255.255.255/32", 1, 1 }, { "192.0.1.0/24", 1, 1 }, { "192.0.3.0/32", 1, 1 },
		{ "192.31.195.255/32", 1, 1 }, { "192.31.197.0/32", 1, 1 }, { "192.52.192.255/32", 1, 1 }, { "192.52.194.0/32", 1, 1 },
		{ "192.88.98.255/32", 1, 1 }, { "192.88.100.0/32", 1, 1 }, { "192.167.255.255/32", 1, 1 }, { "192.169.0.0/32", 1, 1 },
		{ "192.175.47.255/32", 1, 1 }, { "192.175.49.0/32", 1, 1 }, { "198.17.255.255/32", 1, 1 }, { "198.20.0.0/32", 1, 1 },
		{ "198.51.99.255/32", 1, 1 }, { "198.51.101.0/32", 1, 1 }, { "203.0.112.255/32", 1, 1 }, { "203.0.114.0/32", 1, 1 },
		{ "223.255.255.255/32", 1, 1 }, { "93.184.216.34/32", 1, 1 }, { "8.8.8.8/32", 1, 1 },
		{ "2001:200::/23", 1, 1 }, { "2001:db7:ffff::/48", 1, 1 }, { "2001:db9::/32", 1, 1 }, { "2003::/16", 1, 1 }, { "2001:4860::/32", 1, 1 },
		{ "2620:4f:7fff::/48", 1, 1 }, { "2620:4f:8001::/48", 1, 1 }, { "2a00::/12", 1, 1 }, { "2000::/16", 1, 1 }, { "3ffe::/16", 1, 1 },
		{ "3fff:1000::/20", 1, 1 },
		{ "64:ff9b::808:808/128", 1, 1 }, { "64:ff9b::5db8:d800/120", 1, 1 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ok(all_of(rows[i].cidr, false, rows[i].open) && all_of(rows[i].cidr, true, rows[i].private), "%s: first, last and 98 inside: %s", rows[i].cidr,
		    rows[i].open ? "dialled" : rows[i].private ? "in intranets only" : "never");
}
/* clang-format on */

/* Random addresses in the /8 blocks without special blocks: none may be refused. */
static void strangers(void)
{
	enum { N = 20000 };
	int refused = 0, n = 0;

	while (n < N) {
		struct address a = {
			.family = AF_INET, .size = 4, .at = { (uint8_t)(1 + chance() % 223), 0 }
		};
		a = fill(a, 8, 2);
		int first = a.at[0];
		if (first == 10 || first == 100 || first == 127 || first == 169 || first == 172 ||
		    first == 192 || first == 198 || first == 203)
			continue;
		n++;
		refused += !dialable(&a, false);
	}
	ok(refused == 0,
	    "%d random addresses of /8s without special blocks: %d refused (seed 20240613)", N,
	    refused);
}

static void families(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/x" };
	struct sockaddr other = { .sa_family = AF_UNSPEC };

	ok(!net_address_dialable((struct sockaddr *)&un, true), "a Unix socket is never dialled");
	ok(!net_address_dialable(&other, true), "nor what has no family");
}

/* clang-format off */
static void urls(void)
{
	static const struct {
		const char *in, *want, *want_ports;	/* NULL: refused */
	} rows[] = {
		{ "https://a.example", "https://a.example/", "https://a.example/" },
		{ "https://a.example/", "https://a.example/", "https://a.example/" },
		{ "HTTPS://A.Example/Path?q=%40x", "https://a.example/Path?q=%40x", "https://a.example/Path?q=%40x" },
		{ "https://a.example?x=1", "https://a.example/?x=1", "https://a.example/?x=1" },
		{ "https://a.example:443/x", "https://a.example/x", "https://a.example/x" },
		{ "https://a.example/x@b:c", "https://a.example/x@b:c", "https://a.example/x@b:c" },
		{ "https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/" },
		{ "https://localhost/", "https://localhost/", "https://localhost/" },
		{ "https://a.example:8443/x", NULL, "https://a.example:8443/x" },
		{ "https://a.example:1024", NULL, "https://a.example:1024/" },
		{ "https://a.example:22/", NULL, NULL }, { "https://a.example:1023/", NULL, NULL }, { "https://a.example:65536/", NULL, NULL },
		{ "https://a.example:0/", NULL, NULL }, { "https://a.example:/", NULL, NULL }, { "https://a.example:0443/", NULL, NULL },
		{ "https://a.example:443:443/", NULL, NULL }, { "https://a.example:-1/", NULL, NULL },
		{ "http://a.example/", NULL, NULL }, { "ftp://a.example/", NULL, NULL }, { "file:///etc/passwd", NULL, NULL }, { "//a.example/", NULL, NULL },
		{ "a.example", NULL, NULL }, { "", NULL, NULL }, { "https://", NULL, NULL }, { "https:///x", NULL, NULL }, { "https:/a.example/", NULL, NULL },
		{ "gopher://a.example/", NULL, NULL }, { "https//a.example", NULL, NULL }, { " https://a.example/", NULL, NULL },
		/* addresses in all notations */
		{ "https://127.0.0.1/", NULL, NULL }, { "https://127.1/", NULL, NULL }, { "https://127.0.1/", NULL, NULL }, { "https://0x7f.1/", NULL, NULL },
		{ "https://0x7f.0x0.0x0.0x1/", NULL, NULL }, { "https://0x7f000001/", NULL, NULL }, { "https://0X7F000001/", NULL, NULL },
		{ "https://2130706433/", NULL, NULL }, { "https://017700000001/", NULL, NULL }, { "https://0177.0.0.1/", NULL, NULL },
		{ "https://0177.0.0.01/", NULL, NULL }, { "https://0/", NULL, NULL }, { "https://0.0.0.0/", NULL, NULL }, { "https://0x0/", NULL, NULL },
		{ "https://0x/", NULL, NULL }, { "https://a.0x/", NULL, NULL }, { "https://1.1.1.1/", NULL, NULL }, { "https://93.184.216.34:443/", NULL, NULL },
		{ "https://127.0.0.1./", NULL, NULL }, { "https://127.1./", NULL, NULL }, { "https://2130706433./", NULL, NULL },
		{ "https://[::]/", NULL, NULL }, { "https://[::1]/", NULL, NULL }, { "https://[::ffff:127.0.0.1]/", NULL, NULL },
		{ "https://[::ffff:7f00:1]/", NULL, NULL }, { "https://[fe80::1%25eth0]/", NULL, NULL }, { "https://[2001:4860:4860::8888]/", NULL, NULL },
		{ "https://[v1.x]/", NULL, NULL }, { "https://::1/", NULL, NULL }, { "https://a.example.1/", NULL, NULL }, { "https://a.0x1f/", NULL, NULL },
		{ "https://999.999.999.999/", NULL, NULL }, { "https://4294967296/", NULL, NULL },
		/* invalid names */
		{ "https://a.example./", NULL, NULL }, { "https://localhost./", NULL, NULL }, { "https://.a.example/", NULL, NULL },
		{ "https://a..example/", NULL, NULL }, { "https://-a.example/", NULL, NULL }, { "https://a_b.example/", NULL, NULL },
		{ "https://a%2eexample/", NULL, NULL }, { "https://%31%32%37.1/", NULL, NULL }, { "https://b\xc3\xbc" "cher.example/", NULL, NULL },
		{ "https://\xe2\x91\xa0.1/", NULL, NULL }, { "https://a.example\xe3\x80\x82/", NULL, NULL },
		/* URLs in which two parsers may see different hosts */
		{ "https://a.example@127.0.0.1/", NULL, NULL }, { "https://user:pw@a.example/", NULL, NULL }, { "https://@a.example/", NULL, NULL },
		{ "https://a.example\\@127.0.0.1/", NULL, NULL }, { "https://a.example#@127.0.0.1/", NULL, NULL }, { "https://127.0.0.1#a.example/", NULL, NULL },
		{ "https://a.example\t/", NULL, NULL }, { "https://a.example/\r\nHost: b", NULL, NULL }, { "https://a.example/ x", NULL, NULL },
		{ "https://a.example/x#y", NULL, NULL }, { "https://a.example:443@127.0.0.1/", NULL, NULL }, { "https://a.example;b/", NULL, NULL },
		{ "https://a,b/", NULL, NULL }, { "https://a.example/\x7f", NULL, NULL }, { "https:\\\\a.example\\", NULL, NULL },
	};
	struct arena *mem = arena_new(1 << 20);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int ports = 0; ports < 2; ports++) {
			const char *want = ports ? rows[i].want_ports : rows[i].want;
			struct net_url u = { 0 };
			const char *why = net_url_read(mem, str_of(rows[i].in), ports, &u);
			ok((why != NULL) == (want == NULL) && (why || strcmp(u.text, want) == 0), "%s%s is %s", rows[i].in[0] == ' ' ? "' '" : "", str_is(str_of(rows[i].in), "") ? "(nothing)" : want ? want : "refused", why ? why : u.text);
		}
	arena_free(mem);
}
/* clang-format on */

static void url_parts(void)
{
	struct arena *mem = arena_new(1 << 20);
	struct net_url u;
	char text[NET_URL_MAX + 2] = "https://a.example/";
	struct str url = { text, NET_URL_MAX };

	ok(!net_url_read(mem, STR("https://A.example:8443/x"), true, &u) &&
		str_is(u.host, "a.example") && u.port == 8443 &&
		str_is(u.authority, "a.example:8443"),
	    "host, port and place");
	ok(!net_url_read(mem, STR("https://a.example/x"), true, &u) &&
		str_is(u.authority, "a.example:443"),
	    "a place always has its port");
	ok(net_url_read(mem, (struct str){ "https://a.example/\0.b.example", 29 }, false, &u) !=
		NULL,
	    "a NUL is refused");
	memset(text + 18, 'x', NET_URL_MAX + 1 - 18);
	ok(net_url_read(mem, url, false, &u) == NULL, "%d octets are taken", NET_URL_MAX);
	url.n++;
	ok(net_url_read(mem, url, false, &u) != NULL, "one more is refused");
	arena_free(mem);
}

static struct conf *conf(const char *allow, const char *deny, const char *resolve)
{
	struct conf *c;
	char why[256];

	if (!conf_load(NULL, &c, why, sizeof why) ||
	    !conf_set(c, STR("federation_allow"), str_of(allow), why, sizeof why) ||
	    !conf_set(c, STR("federation_deny"), str_of(deny), why, sizeof why) ||
	    !conf_set(c, STR("federation_resolve"), str_of(resolve), why, sizeof why))
		exit(99);
	return c;
}

static void domains(void)
{
	static const struct {
		const char *allow, *deny, *domain;
		bool want;
	} rows[] = {
		{ "", "", "a.example", true },
		{ " ", "", "a.example", true },
		{ "a.example", "", "a.example", true },
		{ "a.example", "", "b.a.example", true },
		{ ".a.example", "", "a.example", true },
		{ ".a.example", "", "b.a.example", true },
		{ "a.example", "", "ba.example", false },
		{ "a.example", "", "example", false },
		{ "b.a.example", "", "a.example", false },
		{ "x.example, a.example", "", "a.example", true },
		{ "A.Example", "", "a.example", true },
		{ "", "a.example", "a.example", false },
		{ "", ".a.example", "c.b.a.example", false },
		{ "", "a.example", "ba.example", true },
		{ "a.example", "b.a.example", "a.example", true },
		{ "a.example", "b.a.example", "b.a.example", false },
		{ "b.a.example", "a.example", "b.a.example", false },
		{ "a.example", "a.example", "a.example", false },
		{ "", ",", "a.example", true },
		{ ",", "", "a.example", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct conf *c = conf(rows[i].allow, rows[i].deny, "");
		ok(net_domain_allowed(c, str_of(rows[i].domain)) == rows[i].want,
		    "allow '%s', deny '%s': %s %s", rows[i].allow, rows[i].deny, rows[i].domain,
		    rows[i].want ? "may" : "may not");
		conf_free(c);
	}
}

static void routes(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "a.example:443:127.0.0.1", "a.example:443:127.0.0.1:443" },
		{ "a.example:443:127.0.0.1:8443", "a.example:443:127.0.0.1:8443" },
		{ "a.example:443:[::1]", "a.example:443:[::1]:443" },
		{ "a.example:443:[::1]:8443", "a.example:443:[::1]:8443" },
		{ "localhost:8443:127.0.0.2", "localhost:8443:127.0.0.2:8443" },
		{ "a.example", NULL },
		{ "a.example:443", NULL },
		{ "a.example:443:", NULL },
		{ "a.example:443:b.example", NULL },
		{ "a.example:443:::1", NULL },
		{ "a.example:443:[::1", NULL },
		{ "a.example:443:[::1]8443", NULL },
		{ "a.example:0:127.0.0.1", NULL },
		{ "a.example:443:127.0.0.1:x", NULL },
		{ "a.example:443:127.0.0.1:8443:1", NULL },
		{ "a.example:443:127.0.0.1:65536", NULL },
		{ "*:443:127.0.0.1", NULL },
		{ "127.0.0.1:443:127.0.0.1", NULL },
		{ "-a:443:127.0.0.1", NULL },
		{ "", NULL },
		{ "a.example:443:127.1", NULL },
	};
	struct arena *mem = arena_new(1 << 20);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *got = net_policy_read_route(mem, str_of(rows[i].in));
		ok((got == NULL) == (rows[i].want == NULL) &&
			(!got || strcmp(got, rows[i].want) == 0),
		    "route '%s' is %s", rows[i].in, got ? got : "none");
	}
	arena_free(mem);
}

static void valid(void)
{
	static const struct {
		const char *allow, *deny, *resolve, *want; /* the key in the message; NULL: valid */
	} rows[] = {
		{ "", "", "", NULL },
		{ "a.example, .b.example,Localhost", "c",
		    "a.example:443:127.0.0.1, b.example:443:[::1]:1", NULL },
		{ "a.example b.example", "", "", "federation_allow" },
		{ "*.example", "", "", "federation_allow" },
		{ "", "https://a.example", "", "federation_deny" },
		{ "", "10.0.0.0", "", "federation_deny" },
		{ "", "", "a.example:443", "federation_resolve" },
		{ "", "", "a.example:443:127.0.0.1;b", "federation_resolve" },
	};
	char why[256];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct conf *c = conf(rows[i].allow, rows[i].deny, rows[i].resolve);
		why[0] = '\0';
		bool good = net_conf_valid(c, why, sizeof why);
		ok(good == (rows[i].want == NULL) && (good || strstr(why, rows[i].want)),
		    "allow '%s', deny '%s', resolve '%s': %s", rows[i].allow, rows[i].deny,
		    rows[i].resolve, good ? "valid" : why);
		conf_free(c);
	}
}

int main(void)
{
	blocks();
	strangers();
	families();
	urls();
	url_parts();
	domains();
	routes();
	valid();
	return done();
}
