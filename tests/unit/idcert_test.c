#include "../tap.h"
#include "x509_make.h"

#define SMALL "0000000000000000000000000000000000000000000000000000000000000000"
#define KEY_OF_ORDER_2 "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
#define KEY_ABOVE_P "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
#define BASIC_EMPTY "300c0603551d130101ff04023000"
#define BASIC_EIGHT "30190603551d130101ff040f300d0101ff02080000000000000001"
#define BASIC_NINE "301a0603551d130101ff0410300e0101ff0209000000000000000001"
#define BASIC_ZERO "30120603551d130101ff040830060101ff020100"
#define BASIC_MINUS "30120603551d130101ff040830060101ff0201ff"

static const struct {
	const char *name, *want; /* want NULL: the certificate is read */
	bool server;
	struct pieces p;
} rows[] = {
	{ "an actor of our profile", NULL },
	{ "a server of our profile", NULL, true },
	/* Encodings of other programs that we accept (wire.md 3.4). */
	{ "basicConstraints empty, keyUsage in DER", NULL,
	    .p = { .extensions = BASIC_EMPTY EXT_USAGE("03020780") } },
	{ "keyUsage first", NULL, .p = { .extensions = EXT_USAGE("03020780") BASIC_EMPTY } },
	{ "contentCommitment", NULL,
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020140") } },
	{ "contentCommitment in DER", NULL,
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020640") } },
	{ "any count of unused bits", NULL,
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020380") } },
	{ "no CN", NULL,
	    .p = { .subject = "S:client1|U:flori@polyphony.chat|D:chat|D:polyphony" } },
	{ "GeneralizedTime before 2050", NULL,
	    .p = { .validity = "180f32303233313131343232313332305a" FROM } },
	{ "one second", NULL, .p = { .validity = FROM FROM } },
	{ "pathLen of eight octets, keyCertSign as the reference client has it", NULL, true,
	    { .extensions = BASIC_EIGHT EXT_USAGE("03020504") } },
	{ "pathLen of nine octets", NULL, true,
	    { .extensions = BASIC_NINE EXT_USAGE("03020504") } },
	{ "pathLen 0", NULL, true, { .extensions = BASIC_ZERO EXT_USAGE("03020204") } },
	{ "keyCertSign and cRLSign", NULL, true,
	    { .extensions = EXT_BASIC("30030101ff") EXT_USAGE("03020106") } },
	{ "digitalSignature and keyCertSign", NULL, true,
	    { .extensions = EXT_BASIC("30030101ff") EXT_USAGE("03020084") } },
	/* The head. */
	{ "version 1", "must be 3", .p = { .version = "" } },
	{ "version 2", "must be 3", .p = { .version = "a003020101" } },
	{ "serial 0", "positive", .p = { .serial = "00" } },
	{ "serial below 0", "positive", .p = { .serial = "ff" } },
	{ "serial of 21 octets", "20 octets",
	    .p = { .serial = "7f0000000000000000000000000000000000000000" } },
	{ "NULL parameters inside", "not even NULL", .p = { .algorithm = "300706032b65700500" } },
	{ "NULL parameters outside", "not even NULL", .p = { .outer = "300706032b65700500" } },
	{ "another algorithm inside", "1.3.101.113", .p = { .algorithm = "300506032b6571" } },
	{ "another algorithm outside", "1.2.840.113549.1.1.11",
	    .p = { .outer = "300b06092a864886f70d01010b" } },
	{ "signature of 63", "64 octets",
	    .p = { .signature =
		       "00" SMALL "000000000000000000000000000000000000000000000000000000000000"
		       "00" } },
	{ "unused bits in the signature", "64 octets", .p = { .signature = "01" SMALL SMALL } },
	/* Names. */
	{ "CN in the issuer", "The issuer has attributes other than DC",
	    .p = { .issuer = "D:chat|D:polyphony|C:root" } },
	{ "actor for an issuer", "The issuer has attributes other than DC",
	    .p = { .issuer = SUBJECT } },
	{ "issuer of another domain", "issuer and subject differ",
	    .p = { .issuer = "D:chat|D:elsewhere" } },
	{ "issuer above the subject", "issuer and subject differ", .p = { .issuer = "D:chat" } },
	{ "issuer DCs in the wrong order", "issuer and subject differ",
	    .p = { .issuer = "D:polyphony|D:chat" } },
	{ "empty issuer", "The issuer has no DC", .p = { .issuer = "" } },
	{ "another server", "issuer and subject differ", true,
	    { .subject = "D:chat|D:elsewhere" } },
	{ "CN of a server", "The subject has attributes other than DC", true,
	    { .subject = "D:chat|D:polyphony|C:polyphony" } },
	{ "session ID of a server", "The subject has attributes other than DC", true,
	    { .subject = "S:client1|D:chat|D:polyphony" } },
	{ "UID of a server", "The subject has attributes other than DC", true,
	    { .subject = SUBJECT } },
	{ "actor without UID", "no UID", .p = { .subject = "D:chat|D:polyphony" } },
	{ "actor without session ID", "no uniqueIdentifier",
	    .p = { .subject = "U:flori@polyphony.chat|D:chat|D:polyphony|C:flori" } },
	{ "UID of another domain", "do not match the domain of the UID",
	    .p = { .subject = "S:s|U:flori@other.chat|D:chat|D:polyphony|C:flori" } },
	{ "UID in upper case", "lower case",
	    .p = { .subject = "S:s|U:Flori@polyphony.chat|D:chat|D:polyphony|C:flori" } },
	{ "CN of another", "not the local name",
	    .p = { .subject = "S:s|U:flori@polyphony.chat|D:chat|D:polyphony|C:xenia" } },
	{ "NUL in the CN", "outside 0x20",
	    .p = { .subject = "S:s|U:flori@polyphony.chat|D:chat|D:polyphony|C:flori%00x" } },
	{ "OU", NULL, .p = { .subject = SUBJECT "|O:x" } },
	{ "two OUs in one RDN, first", NULL, .p = { .subject = "O:a&O:b|" SUBJECT } },
	{ "OU of a server", "The subject has attributes other than DC", true,
	    { .subject = "D:chat|D:polyphony|O:x" } },
	{ "OU in the issuer", "The issuer has attributes other than DC",
	    .p = { .issuer = "O:x|D:chat|D:polyphony" } },
	/* Validity. */
	{ "ends before it begins", "before it begins",
	    .p = { .validity = FROM "170d3233313131343232313331395a" } },
	{ "without seconds", "RFC 5280 4.1.2.5",
	    .p = { .validity = FROM "170b323430313031303030305a" } },
	{ "with fractions", "RFC 5280 4.1.2.5",
	    .p = { .validity = FROM "181132303234303130313030303030302e305a" } },
	{ "a day that does not exist", "RFC 5280 4.1.2.5",
	    .p = { .validity = FROM "170d3234303233303030303030305a" } },
	{ "one time", "RFC 5280 4.1.2.5", .p = { .validity = FROM } },
	{ "three times", "RFC 5280 4.1.2.5", .p = { .validity = FROM FROM FROM } },
	/* Keys. */
	{ "key of small order", "small order", .p = { .spki = SPKI(SMALL) } },
	{ "key of order 2", "small order", .p = { .spki = SPKI(KEY_OF_ORDER_2) } },
	{ "key not canonical", "small order", .p = { .spki = SPKI(KEY_ABOVE_P) } },
	{ "server's key of small order", "small order", true, { .spki = SPKI(SMALL) } },
	{ "NULL parameters of the key", "not even NULL",
	    .p = { .spki = "302c300706032b65700500032100" ACTOR_KEY } },
	{ "key of 31", "32 octets",
	    .p = { .spki = "3029300506032b6570032000"
			   "17671f925832221e20cfc454bddd35dba24419138047"
			   "48a870ef61a0bd318d" } },
	{ "issuerUniqueID", "issuerUniqueID", .p = { .unique = "81020001" } },
	{ "subjectUniqueID", "subjectUniqueID",
	    .p = { .unique = "8209007365737369"
			     "6f6e31" } },
	/* Extensions. */
	{ "none", "end in [3]", .p = { .extensions = "" } },
	{ "something after the extensions", "end in [3]", .p = { .more = "a400" } },
	{ "basicConstraints alone", "must be basicConstraints and keyUsage",
	    .p = { .extensions = EXT_BASIC("3003010100") } },
	{ "keyUsage alone", "must be basicConstraints and keyUsage",
	    .p = { .extensions = EXT_USAGE("03020080") } },
	{ "subjectAltName", "not 2.5.29.17",
	    .p = { .extensions = ACTOR_EXTS "300f0603551d110101ff04053003820161" } },
	{ "subjectKeyIdentifier", "not critical",
	    .p = { .extensions = ACTOR_EXTS "300b0603551d0e040404020001" } },
	{ "subjectKeyIdentifier, critical", "not 2.5.29.14",
	    .p = { .extensions = ACTOR_EXTS "300e0603551d0e0101ff040404020001" } },
	{ "keyUsage not critical", "not critical",
	    .p = { .extensions = EXT_BASIC("3003010100") "300b0603551d0f040403020080" } },
	{ "basicConstraints not critical", "not critical",
	    .p = { .extensions = "300c0603551d1304053003010100" EXT_USAGE("03020080") } },
	{ "critical FALSE", "critical FALSE",
	    .p = { .extensions = EXT_BASIC("3003010100") "300e0603551d0f010100040403020080" } },
	{ "twice", "twice", .p = { .extensions = ACTOR_EXTS EXT_USAGE("03020080") } },
	{ "both usages", "either digitalSignature or contentCommitment",
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("030200c0") } },
	{ "keyAgreement", "either digitalSignature or contentCommitment",
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020308") } },
	{ "keyAgreement and digitalSignature", "either digitalSignature or contentCommitment",
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020088") } },
	{ "keyEncipherment", "either digitalSignature or contentCommitment",
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("030200a0") } },
	{ "no usage", "either digitalSignature or contentCommitment",
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020700") } },
	{ "keyUsage without bits", "it is empty",
	    .p = { .extensions = EXT_BASIC("3003010100") "300d0603551d0f0101ff0403030100" } },
	{ "decipherOnly", "decipherOnly",
	    .p = { .extensions = EXT_BASIC("3003010100") "300f0603551d0f0101ff04050303078080" } },
	{ "eight unused bits", "not a BIT STRING",
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020880") } },
	{ "an actor that is a CA", "keyCertSign",
	    .p = { .extensions = EXT_BASIC("30030101ff") EXT_USAGE("03020080") } },
	{ "an actor with all capabilities of a CA", "The subject has attributes other than DC",
	    .p = { .extensions = SERVER_EXTS } },
	{ "an actor with keyCertSign", "cA must be TRUE",
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020284") } },
	{ "an actor with pathLen", "no pathLen",
	    .p = { .extensions =
		       "30120603551d130101ff04083006010100020100" EXT_USAGE("03020080") } },
	{ "cA neither true nor false", "neither 00 nor ff",
	    .p = { .extensions = EXT_BASIC("3003010101") EXT_USAGE("03020080") } },
	{ "cA with a long length", "SEQUENCE",
	    .p = { .extensions = "30100603551d130101ff0406308103010100" EXT_USAGE("03020080") } },
	{ "a server without keyCertSign", "keyCertSign", true,
	    { .extensions = EXT_BASIC("30030101ff") EXT_USAGE("03020142") } },
	{ "a server that is not a CA", "cA must be TRUE", true,
	    { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020146") } },
	{ "a server with both usages", "both digitalSignature", true,
	    { .extensions = EXT_BASIC("30030101ff") EXT_USAGE("030200c6") } },
	{ "a server with keyEncipherment", "RFC 8410 5", true,
	    { .extensions = EXT_BASIC("30030101ff") EXT_USAGE("03020226") } },
	{ "a server with keyAgreement", "RFC 8410 5", true,
	    { .extensions = EXT_BASIC("30030101ff") EXT_USAGE("0302000c") } },
	{ "pathLen below 0", "negative", true,
	    { .extensions = BASIC_MINUS EXT_USAGE("03020504") } },
};

static void verdicts(struct cx *cx)
{
	struct idcert c;

	for (size_t i = 0; i < COUNT(rows); i++) {
		cx->why = (struct fail){ 0 };
		enum err e =
		    idcert_read(cx, cert_of_pieces(cx->mem, &rows[i].p, rows[i].server), &c);
		if (rows[i].want == NULL)
			ok(e == OK && c.is_server == rows[i].server, "accepted: %s %s",
			    rows[i].name, cx->why.say);
		else
			ok(e == ERR_BAD_REQUEST && strcmp(cx->why.field, "id_cert") == 0 &&
				strstr(cx->why.say, rows[i].want),
			    "%s: %s", rows[i].name, cx->why.say);
	}
}

static const struct {
	const char *hex, *decimal;
	int64_t serial64;
} serials[] = {
	{ "01", "1", 1 },
	{ "0a", "10", 10 },
	{ "00ff", "255", 255 },
	{ "00884c89", "8932489", 8932489 },
	{ "7fffffffffffffff", "9223372036854775807", INT64_MAX },
	{ "008000000000000000", "9223372036854775808", 0 },
	{ "00ffffffffffffffff", "18446744073709551615", 0 },
	{ "7fffffffffffffffffffffffffffffffffffffff",
	    "730750818665451459101842416358141509827966271487", 0 },
};

static void serial_numbers(struct cx *cx)
{
	struct idcert c;

	for (size_t i = 0; i < COUNT(serials); i++) {
		struct pieces p = { .serial = serials[i].hex };
		enum err e = idcert_read(cx, cert_of_pieces(cx->mem, &p, false), &c);
		ok(e == OK && str_is(c.serial, serials[i].decimal) &&
			c.serial64 == serials[i].serial64,
		    "serial %s", serials[i].decimal);
	}
}

static void golden(struct cx *cx)
{
	static const struct {
		const char *name, *serial, *fid;
		bool server;
	} certs[] = { { "homeserver-portable.cert", "1", "", true },
		{ "pp-homeserver-default.cert", "1", "", true },
		{ "pp-actor.cert", "8932489", "flori@polyphony.chat", false } };
	struct blob server = unhex(cx->mem, SERVER_KEY), actor = unhex(cx->mem, ACTOR_KEY);
	struct idcert c;

	for (size_t i = 0; i < COUNT(certs); i++) {
		cx->why = (struct fail){ 0 };
		ok(idcert_read(cx, vector(cx->mem, certs[i].name), &c) == OK &&
			c.is_server == certs[i].server,
		    "%s %s", certs[i].name, cx->why.say);
		ok(str_is(c.serial, certs[i].serial) && str_is(c.fid, certs[i].fid) &&
			str_is(c.domain, "polyphony.chat") &&
			str_is(c.session_id, certs[i].server ? "" : "client1") &&
			c.not_before == 1700000000 && c.not_after == 1900000000,
		    "%s: what it says", certs[i].name);
		ok(memcmp(c.key, certs[i].server ? server.p : actor.p, ED25519_KEY) == 0,
		    "%s: its key", certs[i].name);
		ok(idcert_signed_by(&c, server.p) && !idcert_signed_by(&c, actor.p),
		    "%s: signed by the server alone", certs[i].name);
	}
	ok(idcert_read(cx, vector(cx->mem, "pp-actor.csr"), &c) == ERR_BAD_REQUEST,
	    "a request is not a certificate: %s", cx->why.say);
}

/* Our writer makes the same octets as the reference client from the same values. */
static void rebuilt(struct cx *cx)
{
	static const char *const names[] = { "pp-actor.cert" };
	struct idcert c;
	struct blob tbs;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct blob der = vector(cx->mem, names[i]);
		must(cx, idcert_read(cx, der, &c));
		struct idcert_spec spec = { .serial = c.serial64,
			.domain = c.domain,
			.subject = c.subject,
			.dialect = IDCERT_RS_0_11,
			.not_before = 1700000000,
			.not_after = 1900000000 };
		memcpy(spec.key, c.key, sizeof spec.key);
		must(cx, idcert_build_tbs(cx, &spec, &tbs));
		ok(blob_eq(tbs, c.tbs), "%s: the same TBSCertificate", names[i]);
		ok(blob_eq(idcert_assemble(cx->mem, tbs, c.sig), der), "%s: the same Certificate",
		    names[i]);
	}
}

static const struct {
	int64_t serial, not_before, not_after;
	const char *domain;
	bool good;
} specs[] = {
	{ SERIAL_MIN, 1700000000, 1700000001, "a", true },
	{ SERIAL_MAX, 0, 253402300799, "a.b.c.d.example.org", true },
	{ 1, 2524607999, 2524608000, "polyphony.chat", true },
	{ INT64_MAX, 1700000000, 1700000001, "polyphony.chat", true },
	{ 0, 1700000000, 1700000001, "polyphony.chat", false },
	{ -1, 1700000000, 1700000001, "polyphony.chat", false },
	{ 1, -1, 1700000001, "polyphony.chat", false },
	{ 1, 1700000000, 253402300800, "polyphony.chat", false },
};

static void round_trip(struct cx *cx)
{
	const uint8_t sig[ED25519_SIG] = { 0 };
	struct blob tbs, key = unhex(cx->mem, SERVER_KEY);
	struct idcert c;

	for (size_t i = 0; i < COUNT(specs); i++) {
		struct idcert_spec s = { .serial = specs[i].serial,
			.domain = str_of(specs[i].domain),
			.not_before = specs[i].not_before,
			.not_after = specs[i].not_after };
		memcpy(s.key, key.p, sizeof s.key);
		enum err e = idcert_build_tbs(cx, &s, &tbs);
		bool same = e == OK &&
		    idcert_read(cx, idcert_assemble(cx->mem, tbs, sig), &c) == OK &&
		    c.serial64 == s.serial && c.not_before == s.not_before &&
		    c.not_after == s.not_after && str_is(c.domain, specs[i].domain) && c.is_server;
		ok(specs[i].good ? same : e == ERR_INTERNAL, "serial %lld from %lld to %lld",
		    (long long)s.serial, (long long)s.not_before, (long long)s.not_after);
	}
}

static void random_serials(struct cx *cx)
{
	enum { N = 100000 };
	int64_t s, low = INT64_MAX, high = 0, sum = 0;
	int outside = 0;

	for (int i = 0; i < N; i++) {
		must(cx, idcert_new_serial(cx, &s));
		outside += s < SERIAL_MIN || s > SERIAL_MAX;
		low = s < low ? s : low;
		high = s > high ? s : high;
		sum += s / N;
	}
	/* The mean of N uniform draws strays by more than 1 % of the range about once in 10^26
	 * runs. */
	int64_t range = SERIAL_MAX - SERIAL_MIN, off = sum - SERIAL_MIN - range / 2;
	ok(outside == 0, "N = %d serials of 16 digits below 2^53", N);
	ok(low - SERIAL_MIN < range / 1000 && SERIAL_MAX - high < range / 1000 &&
		off < range / 100 && off > -range / 100,
	    "spread over the range");
}

enum { CN_OID = 38 }; /* the element of pp-actor.cert that is the OID of CN, which may be absent */

static void liberties(struct cx *cx)
{
	struct blob whole = vector(cx->mem, "pp-actor.cert");
	int n = 0, taken = 0, longer = 0;
	struct idcert c;

	for (enum liberty how = 0; how < LIBERTIES; how++)
		for (int at = 0; at < 64; at++) {
			bool did = false;
			int k = at;
			struct blob bad = bend(cx->mem, whole, &k, how, &did);
			if (!did)
				continue;
			n++;
			if (idcert_read(cx, bad, &c) != OK)
				continue;
			bool serial = str_is(c.serial, "2286717184"), cn = at == CN_OID;
			if (how == PAD && (serial || cn) &&
			    !idcert_signed_by(&c, unhex(cx->mem, SERVER_KEY).p))
				longer++; /* another serial, or another attribute in place of CN */
			else if (++taken)
				printf("# taken: %s, element %d\n", liberty_names[how], at);
		}
	ok(taken == 0 && longer == 2 && n > 150, "liberties with BER and shape: %d taken of N = %d",
	    taken, n);
}

/* Is the certificate read, and signed by the server? */
static bool reads(const uint8_t *p, size_t n, const uint8_t *key)
{
	struct cx cx = { .mem = arena_new(1 << 20) };
	uint8_t *exact = malloc(
	    n ? n : 1); /* exactly this size, so that a sanitizer notices reading past the end */
	struct idcert c;

	memcpy(exact, p, n);
	bool good =
	    idcert_read(&cx, (struct blob){ exact, n }, &c) == OK && idcert_signed_by(&c, key);
	free(exact);
	arena_free(cx.mem);
	return good;
}

static void hostile(struct cx *cx, const char *name)
{
	struct blob der = vector(cx->mem, name), key = unhex(cx->mem, SERVER_KEY);
	uint8_t *p = (uint8_t *)arena_dup(cx->mem, der.p, der.n);
	static const uint8_t masks[] = { 1, 2, 4, 8, 16, 32, 64, 128, 255 };
	int n = 0, taken = 0;

	ok(reads(der.p, der.n, key.p), "%s as it is", name);
	for (size_t len = 0; len < der.n; len++)
		taken += reads(der.p, len, key.p);
	ok(taken == 0, "%s: %d truncations taken of N = %zu", name, taken, der.n);
	for (size_t i = 0; i < der.n; i++)
		for (size_t m = 0; m < COUNT(masks); m++, n++) {
			p[i] ^= masks[m];
			taken += reads(p, der.n, key.p);
			p[i] ^= masks[m];
		}
	ok(taken == 0, "%s: %d octets changed and taken of N = %d", name, taken, n);
}

int main(void)
{
	struct cx cx = cx_new();

	golden(&cx);
	rebuilt(&cx);
	round_trip(&cx);
	verdicts(&cx);
	serial_numbers(&cx);
	random_serials(&cx);
	liberties(&cx);
	hostile(&cx, "pp-actor.cert");
	hostile(&cx, "homeserver-portable.cert");
	hostile(&cx, "pp-homeserver-default.cert");
	arena_free(cx.mem);
	return done();
}
