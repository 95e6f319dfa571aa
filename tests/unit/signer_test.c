#include "../tap.h"
#include "base/clock.h"
#include "signer/signer.h"
#include "x509_make.h"

static const uint8_t secret[SEAL_SECRET] = "the secret of the machine: 0123",
		     other_secret[SEAL_SECRET] = "the secret of another: 01234567";

static void sealing(struct cx *cx)
{
	struct blob aad = str_blob(STR("row 1")),
		    plain = str_blob(STR("thirty-two octets of an old seed")), a, b, out;
	int opened = 0;

	must(cx, seal(cx, secret, aad, plain, &a));
	must(cx, seal(cx, secret, aad, plain, &b));
	ok(a.n == plain.n + SEAL_OVERHEAD && a.p[0] == 1, "version, nonce, text and tag");
	ok(!blob_eq(a, b) && memmem(a.p, a.n, plain.p, 8) == NULL,
	    "two sealings differ, and none shows the plain text");
	ok(unseal(cx, secret, aad, a, &out) == OK && blob_eq(out, plain), "it opens");
	ok(unseal(cx, other_secret, aad, a, &out) == ERR_INTERNAL, "not with another secret: %s",
	    cx->why.log);
	ok(unseal(cx, secret, str_blob(STR("row 2")), a, &out) == ERR_INTERNAL,
	    "not in another row");
	ok(unseal(cx, secret, (struct blob){ 0 }, a, &out) == ERR_INTERNAL, "not without a row");
	uint8_t *p = (uint8_t *)arena_dup(cx->mem, a.p, a.n);
	for (size_t i = 0; i < a.n * 8; i++) {
		p[i / 8] ^= (uint8_t)(1 << i % 8);
		opened += unseal(cx, secret, aad, (struct blob){ p, a.n }, &out) == OK;
		p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t n = 0; n < a.n; n++)
		opened += unseal(cx, secret, aad, (struct blob){ p, n }, &out) == OK;
	ok(opened == 0, "not with a bit flipped or an octet short, N = %zu", a.n * 9);
	must(cx, seal(cx, secret, aad, (struct blob){ 0 }, &b));
	ok(b.n == SEAL_OVERHEAD && unseal(cx, secret, aad, b, &out) == OK && out.n == 0,
	    "an empty text can be sealed");
}

static struct conf conf = { .domain = "polyphony.chat", .server_cert_lifetime = 157680000 };
static int64_t now; /* when the test started; it runs for less than SIGNER_SKEW */

static struct blob tbs_when(struct cx *cx, const uint8_t *key, struct blob subject,
    const char *domain, int64_t from, int64_t life)
{
	struct idcert_spec spec = { .serial = SERIAL_MIN,
		.domain = str_of(domain),
		.subject = subject,
		.not_before = from,
		.not_after = from + life - 1 };
	struct blob tbs;

	memcpy(spec.key, key, sizeof spec.key);
	must(cx, idcert_build_tbs(cx, &spec, &tbs));
	return tbs;
}

static struct blob tbs_of(
    struct cx *cx, const uint8_t *key, struct blob subject, const char *domain)
{
	return tbs_when(cx, key, subject, domain, now, IDCERT_LIFE_MAX);
}

/* Start in seconds from now, and how long the certificate is valid. */
enum { A_MINUTE = 60 };
static const struct {
	const char *name;
	bool actor;
	int64_t begins, life;
	bool good;
} whens[] = {
	{ "a server's of the longest lifetime", false, 0, 157680000, true },
	{ "a server's one second longer", false, 0, 157680001, false },
	{ "a server's until 9999", false, 0, INT64_C(250000000000), false },
	{ "a server's since 1970", false, -1700000000, 157680000, false },
	{ "a server's from next year", false, 31536000, 157680000, false },
	{ "an actor's, by a clock ahead", true, SIGNER_SKEW - A_MINUTE, IDCERT_LIFE_MAX, true },
	{ "an actor's, by a clock behind", true, A_MINUTE - SIGNER_SKEW, IDCERT_LIFE_MAX, true },
	{ "an actor's from the future", true, SIGNER_SKEW + A_MINUTE, IDCERT_LIFE_MAX, false },
	{ "an actor's from the past", true, -SIGNER_SKEW - A_MINUTE, IDCERT_LIFE_MAX, false },
};

