/*
 * CacheableIDCerts: which JSON is accepted as one, the unparsed elements of a list, and that a
 * signed statement can be read in only one way: all other ways of splitting its digits are tried.
 * Prints seed and N.
 */
#include "../tap.h"
#include "x509_make.h"
#include "x509/cacheable.h"
#include "text/encoding.h"
#include <inttypes.h>

enum { STATEMENTS = 150 };
static const int64_t now = 1790000000;

static struct str json_of(struct cx *cx, struct blob cert, const char *from, const char *to,
    const char *revoked, const uint8_t *sig)
{
	struct buf b = { .mem = cx->mem };
	struct str pem = pem_encode(cx->mem, "CERTIFICATE", cert);

	buf_z(&b, "{\"idCertPem\":\"");
	for (size_t i = 0; i < pem.n; i++)
		pem.s[i] == '\n' ? buf_z(&b, "\\n") : buf_put(&b, pem.s + i, 1);
	buf_printf(&b, "\",\"cacheNotValidBefore\":%s,\"cacheNotValidAfter\":%s,", from, to);
	if (revoked[0])
		buf_printf(&b, "\"invalidatedAt\":%s,", revoked);
	buf_printf(&b, "\"cacheSignature\":\"%s\"}",
	    hex_encode(cx->mem, (struct blob){ sig, ED25519_SIG }).s);
	return buf_done(&b);
}

static const char *part(struct cx *cx, const char *s, size_t from, size_t to)
{
	return arena_dup(cx->mem, s + from, to - from);
}

/* A naive reader: it only requires numbers of 64 bits, with the current time between them. */
static bool naive(const char *from, const char *to, const char *revoked)
{
	char again[64];
	unsigned long long f = strtoull(from, NULL, 10), t = strtoull(to, NULL, 10),
			   r = revoked[0] ? strtoull(revoked, NULL, 10) : UINT64_MAX;

	snprintf(again, sizeof again, "%llu%llu", f, t);
	return strlen(again) == strlen(from) + strlen(to) && f <= (uint64_t)now &&
	    t >= (uint64_t)now && r > (uint64_t)now;
}

struct tally {
	int tried, taken, naive;
};

/* All ways to split the digits of a statement, except the right one. */
static void cut(struct blob cert, const uint8_t *key, const uint8_t *sig, const char *digits,
    bool revoked, struct tally *t)
{
	size_t n = strlen(digits);

	for (size_t i = 1; i < n; i++)
		for (size_t j = i + 1; j <= n; j++) {
			if (i == 10 && j == 20)
				continue;
			if (digits[i] == '0' || (j < n && digits[j] == '0'))
				continue;
			struct cx cx = cx_new();
			struct cacheable c;
			const char *a = part(&cx, digits, 0, i), *b = part(&cx, digits, i, j),
				   *r = part(&cx, digits, j, n);
			t->tried++;
			t->naive += naive(a, b, r) && (revoked || strlen(b) > 10);
			t->taken +=
			    cacheable_read(&cx, json_of(&cx, cert, a, b, r, sig), &c) == OK &&
			    cacheable_check(&cx, &c, key, now) == OK;
			arena_free(cx.mem);
		}
}

static int64_t near(int64_t span)
{
	return random() % span;
}

static void cuts(struct cx *cx, struct blob cert, const struct idcert *c, const uint8_t *key)
{
	struct tally live = { 0 }, revoked = { 0 };
	int right = 0;

	for (int i = 0; i < 2 * STATEMENTS; i++) {
		bool is_revoked = i % 2;
		uint8_t sig[ED25519_SIG];
		struct cacheable back;
		const char *from = arena_printf(cx->mem, "%" PRId64, now - near(7200)),
			   *to = arena_printf(cx->mem, "%" PRId64, now + 1 + near(43200)),
			   *r = is_revoked
		    ? arena_printf(cx->mem, "%" PRId64, now - near(86400 * 30))
		    : "";
		const char *digits = arena_printf(cx->mem, "%s%s%s", from, to, r);
		struct str text =
		    str_of(arena_printf(cx->mem, "%.*s%s", (int)c->serial.n, c->serial.s, digits));
		must(cx, ed25519_sign(cx, server_seed, str_blob(text), sig));
		right += cacheable_read(cx, json_of(cx, cert, from, to, r, sig), &back) == OK &&
		    cacheable_check(cx, &back, key, now) == OK &&
		    (back.invalidated != 0) == is_revoked;
		cut(cert, key, sig, digits, is_revoked, is_revoked ? &revoked : &live);
	}
	ok(right == 2 * STATEMENTS,
	    "%d statements, %d of them of revoked certificates, are taken as they are",
	    2 * STATEMENTS, STATEMENTS);
	ok(live.tried > 1000 && live.taken == 0,
	    "%d other readings of live ones: %d taken (by a naive reader: %d)", live.tried,
	    live.taken, live.naive);
	ok(revoked.tried > 1000 && revoked.taken == 0,
	    "%d other readings of revoked ones: %d taken (by a naive reader: %d)", revoked.tried,
	    revoked.taken, revoked.naive);
	ok(live.naive > 0 && revoked.naive > 0, "readers that do not count digits are fooled");
}

