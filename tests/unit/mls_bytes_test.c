#include "../tap.h"
#include "mls_make.h"

/*
 * Good KeyPackages are cut at every octet, and each of their octets is changed: none is accepted,
 * and each refusal names a rule. Every case has an allocation of exactly its size, so that the
 * sanitizers notice an octet read past the end.
 */
struct tally {
	size_t n, taken, unnamed;
};

static bool named(struct cx *cx, enum err e)
{
	const char *rule = rule_of(cx);

	return e == ERR_BAD_REQUEST &&
	    strspn(rule, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(rule) &&
	    strlen(rule) + 3 < strlen(cx->why.say);
}

static void one(
    struct cx *cx, struct tally *t, const uint8_t *p, size_t n, const struct mls_policy *policy)
{
	uint8_t *exact = malloc(n ? n : 1);

	if (exact == NULL)
		exit(1);
	memcpy(exact, p, n);
	cx->why = (struct fail){ .err = OK };
	enum err e = judge(cx, (struct blob){ exact, n }, policy);
	t->n++;
	t->taken += e == OK;
	t->unnamed += e != OK && !named(cx, e);
	free(exact);
	arena_reset(cx->mem);
}

static void cuts(struct cx *cx, struct tally *t, struct blob in, const struct mls_policy *policy)
{
	for (size_t n = 0; n < in.n; n++)
		one(cx, t, in.p, n, policy);
}

/* Each octet with all bits flipped, and with single bits flipped. */
static void flips(
    struct cx *cx, struct tally *t, struct blob in, const struct mls_policy *policy, unsigned bits)
{
	uint8_t p[4096];

	memcpy(p, in.p, in.n);
	for (size_t i = 0; i < in.n; i++) {
		p[i] ^= 0xff;
		one(cx, t, p, in.n, policy);
		for (unsigned b = 0; b < bits; b++) {
			p[i] = in.p[i] ^ (uint8_t)(1 << (bits < 8 ? (i + b) % 8 : b));
			one(cx, t, p, in.n, policy);
		}
		p[i] = in.p[i];
	}
}

static void all(
    struct cx *cx, const char *name, struct blob in, const struct mls_policy *policy, unsigned bits)
{
	struct tally cut = { 0 }, flipped = { 0 };

	ok(judge(cx, in, policy) == OK, "%s: good", name);
	cuts(cx, &cut, in, policy);
	ok(cut.n == in.n && cut.taken == 0 && cut.unnamed == 0,
	    "%s: N = %zu cuts, %zu taken, %zu refused without a rule", name, cut.n, cut.taken,
	    cut.unnamed);
	flips(cx, &flipped, in, policy, bits);
	ok(flipped.n == in.n * (1 + bits) && flipped.taken == 0 && flipped.unnamed == 0,
	    "%s: N = %zu flips, %zu taken, %zu refused without a rule", name, flipped.n,
	    flipped.taken, flipped.unnamed);
}

/* Cases use an arena of their own, reset after each; the inputs are in `keep`. */
static void ours(struct cx *cx, struct cx *keep)
{
	const struct mls_policy policy = policy_of(keep);
	const struct blob certs[] = { policy.id_cert, policy.server_cert };
	struct parts basic = { 0 }, framed = { .framed = true, .exts = "000a00" },
		     x509 = { .credential = x509_credential(keep->mem, certs, 2) };

	all(cx, "basic", keypackage_of(keep, &basic), &policy, 8);
	all(cx, "framed", keypackage_of(keep, &framed), &policy, 8);
	all(cx, "X.509", keypackage_of(keep, &x509), &policy, 1);
}

/* The first vector of each suite, without a session: only the signatures notice a change. */
static void of_each_suite(struct cx *cx, struct cx *keep)
{
	const struct mls_policy policy = {
		.now = 1680000000, .skew = MLS_SKEW, .rules = MLS_RULES
	};
	FILE *f = mlswg(keep, "welcome+passive-key_package.hex");
	struct mls_keypackage kp;
	static char line[16384];
	bool seen[8] = { false };
	struct blob in;

	while (fgets(line, sizeof line, f)) {
		if (!hex_decode(keep->mem, str_trim(str_of(line)), &in) ||
		    judge(keep, in, &policy) || mls_keypackage_read(keep, in, &kp) ||
		    seen[kp.suite->id])
			continue;
		seen[kp.suite->id] = true;
		all(cx, kp.suite->name, in, &policy, 1);
	}
	fclose(f);
}

int main(void)
{
	struct cx cx = cx_new(), keep = cx_new();

	ours(&cx, &keep);
	of_each_suite(&cx, &keep);
	arena_free(cx.mem);
	arena_free(keep.mem);
	return done();
}