static void validity(struct cx *cx, struct ca *ca, const struct ca_key *k)
{
	uint8_t sig[ED25519_SIG], actor[ED25519_KEY];
	const struct blob nobody = { 0 };

	key_of(cx, actor_seed, actor);
	for (size_t i = 0; i < COUNT(whens); i++) {
		struct blob tbs = tbs_when(cx, whens[i].actor ? actor : k->key,
		    whens[i].actor ? name_of(cx->mem, PROFILE_SUBJECT) : nobody, "polyphony.chat",
		    now + whens[i].begins, whens[i].life);
		ok((ca->sign_cert(cx, ca, k, tbs, sig) == OK) == whens[i].good, "%s: %s",
		    whens[i].name, whens[i].good ? "signed" : cx->why.log);
	}
}

static const struct {
	const char *name;
	struct cache_claim claim; /* times are relative to now; not_before 0: CACHE_NOT_BEFORE */
	bool good;
} lives[] = {
	{ "valid for the longest time", { .not_after = SIGNER_CACHE_LIFE }, true },
	{ "by a clock ahead", { .not_after = SIGNER_CACHE_LIFE + SIGNER_SKEW - A_MINUTE }, true },
	{ "valid for longer", { .not_after = SIGNER_CACHE_LIFE + SIGNER_SKEW + A_MINUTE }, false },
	{ "valid until 2286", { .not_after = INT64_C(8000000000) }, false },
	{ "valid from tomorrow", { .not_before = 86400, .not_after = 86400 }, false },
	{ "revoked just now", { .not_after = INT64_C(4000000000), .invalidated = -1 }, true },
	{ "to be revoked tomorrow", { .not_after = INT64_C(4000000000), .invalidated = 86400 },
	    false },
};

static void statement_lives(struct cx *cx, struct ca *ca, const struct ca_key *k)
{
	uint8_t sig[ED25519_SIG];

	for (size_t i = 0; i < COUNT(lives); i++) {
		struct cache_claim c = lives[i].claim;
		c.serial = SERIAL_MIN;
		c.not_before = c.not_before ? now + c.not_before : CACHE_NOT_BEFORE;
		c.not_after += now;
		c.invalidated += c.invalidated ? now : 0;
		ok((ca->sign_cache(cx, ca, k, &c, 1, sig) == OK) == lives[i].good, "%s: %s",
		    lives[i].name, lives[i].good ? "signed" : cx->why.log);
	}
}

static void token_lives(struct cx *cx, struct ca *ca, const struct ca_key *k)
{
	struct federation_token t = { .iss = STR("polyphony.chat"),
		.sub = STR("xenia@polyphony.chat"),
		.aud = STR("https://elsewhere.chat"),
		.jti = STR("0123456789abcdef0123456789abcdef"),
		.kid = STR("1000000000000000"),
		.cnf = STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		.iat = now,
		.exp = now + SIGNER_TOKEN_LIFE };
	uint8_t sig[ED25519_SIG];

	ok(ca->sign_token(cx, ca, k, &t, sig) == OK, "a token issued now: %s", cx->why.log);
	t.exp++;
	ok(ca->sign_token(cx, ca, k, &t, sig) == ERR_INTERNAL, "no token valid for longer: %s",
	    cx->why.log);
	for (int64_t when = -86400; when <= 86400; when += 2 * 86400) {
		t.iat = now + when;
		t.exp = t.iat + SIGNER_TOKEN_LIFE;
		ok(ca->sign_token(cx, ca, k, &t, sig) == ERR_CLOCKS &&
			strstr(cx->why.log, "not issued now"),
		    "no token issued on another day: %s", cx->why.log);
	}
}

