#include "../tap.h"
#include "text/fid.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TEN "abcdefghij"
#define L63 TEN TEN TEN TEN TEN TEN "abc"

static const struct {
	const char *name, *letters;
} letters[] = {
	{ "admin", "admin" },
	{ "admin1", "admin" },
	{ "7.ad_min+-", "admin" },
	{ "7_1", "" },
	{ "_", "" },
};

static const struct {
	const char *name;
	bool good;
} locals[] = {
	{ "flori", true },
	{ "a", true },
	{ "a.b_c+d-e", true },
	{ "0x7", true },
	{ "_", true },
	{ "+a", true },
	{ "1a", true },
	{ L63 "d", true },
	{ L63 "de", false },
	{ "", false },
	{ ".a", false },
	{ "a.", false },
	{ "-a", false },
	{ "a-", false },
	{ "123", false },
	{ "7", false },
	{ "me", false },
	{ "all", false },
	{ "status", false },
	{ "men", true },
	{ "Flori", false },
	{ "a b", false },
	{ "a@b", false },
	{ "a%b", false },
	{ "a/b", false },
	{ "\xc3\xa4", false },
	{ "a\n", false },
	{ "@me", false },
};

static const struct {
	const char *name;
	bool good;
} domains[] = {
	{ "example.org", true },
	{ "localhost", true },
	{ "a", true },
	{ "xn--bcher-kva.example", true },
	{ "3com.com", true },
	{ "1.2.3.example", true },
	{ "a.b.c.d.e", true },
	{ L63 ".org", true },
	{ L63 "d.org", false },
	{ L63 "." L63 "." L63 "." TEN TEN TEN TEN TEN TEN "a", true },
	{ L63 "." L63 "." L63 "." TEN TEN TEN TEN TEN TEN "ab", false },
	{ "", false },
	{ ".", false },
	{ "a.", false },
	{ ".a", false },
	{ "a..b", false },
	{ "-", false },
	{ "-a.org", false },
	{ "a-.org", false },
	{ "a.b-", false },
	{ "Example.org", false },
	{ "a_b.org", false },
	{ "a b.org", false },
	{ "a:80", false },
	{ "127.0.0.1", false },
	{ "127.1", false },
	{ "2130706433", false },
	{ "0x7f000001", false },
	{ "0x7f.1", false },
	{ "0x", false },
	{ "a.0x1", false },
	{ "017700000001", false },
	{ "0", false },
	{ "[::1]", false },
	{ "0xyz", true },
	{ "a.0x1.b", true },
};

static const struct {
	const char *fid, *local, *domain;
} fids[] = {
	{ "flori@polyphony.chat", "flori", "polyphony.chat" },
	{ "Flori@Polyphony.CHAT", "flori", "polyphony.chat" },
	{ "a+b@localhost", "a+b", "localhost" },
	{ "a b@example.com", NULL, NULL },
	{ "@example.com", NULL, NULL },
	{ "a@", NULL, NULL },
	{ "a", NULL, NULL },
	{ "", NULL, NULL },
	{ "a@b@c", NULL, NULL },
	{ "a@127.0.0.1", NULL, NULL },
	{ "a@-", NULL, NULL },
	{ "x\ny@example.com", NULL, NULL },
	{ "a@example.com\n", NULL, NULL },
	{ "12@example.com", NULL, NULL },
};

int main(void)
{
	struct arena *mem = arena_new(1 << 20);

	for (size_t i = 0; i < COUNT(locals); i++)
		ok(local_name_ok(str_of(locals[i].name)) == locals[i].good, "local name '%s'",
		    locals[i].name);
	for (size_t i = 0; i < COUNT(letters); i++)
		ok(str_is(fid_letters(mem, str_of(letters[i].name)), letters[i].letters),
		    "the letters of '%s'", letters[i].name);
	ok(!local_name_ok(STR("a\0b")), "a local name with NUL is refused");
	for (size_t i = 0; i < COUNT(domains); i++)
		ok(domain_ok(str_of(domains[i].name)) == domains[i].good, "domain '%s'",
		    domains[i].name);
	ok(!domain_ok(STR("a\0.org")), "a domain with NUL is refused");
	for (size_t i = 0; i < COUNT(fids); i++) {
		struct str l = STR("kept"), d = STR("kept");
		bool good = fid_parse(mem, str_of(fids[i].fid), &l, &d);
		ok(good == (fids[i].local != NULL) && str_is(l, good ? fids[i].local : "kept") &&
			str_is(d, good ? fids[i].domain : "kept"),
		    "FID '%s'", fids[i].fid);
	}
	arena_free(mem);
	return done();
}
