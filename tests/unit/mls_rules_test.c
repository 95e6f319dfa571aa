#include "../tap.h"
#include "mls_make.h"

/* Each row breaks one rule of mls_keypackage.h, and no rule that is checked before it. want NULL:
 * the KeyPackage is accepted. */
#define LIFE(from, to) "01" from to
#define T_NOW "000000006553f100"
#define T_LATER "00000000655528c0"
#define Z4 "00000000"
#define Z32 Z4 Z4 Z4 Z4 Z4 Z4 Z4 Z4
#define ONES32 "0101010101010101010101010101010101010101010101010101010101010101"
#define P256_X "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define P256_Y "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define P256_2 \
	"047cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc4766997807775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1"
#define X448_0 Z32 Z4 Z4 Z4 Z4 Z4 Z4
#define X448_1 "000000" Z32 Z4 Z4 Z4 Z4 Z4
#define CAPS_EXT(list) \
	"020001" \
	"0400010003" list "00" \
	"0400010002"

static const struct row {
	const char *name, *want;
	struct parts parts;
	/* Certificates of an X.509 credential, see cert_by_letter(). */
	const char *certs;
	/* Changes of the policy: */
	unsigned rules, allowed;
	int64_t lifetime_max, now;
	size_t max_bytes;
	bool alone; /* no session to compare with */
} rows[] = {
	/* accepted */
	{ "basic credential", NULL, { 0 } },
	{ "as MLSMessage", NULL, { .framed = true } },
	{ "suite 3", NULL, { .head = "00010003" } },
	{ "X.509 credential with the ID-Cert", NULL, { 0 }, .certs = "A" },
	{ "followed by the server's certificate", NULL, { 0 }, .certs = "AS" },
	{ "for ever: 2^64 - 1", NULL, { .source = LIFE(T_NOW, "ffffffffffffffff") } },
	{ "for ever: 2^63 - 1, from the beginning", NULL,
	    { .source = LIFE("0000000000000000", "7fffffffffffffff") } },
	{ "dated back an hour", NULL, { .source = LIFE("000000006553e2f0", T_LATER) } },
	{ "a clock an hour ahead", NULL, { .source = LIFE("000000006553ff10", T_LATER) } },
	{ "valid for one more second", NULL,
	    { .source = LIFE("0000000000000000", "000000006553f101") } },
	{ "the longest lifetime, and the skew", NULL, { 0 }, .lifetime_max = 79808 - 3600 },
	{ "default extensions in the capabilities", NULL,
	    { .caps = CAPS_EXT("0a00010002000300040005") } },
	{ "GREASE everywhere", NULL,
	    { .caps = "0400010a0a"
		      "061a1a00010003"
		      "022a2a"
		      "023a3a"
		      "064a4a00010002",
		.leaf_exts = "2a2a03010203",
		.exts = "5a5a00" } },
	{ "an extension that the capabilities do not list", NULL, { .exts = "f00100" } },
	{ "an extension of the leaf that they list", NULL,
	    { .leaf_exts = "f0010100", .caps = CAPS_EXT("02f001") } },
	{ "application_id in the leaf", NULL, { .leaf_exts = "00010161" },
	    .rules = MLS_EXTENSION_WRONG_PLACE },
	{ "external_pub in the KeyPackage, with the default rules", NULL, { .exts = "000400" } },
	{ "last resort by extension", NULL, { .exts = "000a00" },
	    .rules = MLS_LAST_RESORT_NONEMPTY },
	{ "0x000a with data, with the default rules", NULL, { .exts = "000a0101" } },
	{ "last resort by component", NULL, { .exts = "00060403000400" } },
	{ "own suite not in the capabilities, rule off", NULL,
	    { .caps = "020001"
		      "020003"
		      "00"
		      "00"
		      "0400010002" },
	    .rules = MLS_CAP_KP_EXTENSIONS },
	{ "exactly as large as allowed", NULL, { 0 }, .max_bytes = 302 },
	{ "the one suite that is allowed", NULL, { .head = "00010003" }, .allowed = 1 << 3 },
	{ "any key and name, no session to compare with", NULL,
	    { .seed = server_seed, .credential = "000100" }, .alone = true },
	{ "any certificate, no session to compare with", NULL, { .seed = server_seed },
	    .certs = "S", .alone = true },

	/* reading */
	{ "a length past the end", "truncated",
	    { .head = "0001"
		      "0001"
		      "3f" } },
	{ "a list of an odd length", "vector_misaligned",
	    { .caps = "03000100"
		      "020001"
		      "00"
		      "00"
		      "020001" } },
	{ "an extension past the end of the list", "vector_misaligned", { .exts = "f0010500" } },
	{ "half an extension type", "vector_misaligned", { .leaf_exts = "f00100f0" } },
	{ "a certificate past the end of the list", "vector_misaligned",
	    { .credential = "0002"
			    "03"
			    "050000" } },
	{ "length prefix 11", "varint_prefix", { .head = "00010001c0000020" } },
	{ "length prefix 11 in an extension", "varint_prefix", { .exts = "f001c0000000" } },
	{ "32 in two octets", "varint_nonminimal", { .head = "000100014020" } },
	{ "0 in two octets", "varint_nonminimal", { .exts = "f0014000" } },
	{ "32 in four octets", "varint_nonminimal", { .head = "0001000180000020" } },
	{ "16383 in four octets", "varint_nonminimal", { .head = "0001000180003fff" } },
	{ "an octet too many", "trailing", { .after = "00" } },
	{ "an octet too many after a frame", "trailing", { .after = "00", .framed = true } },
	{ "two KeyPackages", "trailing", { .after = "0001000120" } },
	{ "version 0", "version", { .head = "00000001" } },
	{ "version 2", "version", { .head = "00020001" } },
	{ "version 2 in the frame", "version", { .head = "0002000500010001" } },
	{ "version 2 in a frame of version 1", "version", { .head = "0001000500020001" } },
	{ "suite 0", "cipher_suite", { .head = "00010000" } },
	{ "suite 8", "cipher_suite", { .head = "00010008" } },
	{ "a GREASE suite", "cipher_suite", { .head = "00010a0a" } },
	{ "suite 0xf110", "cipher_suite", { .head = "0001f110" } },
	{ "credential type 3", "credential_type", { .credential = "000300" } },
	{ "a GREASE credential", "credential_type", { .credential = "0a0a00" } },
	{ "no certificate", "x509_empty", { .credential = "000200" } },
	{ "source update", "leaf_source", { .source = "02" } },
	{ "source commit", "leaf_source", { .source = "0300" } },
	{ "source 0", "leaf_source", { .source = "00" } },

	/* sizes, suites, keys */
	{ "larger than allowed", "size", { 0 }, .max_bytes = 301 },
	{ "larger than allowed with its frame", "size", { .framed = true }, .max_bytes = 305 },
	{ "a suite that is not allowed", "cipher_suite", { 0 }, .allowed = 1 << 3 },
	{ "init_key too short", "hpke_key_length", { .init = "01" } },
	{ "init_key too long", "hpke_key_length", { .init = ONES32 "00" } },
	{ "init_key empty", "hpke_key_length", { .init = "" } },
	{ "encryption_key too short", "hpke_key_length", { .enc = "01" } },
	{ "encryption_key empty", "hpke_key_length", { .enc = "" } },
	{ "P-256: init_key compressed", "hpke_key_length",
	    { .head = "00010002", .init = "03" P256_X } },
	{ "P-256: init_key not on the curve", "hpke_key_format",
	    { .head = "00010002", .init = "04" P256_X ONES32, .enc = P256_2, .key = P256_2 },
	    .alone = true },
	{ "P-256: encryption_key not on the curve", "hpke_key_format",
	    { .head = "00010002",
		.init = "04" P256_X P256_Y,
		.enc = "04" ONES32 ONES32,
		.key = P256_2 },
	    .alone = true },
	{ "P-256: init_key hybrid", "hpke_key_format",
	    { .head = "00010002", .init = "07" P256_X P256_Y, .enc = P256_2, .key = P256_2 },
	    .alone = true },
	{ "P-256: init_key of zeros", "hpke_key_format",
	    { .head = "00010002", .init = "00" Z32 Z32, .enc = P256_2, .key = P256_2 },
	    .alone = true },
	{ "X25519: init_key 0", "weak_hpke_key", { .init = Z32 } },
	{ "X25519: encryption_key 1", "weak_hpke_key", { .enc = "01000000" Z4 Z4 Z4 Z4 Z4 Z4 Z4 } },
	{ "X25519: init_key of order 8", "weak_hpke_key",
	    { .init = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800" } },
	{ "X25519: init_key p", "weak_hpke_key",
	    { .init = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" } },
	{ "X448: init_key 0", "weak_hpke_key",
	    { .head = "00010004", .init = X448_0, .enc = "09" X448_1, .key = X448_0 "00" },
	    .alone = true },
	{ "signature_key too long", "signature_key_length", { .key = ONES32 "00" } },
	{ "signature_key empty", "signature_key_length", { .key = "" } },
	{ "P-256: signature_key compressed", "signature_key_length",
	    { .head = "00010002", .init = "04" P256_X P256_Y, .enc = P256_2, .key = "03" P256_X } },
	{ "P-256: signature_key hybrid", "signature_key_length",
	    { .head = "00010002",
		.init = "04" P256_X P256_Y,
		.enc = P256_2,
		.key = "07" P256_X P256_Y } },
	{ "P-256: signature_key not on the curve", "signature_key_format",
	    { .head = "00010002",
		.init = "04" P256_X P256_Y,
		.enc = P256_2,
		.key = "04" P256_X ONES32 },
	    .alone = true },
	{ "Ed25519: signature_key of order 1", "signature_key_format",
	    { .key = "01000000" Z4 Z4 Z4 Z4 Z4 Z4 Z4 }, .alone = true },
	{ "init_key is encryption_key", "init_eq_encryption", { .init = ONES32, .enc = ONES32 } },
	{ "the key of another", "session_key_mismatch", { .seed = server_seed } },
	{ "a key of another suite", "session_key_mismatch",
	    { .head = "00010002",
		.init = "04" P256_X P256_Y,
		.enc = P256_2,
		.key = "04" P256_X P256_Y } },

	/* credentials */
	{ "the name of another actor", "identity_mismatch",
	    { .credential = "0001"
			    "0761406578616d70" } },
	{ "a NUL after the name", "identity_mismatch",
	    { .credential = "000115666c6f726940706f6c7970686f6e792e6368617400" } },
	{ "the name in upper case", "identity_mismatch",
	    { .credential = "000114464c4f524940706f6c7970686f6e792e63686174" } },
	{ "the beginning of the name", "identity_mismatch", { .credential = "000105666c6f7269" } },
	{ "no name", "identity_mismatch", { .credential = "000100" } },
	{ "garbage instead of a certificate", "x509_parse", { 0 }, .certs = "X" },
	{ "an octet after the certificate", "x509_parse", { 0 }, .certs = "T" },
	{ "two certificates in one vector", "x509_parse", { 0 }, .certs = "2" },
	{ "garbage after the ID-Cert", "x509_parse", { 0 }, .certs = "AX" },
	{ "the certificate of another key", "x509_key_mismatch", { 0 }, .certs = "S" },
	{ "the certificate of another key, alone", "x509_key_mismatch", { 0 }, .certs = "S",
	    .alone = true },
	{ "an older certificate of the same key", "x509_untrusted", { 0 }, .certs = "O" },
	{ "the chain in the wrong order", "x509_key_mismatch", { 0 }, .certs = "SA" },
	{ "another server's certificate", "x509_chain", { 0 }, .certs = "AO" },
	{ "three certificates", "x509_chain", { 0 }, .certs = "ASS" },
	{ "the ID-Cert a second too late", "x509_expired", { 0 }, .certs = "A",
	    .now = NOW + 86400 },
	{ "the ID-Cert a second too early", "x509_expired", { 0 }, .certs = "A", .now = NOW - 1 },

	/* capabilities and extensions */
	{ "no version", "cap_versions",
	    { .caps = "00"
		      "0400010003"
		      "00"
		      "00"
		      "0400010002" } },
	{ "another version", "cap_versions",
	    { .caps = "020002"
		      "0400010003"
		      "00"
		      "00"
		      "0400010002" } },
	{ "own suite not listed", "cap_suites",
	    { .caps = "020001"
		      "020003"
		      "00"
		      "00"
		      "0400010002" } },
	{ "own credential type not listed: basic", "cap_credentials",
	    { .caps = "020001"
		      "0400010003"
		      "00"
		      "00"
		      "020002" } },
	{ "own credential type not listed: X.509", "cap_credentials",
	    { .caps = "020001"
		      "0400010003"
		      "00"
		      "00"
		      "020001" },
	    .certs = "A" },
	{ "a value across two entries", "cap_credentials",
	    { .caps = "020001"
		      "0400010003"
		      "00"
		      "00"
		      "0400000100" } },
	{ "an extension of the leaf twice", "duplicate_extension",
	    { .leaf_exts = "f0010100f0010100", .caps = CAPS_EXT("02f001") } },
	{ "an extension of the KeyPackage twice", "duplicate_extension",
	    { .exts = "000a00"
		      "f00100"
		      "000a00" } },
	{ "an extension of the leaf not listed", "cap_leaf_extensions",
	    { .leaf_exts = "f0010100", .caps = CAPS_EXT("02f002") } },
	{ "an extension of the KeyPackage not listed, rule on", "cap_kp_extensions",
	    { .exts = "f00100" }, .rules = MLS_CAP_KP_EXTENSIONS },
	{ "external_pub in the KeyPackage", "extension_wrong_place", { .exts = "000400" },
	    .rules = MLS_EXTENSION_WRONG_PLACE },
	{ "application_id in the KeyPackage", "extension_wrong_place", { .exts = "00010161" },
	    .rules = MLS_EXTENSION_WRONG_PLACE },
	{ "ratchet_tree in the leaf", "extension_wrong_place", { .leaf_exts = "000200" },
	    .rules = MLS_EXTENSION_WRONG_PLACE },
	{ "0x000a with data, rule on", "last_resort_nonempty", { .exts = "000a0101" },
	    .rules = MLS_LAST_RESORT_NONEMPTY },

	/* lifetime */
	{ "ends before it begins", "lifetime_order", { .source = LIFE(T_LATER, T_NOW) } },
	{ "no lifetime", "lifetime_order", { .source = LIFE(T_LATER, T_LATER) } },
	{ "ends now", "lifetime_expired", { .source = LIFE("0000000000000000", T_NOW) } },
	{ "starts in an hour and a second", "lifetime_future",
	    { .source = LIFE("000000006553ff11", T_LATER) } },
	{ "not before 2^63", "lifetime_future",
	    { .source = LIFE("8000000000000000", "ffffffffffffffff") } },
	{ "a second too long", "lifetime_too_long", { 0 }, .lifetime_max = 79808 - 3601 },
	{ "for ever, with a limit", "lifetime_too_long",
	    { .source = LIFE(T_NOW, "ffffffffffffffff") }, .lifetime_max = 7776000 },

	/* signatures */
	{ "leaf signed as something else", "leaf_signature",
	    { .leaf_label = "MLS 1.0 KeyPackageTBS" } },
	{ "leaf signed without MLS 1.0", "leaf_signature", { .leaf_label = "LeafNodeTBS" } },
	{ "leaf's signature of zeros", "leaf_signature", { .leaf_sig = Z32 Z32 } },
	{ "leaf's signature empty", "leaf_signature", { .leaf_sig = "" } },
	{ "leaf's signature too short", "leaf_signature", { .leaf_sig = Z32 } },
	{ "leaf signed by another key", "leaf_signature", { .seed = server_seed, .key = ONES32 },
	    .alone = true },
	{ "signed as something else", "kp_signature", { .label = "MLS 1.0 LeafNodeTBS" } },
	{ "signature of zeros", "kp_signature", { .sig = Z32 Z32 } },
	{ "signature empty", "kp_signature", { .sig = "" } },
};

/* A: the session's ID-Cert. S: the server's certificate. O: an older one of the same key. T: A and
 * one more octet. 2: A and S in one vector. X: garbage. */
static struct blob cert_by_letter(struct cx *cx, char letter)
{
	struct blob a = cert_of(cx, actor_seed, false, NOW),
		    s = cert_of(cx, server_seed, true, NOW);
	struct buf b = { .mem = cx->mem };

	if (letter == 'A' || letter == 'S')
		return letter == 'A' ? a : s;
	if (letter == 'O')
		return cert_of(cx, actor_seed, false, NOW - 60);
	if (letter == 'X')
		return unhex(cx->mem, "3003020101");
	buf_put(&b, a.p, a.n);
	buf_put(&b, letter == 'T' ? (const uint8_t *)"" : s.p, letter == 'T' ? 1 : s.n);
	return str_blob(buf_done(&b));
}

static const char *credential_of(struct cx *cx, const char *letters)
{
	struct blob certs[4];
	size_t n = strlen(letters);

	for (size_t i = 0; i < n; i++)
		certs[i] = cert_by_letter(cx, letters[i]);
	return x509_credential(cx->mem, certs, n);
}

static struct mls_policy policy_for(struct cx *cx, const struct row *r)
{
	struct mls_policy p = policy_of(cx);

	if (r->alone)
		p = (struct mls_policy){ .now = NOW, .skew = MLS_SKEW, .rules = MLS_RULES };
	p.rules = r->rules ? r->rules : p.rules;
	p.now = r->now ? r->now : p.now;
	p.lifetime_max = r->lifetime_max;
	p.max_bytes = r->max_bytes;
	p.suites = r->allowed;
	return p;
}

static void rules(struct cx *cx)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct mls_policy policy = policy_for(cx, r);
		struct parts parts = r->parts;
		if (r->certs)
			parts.credential = credential_of(cx, r->certs);
		struct blob in = keypackage_of(cx, &parts);
		cx->why = (struct fail){ .err = OK };
		enum err e = judge(cx, in, &policy);
		bool good = r->want ? e == ERR_BAD_REQUEST && strcmp(rule_of(cx), r->want) == 0 &&
			strcmp(cx->why.field, MLS_FIELD) == 0
				    : e == OK;
		ok(good, "%s: %s", r->name, e ? cx->why.say : "accepted");
		arena_reset(cx->mem);
	}
}

/* Cases that do not fit into a row: a size at which nothing is read, and lists so long that a
 * quadratic check would be slow. */
static void large(struct cx *cx)
{
	struct mls_policy policy = policy_of(cx);
	struct buf exts = { .mem = cx->mem };
	struct blob in;

	for (unsigned i = 0; i < 21000; i++) {
		mls_tls_put_u16(&exts, (uint16_t)(0x1000 + i));
		buf_put(&exts, "", 1);
	}
	in = keypackage_of(
	    cx, &(struct parts){ .exts = hex_encode(cx->mem, str_blob(buf_done(&exts))).s });
	int64_t t = clock();
	ok(judge(cx, in, &policy) == OK, "21000 extensions");
	ok(clock() - t < CLOCKS_PER_SEC / 4, "long lists are checked fast: %ld us",
	    (long)((clock() - t) * 1000000 / CLOCKS_PER_SEC));
	for (unsigned i = 0; i < 1000; i++)
		buf_put(&exts, "\xf0\x00\x00", 3);
	in = keypackage_of(
	    cx, &(struct parts){ .exts = hex_encode(cx->mem, str_blob(buf_done(&exts))).s });
	ok(judge(cx, in, &policy) == ERR_BAD_REQUEST && strcmp(rule_of(cx), "size") == 0,
	    "too large to be read: %s", cx->why.say);
}

static const struct {
	const char *name, *exts;
	unsigned mark;
} marks[] = {
	{ "none", "", MLS_UNMARKED },
	{ "extension", "000a00", MLS_MARK_EXTENSION },
	{ "extension with data", "000a0100", MLS_UNMARKED },
	{ "component", "00060403000400", MLS_MARK_COMPONENT },
	{ "component among others",
	    "00060a"
	    "09"
	    "000300"
	    "000400"
	    "000500",
	    MLS_MARK_COMPONENT },
	{ "component with data",
	    "0006"
	    "05"
	    "04"
	    "00040100",
	    MLS_UNMARKED },
	{ "another component",
	    "0006"
	    "04"
	    "03"
	    "000300",
	    MLS_UNMARKED },
	{ "components out of order",
	    "0006"
	    "07"
	    "06"
	    "000500"
	    "000400",
	    MLS_UNMARKED },
	{ "component twice",
	    "0006"
	    "07"
	    "06"
	    "000400"
	    "000400",
	    MLS_UNMARKED },
	{ "an octet after the dictionary",
	    "0006"
	    "05"
	    "03"
	    "000400"
	    "00",
	    MLS_UNMARKED },
	{ "a truncated dictionary",
	    "0006"
	    "03"
	    "03"
	    "0004",
	    MLS_UNMARKED },
	{ "empty dictionary",
	    "0006"
	    "01"
	    "00",
	    MLS_UNMARKED },
	{ "empty extension",
	    "0006"
	    "00",
	    MLS_UNMARKED },
	{ "both",
	    "000a00"
	    "00060403000400",
	    MLS_MARK_EXTENSION | MLS_MARK_COMPONENT },
	{ "another extension before it",
	    "5a5a0101"
	    "000a00",
	    MLS_MARK_EXTENSION },
};

static void last_resort(struct cx *cx)
{
	struct mls_keypackage kp;

	for (size_t i = 0; i < COUNT(marks); i++) {
		must(cx,
		    mls_keypackage_read(
			cx, keypackage_of(cx, &(struct parts){ .exts = marks[i].exts }), &kp));
		ok(mls_keypackage_mark(&kp) == marks[i].mark, "mark of last resort: %s",
		    marks[i].name);
	}
}

static const struct {
	const char *name, *source;
	int64_t want;
} expiries[] = {
	{ "as it is", SOURCE, 0x655528c0 },
	{ "2^63 - 2", LIFE(T_NOW, "7ffffffffffffffe"), INT64_MAX - 1 },
	{ "2^63 - 1", LIFE(T_NOW, "7fffffffffffffff"), INT64_MAX },
	{ "2^63", LIFE(T_NOW, "8000000000000000"), INT64_MAX },
	{ "2^64 - 1", LIFE(T_NOW, "ffffffffffffffff"), INT64_MAX },
};

static void expiry(struct cx *cx)
{
	struct mls_keypackage kp;

	for (size_t i = 0; i < COUNT(expiries); i++) {
		must(cx,
		    mls_keypackage_read(cx,
			keypackage_of(cx, &(struct parts){ .source = expiries[i].source }), &kp));
		ok(mls_keypackage_expiry(&kp) == expiries[i].want, "expiry: %s", expiries[i].name);
	}
}

/* The slices are exactly the parts that the KeyPackage was made from. */
static void slices(struct cx *cx)
{
	struct parts parts = { .framed = true, .exts = "000a00" };
	struct blob in = keypackage_of(cx, &parts);
	struct mls_keypackage kp;
	uint8_t key[ED25519_KEY];

	key_of(cx, actor_seed, key);
	must(cx, mls_keypackage_read(cx, in, &kp));
	ok(kp.framed && kp.bare.p == in.p + 4 && kp.bare.n == in.n - 4,
	    "the KeyPackage without its frame");
	ok(kp.suite->id == 1 && kp.credential == MLS_BASIC, "suite and credential type");
	ok(kp.init_key.n == 32 && memcmp(kp.init_key.p, init_key, 32) == 0, "init_key");
	ok(kp.encryption_key.n == 32 && memcmp(kp.encryption_key.p, leaf_key, 32) == 0,
	    "encryption_key");
	ok(kp.signature_key.n == 32 && memcmp(kp.signature_key.p, key, 32) == 0, "signature_key");
	ok(blob_eq(kp.identity, str_blob(STR(FID))) && kp.certificates.n == 0, "identity");
	ok(kp.not_before == NOW && kp.not_after == 0x655528c0, "lifetime");
	ok(blob_eq(kp.extensions, unhex(cx->mem, "000a00")), "extensions");
	ok(kp.tbs.p == kp.bare.p && kp.tbs.p + kp.tbs.n + 2 == kp.signature.p &&
		kp.signature.p + 64 == in.p + in.n,
	    "what is signed, and the signature");
}

int main(void)
{
	struct cx cx = cx_new();

	rules(&cx);
	large(&cx);
	last_resort(&cx);
	expiry(&cx);
	slices(&cx);
	arena_free(cx.mem);
	return done();
}