static void certificates(struct cx *cx, struct ca *ca, const struct ca_key *k)
{
	uint8_t sig[ED25519_SIG], actor[ED25519_KEY];

	key_of(cx, actor_seed, actor);
	struct blob own = tbs_of(cx, k->key, (struct blob){ 0 }, "polyphony.chat");
	struct blob theirs = tbs_of(cx, actor, name_of(cx->mem, PROFILE_SUBJECT), "polyphony.chat");
	ok(ca->sign_cert(cx, ca, k, own, sig) == OK && ed25519_verify(k->key, own, sig),
	    "the server's own is signed");
	ok(ca->sign_cert(cx, ca, k, theirs, sig) == OK && ed25519_verify(k->key, theirs, sig),
	    "an actor's is signed");
	ok(ca->sign_cert(cx, ca, k, str_blob(STR("anything")), sig) == ERR_INTERNAL,
	    "arbitrary text is not signed: %s", cx->why.log);
	struct blob foreign = tbs_of(cx, k->key, (struct blob){ 0 }, "elsewhere.chat");
	ok(ca->sign_cert(cx, ca, k, foreign, sig) == ERR_INTERNAL, "no other domain: %s",
	    cx->why.log);
	struct blob grab = tbs_of(cx, actor, (struct blob){ 0 }, "polyphony.chat");
	ok(ca->sign_cert(cx, ca, k, grab, sig) == ERR_INTERNAL,
	    "no server certificate for another key: %s", cx->why.log);
	struct blob self = tbs_of(cx, k->key, name_of(cx->mem, PROFILE_SUBJECT), "polyphony.chat");
	ok(ca->sign_cert(cx, ca, k, self, sig) == ERR_INTERNAL,
	    "no actor with the server's key: %s", cx->why.log);
}

/* A key with the sealed seed of another key does not open (wrong aad). The seed of another key,
 * sealed with the right aad, opens, but does not match the public key. */
static void mixed_rows(struct cx *cx, struct ca *ca, const struct ca_key *k)
{
	struct ca_key two, mix = *k;
	uint8_t sig[ED25519_SIG];
	struct cache_claim claim = { SERIAL_MIN, CACHE_NOT_BEFORE, 1763755200, 0, false };

	must(cx, ca->new_key(cx, ca, &two));
	ok(memcmp(two.key, k->key, ED25519_KEY) != 0 &&
		two.sealed.n == SEAL_OVERHEAD + ED25519_SEED,
	    "each key is a new one");
	mix.sealed = two.sealed;
	ok(ca->sign_cache(cx, ca, &mix, &claim, 1, sig) == ERR_INTERNAL,
	    "the seed of another row is refused: %s", cx->why.log);
	must(cx,
	    seal(cx, secret, (struct blob){ mix.key, ED25519_KEY },
		(struct blob){ actor_seed, ED25519_SEED }, &mix.sealed));
	ok(ca->sign_cache(cx, ca, &mix, &claim, 1, sig) == ERR_INTERNAL &&
		strstr(cx->why.log, "public key"),
	    "a seed of another public key is refused: %s", cx->why.log);
	ok(ca->sign_cert(cx, ca, &mix, tbs_of(cx, mix.key, (struct blob){ 0 }, "polyphony.chat"),
	       sig) == ERR_INTERNAL,
	    "and signs no certificate either");
	must(cx,
	    seal(cx, secret, (struct blob){ mix.key, ED25519_KEY }, (struct blob){ actor_seed, 31 },
		&mix.sealed));
	ok(ca->sign_cache(cx, ca, &mix, &claim, 1, sig) == ERR_INTERNAL,
	    "a sealed text that is no seed is refused: %s", cx->why.log);
}