static void windows(struct cx *cx, struct blob cert, const struct idcert *c, const uint8_t *key)
{
	static const struct {
		const char *name;
		int64_t from, to, revoked;
		enum err want;
	} rows[] = {
		{ "12 hours", -1, 43200, 0, OK },
		{ "12 hours and a clock that is ahead", 60, 43260, 0, OK },
		{ "longer", -1, 43261, 0, ERR_BAD_CERT },
		{ "much longer, but revoked", -1, 2312102400, -1, OK },
		{ "longer, revoked in the future", -1, 50000, 40000, ERR_BAD_CERT },
		{ "begins in a minute and a bit", 61, 3600, 0, ERR_BAD_CERT },
		{ "this second is the last", -3600, 0, 0, OK },
		{ "over", -3600, -1, 0, ERR_BAD_CERT },
	};
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const char *gap = i < COUNT(rows) ? "" : " ";
		struct cacheable s = { .cert = *c,
			.not_before = now + rows[i % COUNT(rows)].from,
			.not_after = now + rows[i % COUNT(rows)].to,
			.invalidated = rows[i % COUNT(rows)].revoked
			    ? now + rows[i % COUNT(rows)].revoked
			    : 0 };
		struct str text = str_of(arena_printf(cx->mem, "%.*s%s%" PRId64 "%s%" PRId64,
		    (int)c->serial.n, c->serial.s, gap, s.not_before, gap, s.not_after));
		if (s.invalidated)
			text = str_of(
			    arena_printf(cx->mem, "%s%s%" PRId64, text.s, gap, s.invalidated));
		must(cx, ed25519_sign(cx, server_seed, str_blob(text), s.sig));
		ok(cacheable_check(cx, &s, key, now) == rows[i % COUNT(rows)].want,
		    "%s, separated by '%s': %s", rows[i % COUNT(rows)].name, gap,
		    err_name(rows[i % COUNT(rows)].want));
		s.sig[0] ^= 1;
		ok(cacheable_check(cx, &s, key, now) == ERR_BAD_CERT,
		    "... and with another signature never");
	}
	(void)cert;
}

static void lists(struct cx *cx)
{
	static const struct {
		const char *text;
		int n; /* -1: refused */
		const char *first, *last;
	} rows[] = {
		{ "[]", 0, "", "" },
		{ " [ ] ", 0, "", "" },
		{ "[1]", 1, "1", "1" },
		{ " [ {\"a\": [1, 2]} ,\n\"]},\\\"\" ] ", 2, "{\"a\": [1, 2]}", "\"]},\\\"\"" },
		{ "[\"\\\\\",{\"b\":\"[{\"},null]", 3, "\"\\\\\"", "null" },
		{ "[[],[[]],{}]", 3, "[]", "{}" },
		{ "{}", -1, "", "" },
		{ "[1", -1, "", "" },
		{ "[1] x", -1, "", "" },
		{ "", -1, "", "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strs out = { NULL, 0 };
		enum err e = cacheable_split(cx, str_of(rows[i].text), &out);
		if (rows[i].n < 0) {
			ok(e == ERR_HOME_INVALID, "%s: no list", rows[i].text);
			continue;
		}
		bool ends = rows[i].n == 0 ||
		    (str_is(out.v[0], rows[i].first) && str_is(out.v[out.n - 1], rows[i].last));
		ok(e == OK && (int)out.n == rows[i].n && ends, "%d elements, as they stand",
		    rows[i].n);
	}
}

/* Members that another server adds are dropped. */
static void unknown_members(struct cx *cx, struct blob cert, const uint8_t *sig)
{
	struct str plain = json_of(cx, cert, "1789999995", "1790003600", "", sig);
	char *padding = arena_alloc(cx->mem, 60000);
	struct cacheable c, again;

	memset(padding, ' ', 59999);
	padding[59999] = '\0';
	ok(cacheable_read(cx, plain, &c) == OK && str_eq(c.text, plain),
	    "a statement of known members is kept byte for byte");
	const char *texts[] = { arena_printf(cx->mem, "{\"x\":[1,{\"y\":\"%.50000s\"}],%.*s",
				    padding, (int)plain.n - 1, plain.s + 1),
		arena_printf(cx->mem, "{%.9000s%.*s", padding, (int)plain.n - 1, plain.s + 1) };
	for (int i = 0; i < 2; i++) {
		enum err e = cacheable_read(cx, str_of(texts[i]), &c);
		ok(e == OK && c.text.n <= CACHEABLE_TEXT_MAX,
		    "%s is not kept: %zu of %zu octets are", i ? "padding" : "an unknown member",
		    c.text.n, strlen(texts[i]));
		e = cacheable_read(cx, c.text, &again);
		ok(e == OK && blob_eq(again.cert.der, cert) && again.not_after == c.not_after &&
			memcmp(again.sig, sig, ED25519_SIG) == 0,
		    "and the statement stays what it was: %s", cx->why.say);
	}
}

int main(void)
{
	struct cx cx = cx_new();
	uint8_t key[ED25519_KEY];
	struct idcert c;
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

	printf("# SEED=%u\n", seed);
	srandom(seed);
	struct blob cert = vector(cx.mem, "pp-actor.cert");
	must(&cx, idcert_read(&cx, cert, &c));
	key_of(&cx, server_seed, key);
	cuts(&cx, cert, &c, key);
	windows(&cx, cert, &c, key);
	lists(&cx);
	uint8_t sig[ED25519_SIG] = { 1 };
	unknown_members(&cx, cert, sig);
	arena_free(cx.mem);
	return done();
}
