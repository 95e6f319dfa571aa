#include "../tap.h"
#include "signer/idcert_lint.h"
#include "x509/idname.h"
#include "x509_make.h"

#define TO_60_DAYS \
	"170d3234303131333232313331395a" /* FROM plus 60 days, minus one second: both ends \
					    count */
#define TO_A_SECOND_MORE "170d3234303131333232313332305a"
#define YEAR_2049 "170d3439313233313233353935395a"
#define YEAR_2050 "180f32303530303130313030303030305a"
#define SMALL "0000000000000000000000000000000000000000000000000000000000000000"

/* Each row breaks one rule, and none of the rules before it. */
static const struct {
	const char *name, *rule; /* NULL: passes */
	bool server;
	struct pieces p;
} rows[] = {
	{ "an actor", NULL },
	{ "a server", NULL, true },
	{ "contentCommitment", NULL, .p = { .extensions = EXT_EMPTY_BASIC EXT_USAGE("03020640") } },
	{ "polyproto-rs 0.14", NULL,
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020780") } },
	{ "polyproto-rs 0.14, contentCommitment", NULL,
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020640") } },
	{ "polyproto-rs 0.11", NULL,
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020080") } },
	{ "polyproto-rs 0.11, contentCommitment", NULL,
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020140") } },
	{ "the largest serial", NULL, .p = { .serial = "1fffffffffffff" } },
	{ "60 days", NULL, .p = { .validity = FROM TO_60_DAYS } },
	{ "a server of 26 years", NULL, true, { .validity = FROM YEAR_2049 } },
	{ "a server into 2050", NULL, true, { .validity = FROM YEAR_2050 } },
	{ "string types as the client chose", "in this order",
	    .p = { .subject =
		       "S/13:client1|U/16:flori@polyphony.chat|D/0c:chat|D:polyphony|C/13:flori" } },
	{ "order as the client chose", "in this order",
	    .p = { .subject = "C:flori|D:chat|D:polyphony|U:flori@polyphony.chat|S:client1" } },
	{ "not minimal", "strict DER", .p = { .serial = "00038d7ea4c68000" } },
	{ "no version", "the fields of a TBSCertificate", .p = { .version = "" } },
	{ "issuerUniqueID", "no issuerUniqueID", .p = { .unique = "81020001" } },
	{ "subjectUniqueID", "no issuerUniqueID", .p = { .unique = "82020001" } },
	{ "no extensions", "no issuerUniqueID", .p = { .extensions = "" } },
	{ "something before the extensions", "ends with the extensions",
	    .p = { .unique = "a400" } },
	{ "something after the extensions", "ends with the extensions", .p = { .more = "a400" } },
	{ "version 2", "the version is 3", .p = { .version = "a003020101" } },
	{ "serial a digit short", "16 digits", .p = { .serial = "038d7ea4c67fff" } },
	{ "serial 2^53", "16 digits", .p = { .serial = "20000000000000" } },
	{ "serial of eight octets", "16 digits", .p = { .serial = "00ffffffffffffff" } },
	{ "serial below 0", "16 digits", .p = { .serial = "8d7ea4c6800000" } },
	{ "Ed448", "the signature algorithm is Ed25519", .p = { .algorithm = "300506032b6571" } },
	{ "NULL parameters", "the signature algorithm is Ed25519",
	    .p = { .algorithm = "300706032b65700500" } },
	{ "OU in the subject", "names have only DC", .p = { .subject = PROFILE_SUBJECT "|O:x" } },
	{ "NUL in the issuer", "names have only DC", .p = { .issuer = "D:chat|D:polyphony%00" } },
	{ "issuer of another domain", "the issuer has the DCs of this server",
	    .p = { .issuer = "D:chat|D:elsewhere" } },
	{ "CN in the issuer", "the issuer has the DCs of this server",
	    .p = { .issuer = "D:chat|D:polyphony|C:root" } },
	{ "issuer DCs in the wrong order", "the issuer has the DCs of this server",
	    .p = { .issuer = "D:polyphony|D:chat" } },
	{ "UTF8String in the issuer", "IA5Strings", .p = { .issuer = "D:chat|D/0c:polyphony" } },
	{ "no session ID", "the subject is this server, or",
	    .p = { .subject = "U:flori@polyphony.chat|D:chat|D:polyphony|C:flori" } },
	{ "no CN", "the subject is this server, or",
	    .p = { .subject = "S:s|U:flori@polyphony.chat|D:chat|D:polyphony" } },
	{ "CN of another", "the subject is this server, or",
	    .p = { .subject = "S:s|U:flori@polyphony.chat|D:chat|D:polyphony|C:xenia" } },
	{ "a server of another domain", "the subject is this server, or", true,
	    { .subject = "D:chat|D:elsewhere" } },
	{ "an actor of another domain", "have the same DCs",
	    .p = { .subject = "D:chat|D:other|U:flori@other.chat|C:flori|S/16:s" } },
	{ "UTCTime for 2050", "UTCTime to 2049",
	    .p = { .validity = FROM "180f32303234303131333232313331395a" } },
	{ "a day that does not exist", "UTCTime to 2049",
	    .p = { .validity = FROM "170d3233313133313232313331395a" } },
	{ "one time", "UTCTime to 2049", .p = { .validity = FROM } },
	{ "three times", "UTCTime to 2049", .p = { .validity = FROM FROM FROM } },
	{ "ends before it begins", "not after notAfter",
	    .p = { .validity = FROM "170d3233313131343232313331395a" } },
	{ "60 days and a second", "at most 60 days", .p = { .validity = FROM TO_A_SECOND_MORE } },
	{ "X25519 key", "the key is Ed25519",
	    .p = { .spki = "302a300506032b656e032100" ACTOR_KEY } },
	{ "NULL parameters of the key", "the key is Ed25519",
	    .p = { .spki = "302c300706032b65700500032100" ACTOR_KEY } },
	{ "key of small order", "not of small order", .p = { .spki = SPKI(SMALL) } },
	{ "an actor with the server's key", "an actor's has another",
	    .p = { .spki = SPKI(SERVER_KEY) } },
	{ "a server with another key", "an actor's has another", true,
	    { .spki = SPKI(ACTOR_KEY) } },
	{ "an actor as CA", "basicConstraints and keyUsage", .p = { .extensions = SERVER_EXTS } },
	{ "a server as actor", "basicConstraints and keyUsage", true,
	    { .extensions = ACTOR_EXTS } },
	{ "half DER", "basicConstraints and keyUsage",
	    .p = { .extensions = EXT_EMPTY_BASIC EXT_USAGE("03020080") } },
	{ "both usages", "basicConstraints and keyUsage",
	    .p = { .extensions = EXT_EMPTY_BASIC EXT_USAGE("030206c0") } },
	{ "a server without pathLen", "basicConstraints and keyUsage", true,
	    { .extensions = EXT_BASIC("30030101ff") EXT_USAGE("03020146") } },
	{ "a server with pathLen 1", "basicConstraints and keyUsage", true,
	    { .extensions = "30120603551d130101ff040830060101ff020101" EXT_USAGE("03020146") } },
	{ "keyUsage first", "basicConstraints and keyUsage",
	    .p = { .extensions = EXT_USAGE("03020080") EXT_BASIC("3003010100") } },
	{ "not critical", "basicConstraints and keyUsage",
	    .p = { .extensions = EXT_BASIC("3003010100") "300b0603551d0f040403020080" } },
	{ "critical FALSE", "basicConstraints and keyUsage",
	    .p = { .extensions = EXT_BASIC("3003010100") "300e0603551d0f010100040403020080" } },
	{ "cA FALSE left out", "basicConstraints and keyUsage",
	    .p = { .extensions = "300c0603551d130101ff04023000" EXT_USAGE("03020080") } },
	{ "an extension more", "basicConstraints and keyUsage",
	    .p = { .extensions = ACTOR_EXTS "300e0603551d0e0101ff040404020001" } },
	{ "keyAgreement", "basicConstraints and keyUsage",
	    .p = { .extensions = EXT_BASIC("3003010100") EXT_USAGE("03020088") } },
};

static void verdicts(struct cx *cx)
{
	const uint8_t *signer = unhex(cx->mem, SERVER_KEY).p;

	for (size_t i = 0; i < COUNT(rows); i++) {
		cx->why = (struct fail){ 0 };
		enum err e = idcert_lint(cx, tbs_of_pieces(cx->mem, &rows[i].p, rows[i].server),
		    STR("polyphony.chat"), signer, NULL);
		if (rows[i].rule == NULL)
			ok(e == OK, "passes: %s %s", rows[i].name, cx->why.log);
		else
			ok(e == ERR_INTERNAL && cx->why.say[0] == '\0' &&
				strstr(cx->why.log, rows[i].rule),
			    "%s: %s", rows[i].name, cx->why.log);
	}
}

/* The limit of 2 KiB is for the whole Certificate; a domain of many labels reaches it. */
static void sizes(struct cx *cx)
{
	const uint8_t *key = unhex(cx->mem, SERVER_KEY).p;
	int largest = 0, refused = 0;

	for (int labels = 1; labels <= 60; labels++) {
		struct buf domain = { .mem = cx->mem };
		for (int i = 0; i < labels; i++)
			buf_z(&domain, i ? ".a" : "a");
		struct idcert_spec s = { .serial = SERIAL_MIN,
			.domain = buf_done(&domain),
			.not_before = 1700000000,
			.not_after = 1700000001 };
		struct blob tbs;
		memcpy(s.key, key, sizeof s.key);
		must(cx, idcert_build_tbs(cx, &s, &tbs));
		int n = (int)idcert_assemble(cx->mem, tbs, (const uint8_t[ED25519_SIG]){ 0 }).n;
		bool good = idcert_lint(cx, tbs, s.domain, key, NULL) == OK;
		if (good != (n <= IDCERT_SIZE_MAX))
			refused = -1000;
		largest = good && n > largest ? n : largest;
		refused += !good && strstr(cx->why.log, "2 KiB");
	}
	ok(largest > 2000 && largest <= 2048 && refused > 0,
	    "the largest that passes has %d octets, %d are refused", largest, refused);
}

static void altered(struct cx *cx)
{
	const struct pieces none = { 0 };
	const uint8_t *signer = unhex(cx->mem, SERVER_KEY).p;
	struct blob tbs = tbs_of_pieces(cx->mem, &none, false);
	int n = 0, taken = 0;

	for (size_t i = 0; i <= tbs.n; i++)
		taken += i < tbs.n &&
		    idcert_lint(
			cx, (struct blob){ tbs.p, i }, STR("polyphony.chat"), signer, NULL) == OK;
	ok(taken == 0, "%d truncations pass of N = %zu", taken, tbs.n);
	for (enum liberty how = 0; how < LIBERTIES; how++)
		for (int at = 0; at < 64; at++) {
			bool did = false;
			int k = at;
			struct blob bad = bend(cx->mem, tbs, &k, how, &did);
			if (!did)
				continue;
			n++;
			if (idcert_lint(cx, bad, STR("polyphony.chat"), signer, NULL) == OK &&
			    ++taken)
				printf("# passes: %s, element %d\n", liberty_names[how], at);
		}
	ok(taken == 0 && n > 150, "liberties with BER and shape: %d pass of N = %d", taken, n);
	ok(idcert_lint(cx, tbs, STR("other.chat"), signer, NULL) == ERR_INTERNAL,
	    "not for another server");
	ok(idcert_lint(cx, (struct blob){ 0 }, STR("other.chat"), signer, NULL) == ERR_INTERNAL,
	    "an empty input is refused");
}

/* What the writer makes passes. The golden certificates fail only for their serial numbers. */
static void written(struct cx *cx)
{
	static const struct {
		const char *name, *extensions;
		enum idcert_dialect dialect;
		bool commitment;
	} kinds[] = {
		{ "a server's", SERVER_EXTS },
		{ "an actor's", ACTOR_EXTS },
		{ "an actor's, contentCommitment", EXT_EMPTY_BASIC EXT_USAGE("03020640"),
		    IDCERT_DER, true },
		{ "of 0.14", EXT_BASIC("3003010100") EXT_USAGE("03020780"), IDCERT_RS_0_14 },
		{ "of 0.14, contentCommitment", EXT_BASIC("3003010100") EXT_USAGE("03020640"),
		    IDCERT_RS_0_14, true },
		{ "of 0.11", EXT_BASIC("3003010100") EXT_USAGE("03020080"), IDCERT_RS_0_11 },
		{ "of 0.11, contentCommitment", EXT_BASIC("3003010100") EXT_USAGE("03020140"),
		    IDCERT_RS_0_11, true },
	};
	const uint8_t *signer = unhex(cx->mem, SERVER_KEY).p, *actor = unhex(cx->mem, ACTOR_KEY).p;
	struct idcert golden;
	struct blob tbs;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct idcert_spec s = { .serial = SERIAL_MAX,
			.domain = STR("polyphony.chat"),
			.not_before = 1700000000,
			.not_after = 1700086399,
			.dialect = kinds[i].dialect,
			.commitment = kinds[i].commitment };
		struct blob end = unhex(cx->mem, kinds[i].extensions);
		if (i)
			s.subject = idname_write(cx->mem, STR("flori"), s.domain, STR("client1"));
		memcpy(s.key, i ? actor : signer, sizeof s.key);
		must(cx, idcert_build_tbs(cx, &s, &tbs));
		ok(idcert_lint(cx, tbs, s.domain, signer, NULL) == OK, "%s passes", kinds[i].name);
		ok(memcmp(tbs.p + tbs.n - end.n, end.p, end.n) == 0, "%s: the extensions",
		    kinds[i].name);
		ok(memmem(tbs.p, tbs.n, name_of(cx->mem, PROFILE_SUBJECT).p, 30) || i == 0,
		    "%s: the subject", kinds[i].name);
	}
	must(cx, idcert_read(cx, vector(cx->mem, "homeserver-portable.cert"), &golden));
	ok(idcert_lint(cx, golden.tbs, STR("polyphony.chat"), signer, NULL) == ERR_INTERNAL &&
		strstr(cx->why.log, "16 digits"),
	    "golden: %s", cx->why.log);
}

int main(void)
{
	struct cx cx = cx_new();

	verdicts(&cx);
	sizes(&cx);
	altered(&cx);
	written(&cx);
	arena_free(cx.mem);
	return done();
}