static const struct {
	const char *name;
	struct cache_claim claim;
	const char *text; /* NULL: refused */
} claims[] = {
	{ "valid", { 1234567890123456, 1000000000, 1763755200, 0, false },
	    "123456789012345610000000001763755200" },
	{ "valid, with spaces", { 1234567890123456, 1000000000, 1763755200, 0, true },
	    "1234567890123456 1000000000 1763755200" },
	{ "revoked, with spaces", { SERIAL_MAX, 1763740807, 4102444800, 1763740000, true },
	    "9007199254740991 1763740807 4102444800 1763740000" },
	{ "a time of nine digits, with spaces", { SERIAL_MIN, 999999999, 1763755200, 0, true },
	    NULL },
	{ "revoked", { SERIAL_MAX, 1763740807, 4102444800, 1763740000, false },
	    "9007199254740991176374080741024448001763740000" },
	{ "one second", { SERIAL_MIN, 1763740807, 1763740807, 0, false },
	    "100000000000000017637408071763740807" },
	{ "longest", { SERIAL_MIN, 1000000000, 9999999999, 1000000000, false },
	    "1000000000000000100000000099999999991000000000" },
	{ "serial too short", { SERIAL_MIN - 1, 1000000000, 1763755200, 0, false }, NULL },
	{ "serial too large", { SERIAL_MAX + 1, 1000000000, 1763755200, 0, false }, NULL },
	{ "serial negative", { -SERIAL_MIN, 1000000000, 1763755200, 0, false }, NULL },
	{ "begin of nine digits", { SERIAL_MIN, 999999999, 1763755200, 0, false }, NULL },
	{ "begin of eleven", { SERIAL_MIN, 10000000000, 10000000000, 0, false }, NULL },
	{ "end of eleven", { SERIAL_MIN, 1000000000, 10000000000, 0, false }, NULL },
	{ "revoked in nine", { SERIAL_MIN, 1000000000, 4102444800, 999999999, false }, NULL },
	{ "revoked in eleven", { SERIAL_MIN, 1000000000, 4102444800, 10000000000, false }, NULL },
	{ "revoked before 1970", { SERIAL_MIN, 1000000000, 4102444800, -1, false }, NULL },
	{ "end before start", { SERIAL_MIN, 1763755201, 1763755200, 0, false }, NULL },
	{ "a revocation that could be cut off",
	    { SERIAL_MIN, 1000000000, 1763755200, 1763740000, false }, NULL },
};

static void statements(struct cx *cx, struct ca *ca, const struct ca_key *k)
{
	uint8_t sigs[(CACHE_CLAIMS_MAX + 1) * ED25519_SIG];
	struct cache_claim many[CACHE_CLAIMS_MAX + 1];

	for (size_t i = 0; i < COUNT(claims); i++) {
		const struct cache_claim *c = &claims[i].claim;
		enum err e = ca->sign_cache(cx, ca, k, c, 1, sigs);
		if (claims[i].text)
			ok(e == OK &&
				ed25519_verify(k->key, str_blob(str_of(claims[i].text)), sigs),
			    "signed: %s", claims[i].name);
		else
			ok(e == ERR_INTERNAL || e == ERR_CLOCKS, "%s: %s", claims[i].name,
			    cx->why.log);
	}
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct cache_claim){ SERIAL_MIN + (int64_t)i, 1000000000, 1763755200, 0,
			i % 2 };
	bool good = ca->sign_cache(cx, ca, k, many, CACHE_CLAIMS_MAX, sigs) == OK;
	for (size_t i = 0; i < CACHE_CLAIMS_MAX; i++)
		good &= ed25519_verify(
		    k->key, str_blob(cache_statement(cx->mem, &many[i])), sigs + i * ED25519_SIG);
	ok(good, "%d in one request, each with its own signature", CACHE_CLAIMS_MAX);
	ok(ca->sign_cache(cx, ca, k, many, CACHE_CLAIMS_MAX + 1, sigs) == ERR_INTERNAL,
	    "one more is refused");
	many[3].serial = 1;
	ok(ca->sign_cache(cx, ca, k, many, 4, sigs) == ERR_INTERNAL,
	    "one bad statement: none is signed");
	ok(ca->sign_cache(cx, ca, k, many, 0, sigs) == OK, "no statement at all is accepted");
	const struct cache_claim published = { 8932489, 1736606402, 1736613602, 0, false };
	ok(str_is(cache_statement(cx->mem, &published), "893248917366064021736613602"),
	    "the published example");
}

static const struct {
	const char *name;
	struct federation_token t;
	bool good;
} tokens[] = {
#define FOR(cnf, iss, sub, aud, jti, kid, life) \
	{ \
		STR(iss), STR(sub), STR(aud), STR(jti), STR(kid), STR(cnf), 0, (life) \
	}
#define IT(...) FOR(CNF, __VA_ARGS__)
#define OURS "polyphony.chat"
#define FLORI "flori@polyphony.chat"
#define AUD "https://example.org"
#define JTI "AAAAAAAAAAAAAAAAAAAAAA"
#define KID "1000000000000000"
#define CNF "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	{ "as we issue it", IT(OURS, FLORI, AUD, JTI, KID, 600), true },
	{ "for an hour", IT(OURS, FLORI, AUD, JTI, KID, 3600), true },
	{ "for one second more", IT(OURS, FLORI, AUD, JTI, KID, 3601), false },
	{ "for no time", IT(OURS, FLORI, AUD, JTI, KID, 0), false },
	{ "of another server", IT("elsewhere.chat", "flori@elsewhere.chat", AUD, JTI, KID, 600),
	    false },
	{ "for another server's actor", IT(OURS, "flori@elsewhere.chat", AUD, JTI, KID, 600),
	    false },
	{ "for a subdomain of ours",
	    IT("a.polyphony.chat", "flori@a.polyphony.chat", AUD, JTI, KID, 600), false },
	{ "without an actor", IT(OURS, "", AUD, JTI, KID, 600), false },
	{ "for everywhere", IT(OURS, FLORI, "*", JTI, KID, 600), false },
	{ "for an origin not in its normal form",
	    IT(OURS, FLORI, "https://EXAMPLE.org/", JTI, KID, 600), false },
	{ "that could be guessed", IT(OURS, FLORI, AUD, "AAAAAAAAAAAAAAAAAAAAA", KID, 600), false },
	{ "with an invalid jti",
	    IT(OURS, FLORI, AUD, "\",\"sub\":\"root@example.org\",\"x\":\"", KID, 600), false },
	{ "for no ID-Cert", FOR("", OURS, FLORI, AUD, JTI, KID, 600), false },
	{ "for a part of an ID-Cert's hash", FOR("AAAA", OURS, FLORI, AUD, JTI, KID, 600), false },
	{ "for an ID-Cert, with more behind it",
	    FOR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},\"a\"", OURS, FLORI, AUD, JTI, KID, 600),
	    false },
	{ "without a key ID", IT(OURS, FLORI, AUD, JTI, "", 600), false },
};

static void federation_tokens(struct cx *cx, struct ca *ca, const struct ca_key *k)
{
	uint8_t sig[ED25519_SIG];

	for (size_t i = 0; i < COUNT(tokens); i++) {
		struct federation_token t = tokens[i].t;
		t.iat += now;
		t.exp += now;
		enum err e = ca->sign_token(cx, ca, k, &t, sig);
		if (tokens[i].good)
			ok(e == OK &&
				ed25519_verify(
				    k->key, str_blob(federation_jws_signing_input(cx, &t)), sig),
			    "a token %s", tokens[i].name);
		else
			ok(e == ERR_INTERNAL || e == ERR_UNAVAILABLE, "no token %s: %s",
			    tokens[i].name, cx->why.log);
	}
}

static void openpgp(struct cx *cx, struct ca *ca, const struct ca_key *k)
{
	struct openpgp_spec s = { .created = 1763755200, .user_id = STR("polyphony.chat") };
	uint8_t sig[ED25519_SIG];
	struct str block;

	memcpy(s.key, k->key, sizeof s.key);
	ok(ca->sign_openpgp(cx, ca, k, &s, sig) == OK && openpgp_write(cx, &s, sig, &block) == OK,
	    "our own OpenPGP block");
	s.user_id = STR("alice@polyphony.chat");
	ok(ca->sign_openpgp(cx, ca, k, &s, sig) == ERR_INTERNAL, "no other user ID: %s",
	    cx->why.log);
	s.user_id = STR("polyphony.chat");
	s.created = -1;
	ok(ca->sign_openpgp(cx, ca, k, &s, sig) == ERR_INTERNAL, "no time before 1970: %s",
	    cx->why.log);
	s.created = 1763755200;
	key_of(cx, actor_seed, s.key);
	ok(ca->sign_openpgp(cx, ca, k, &s, sig) == ERR_INTERNAL, "no other key: %s", cx->why.log);
}

static void second_factors(struct cx *cx, struct ca_local *local, struct ca_local *stranger)
{
	struct ca *ca = &local->ca;
	uint8_t own[TOTP_SECRET], next[TOTP_SECRET];
	struct blob sealed, other;
	int64_t step = 1;

	ok(ca->new_totp(cx, ca, 17, own, &sealed) == OK &&
		ca->new_totp(cx, ca, 17, next, &other) == OK && memcmp(own, next, TOTP_SECRET) != 0,
	    "each secret of a second factor is a new one");
	ok(sealed.n == TOTP_SECRET + SEAL_OVERHEAD && memmem(sealed.p, sealed.n, own, 6) == NULL,
	    "the sealed secret does not show the secret");
	const int64_t at = clock_now() / TOTP_STEP;
	struct str code = str_of(arena_printf(cx->mem, "%06u", totp_code(own, at)));
	ok(ca->check_totp(cx, ca, 17, sealed, code, &step) == OK && step == at,
	    "the current code gives its step");
	struct str late = str_of(arena_printf(cx->mem, "%06u", totp_code(own, at + 10)));
	ok(ca->check_totp(cx, ca, 17, sealed, late, &step) == OK && step == 0,
	    "a code of another time gives step 0");
	ok(ca->check_totp(cx, ca, 18, sealed, code, &step) == ERR_INTERNAL,
	    "it does not open for another actor: %s", cx->why.log);
	ok(stranger->ca.check_totp(cx, &stranger->ca, 17, sealed, code, &step) == ERR_INTERNAL,
	    "it does not open with another secret");
	struct blob plain, row = str_blob(STR("totp 17"));
	ok(unseal(cx, local->secret, row, sealed, &plain) == ERR_INTERNAL,
	    "nor with the secret of the identity keys");
	must(cx, seal(cx, local->totp, row, (struct blob){ own, TOTP_SECRET - 1 }, &other));
	ok(ca->check_totp(cx, ca, 17, other, code, &step) == ERR_INTERNAL,
	    "a secret of another length is refused: %s", cx->why.log);
}

/* An opened key is used only for the row that it came from. */
static void opened_keys(struct cx *cx, struct ca *ca, const struct ca_key *first)
{
	struct ca_key second, changed = *first;
	uint8_t sigs[3][ED25519_SIG];
	const struct cache_claim *c = &claims[0].claim;

	must(cx, ca->new_key(cx, ca, &second));
	must(cx, ca->sign_cache(cx, ca, first, c, 1, sigs[0]));
	must(cx, ca->sign_cache(cx, ca, &second, c, 1, sigs[1]));
	must(cx, ca->sign_cache(cx, ca, first, c, 1, sigs[2]));
	ok(memcmp(sigs[0], sigs[2], ED25519_SIG) == 0 && memcmp(sigs[0], sigs[1], ED25519_SIG) != 0,
	    "two keys in turn: each signs for itself");
	uint8_t *p = (uint8_t *)arena_dup(cx->mem, first->sealed.p, first->sealed.n);
	p[first->sealed.n - 1] ^= 1;
	changed.sealed = (struct blob){ p, first->sealed.n };
	ok(ca->sign_cache(cx, ca, &changed, c, 1, sigs[0]) == ERR_INTERNAL,
	    "a changed row is refused, although its key has just been used: %s", cx->why.log);
	must(cx, ca->sign_cache(cx, ca, first, c, 1, sigs[0]));
	memcpy(changed.key, second.key, ED25519_KEY);
	changed.sealed = first->sealed;
	ok(ca->sign_cache(cx, ca, &changed, c, 1, sigs[0]) == ERR_INTERNAL,
	    "and so is its seed under another public key: %s", cx->why.log);
}

int main(void)
{
	struct cx cx = cx_new();
	struct ca_local local, stranger;
	struct ca_key k;
	uint8_t sig[ED25519_SIG];

	now = clock_now();
	sealing(&cx);
	ca_local_init(&local, &conf, secret);
	must(&cx, local.ca.new_key(&cx, &local.ca, &k));
	certificates(&cx, &local.ca, &k);
	validity(&cx, &local.ca, &k);
	mixed_rows(&cx, &local.ca, &k);
	statement_lives(&cx, &local.ca, &k);
	token_lives(&cx, &local.ca, &k);
	statements(&cx, &local.ca, &k);
	federation_tokens(&cx, &local.ca, &k);
	openpgp(&cx, &local.ca, &k);
	ca_local_init(&stranger, &conf, other_secret);
	ok(stranger.ca.sign_cache(&cx, &stranger.ca, &k, &claims[0].claim, 1, sig) == ERR_INTERNAL,
	    "not with another secret: %s", cx.why.log);
	second_factors(&cx, &local, &stranger);
	opened_keys(&cx, &local.ca, &k);
	ca_local_wipe(&local);
	ca_local_wipe(&stranger);
	arena_free(cx.mem);
	return done();
}
