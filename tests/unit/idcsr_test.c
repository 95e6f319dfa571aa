#include "../tap.h"
#include "x509_make.h"

#define KU(bits) "300b0603551d0f31040302" bits
#define BASIC "300c0603551d1331053003010100"
#define FIVE(x) x x x x x

/* want NULL: the CSR is accepted; else want is a part of the error sentence. */
static const struct row {
	const char *name, *subject, *want;
} subjects[] = {
	{ "the reference client's order", SUBJECT, NULL },
	{ "another order", "C:flori|D:chat|U:flori@polyphony.chat|D:polyphony|S:client1", NULL },
	{ "PrintableString session ID",
	    "S/13:client1|U:flori@polyphony.chat|D:chat|D:polyphony|C/13:flori", NULL },
	{ "IA5String UID", "S/16:client1|U/16:flori@polyphony.chat|D:chat|D:polyphony|C/16:flori",
	    NULL },
	{ "UTF8String DCs", "S:client1|U:flori@polyphony.chat|D/0c:chat|D/0c:polyphony|C:flori",
	    NULL },
	{ "session ID of one", "S: |U:a@b|D:b|C:a", NULL },
	{ "session ID of 32", "S:~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~|U:a@b|D:b|C:a", NULL },
	{ "session ID of 33", "S:~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~|U:a@b|D:b|C:a", "32 octets" },
	{ "local name of 64",
	    "S:s|U:" FIVE("abcdefghijkl") "abcd@b|D:b|C:" FIVE("abcdefghijkl") "abcd", NULL },
	{ "local name of 65",
	    "S:s|U:" FIVE("abcdefghijkl") "abcde@b|D:b|C:" FIVE("abcdefghijkl") "abcde",
	    "not a federation ID" },
	{ "TeletexString", "S:client1|U:flori@polyphony.chat|D:chat|D:polyphony|C/14:flori",
	    "PrintableString, UTF8String" },
	{ "BMPString", "S:client1|U:a@b|D:b|C/1e:%00a", "PrintableString, UTF8String" },
	{ "INTEGER for a text", "S/02:%01|U:a@b|D:b|C:a", "PrintableString, UTF8String" },
	{ "@ in a PrintableString", "S:client1|U/13:a@b|D:b|C:a", "X.680 41.4" },
	{ "no CN", "S:client1|U:flori@polyphony.chat|D:chat|D:polyphony", "no CN" },
	{ "no UID", "S:client1|D:chat|D:polyphony|C:flori", "no UID" },
	{ "no session ID", "U:flori@polyphony.chat|D:chat|D:polyphony|C:flori",
	    "no uniqueIdentifier" },
	{ "no DC", "S:client1|U:flori@polyphony.chat|C:flori", "no DC" },
	{ "no name at all", "", "no DC" },
	{ "two CNs", "S:client1|U:a@b|D:b|C:a|C:a", "more than one CN" },
	{ "two UIDs", "S:client1|U:a@b|U:a@b|D:b|C:a", "more than one UID" },
	{ "two session IDs", "S:client1|S:client2|U:a@b|D:b|C:a",
	    "more than one uniqueIdentifier" },
	{ "CN is the FID",
	    "S:client1|U:flori@polyphony.chat|D:chat|D:polyphony|C:flori@polyphony.chat",
	    "not the local name" },
	{ "CN in upper case", "S:client1|U:a@b|D:b|C:A", "not the local name" },
	{ "CN is a part", "S:client1|U:ab@b|D:b|C:a", "not the local name" },
	{ "NUL in the CN", "S:client1|U:flori@polyphony.chat|D:chat|D:polyphony|C:flori%00x",
	    "outside 0x20" },
	{ "NUL after the UID", "S:client1|U:flori@polyphony.chat%00|D:chat|D:polyphony|C:flori",
	    "outside 0x20" },
	{ "NUL in a DC", "S:client1|U:a@b|D:b%00|C:a", "outside 0x20" },
	{ "control character", "S:a%1fb|U:a@b|D:b|C:a", "outside 0x20" },
	{ "DEL", "S:a%7fb|U:a@b|D:b|C:a", "outside 0x20" },
	{ "beyond ASCII", "S:a%c3%a4|U:a@b|D:b|C:a", "outside 0x20" },
	{ "empty CN", "S:client1|U:a@b|D:b|C:", "is empty" },
	{ "empty session ID", "S:|U:a@b|D:b|C:a", "is empty" },
	{ "empty DC", "S:s|U:a@b|D:b|D:|C:a", "is empty" },
	{ "two attributes in an RDN", "S:client1|U:a@b|C:a&D:b", "more than one attribute" },
	{ "another attribute", "S:client1|U:a@b|D:b|C:a|O:unit", NULL },
	{ "other attributes", "O:x|S:client1|U:a@b|O:x|D:b|C:a", NULL },
	{ "other attributes in one RDN", "O:a&O:b|D:b|U:a@b|C:a|S:client1", NULL },
	{ "another attribute beside ours", "S:client1|U:a@b|D:b|C:a&O:x",
	    "more than one attribute" },
	{ "DCs with the top level last",
	    "S:client1|U:flori@polyphony.chat|D:polyphony|D:chat|C:flori", "top level first" },
	{ "one DC too many", "S:client1|U:a@www.polyphony|D:chat|D:polyphony|D:www|C:a",
	    "do not match the domain of the UID" },
	{ "one DC too few", "S:client1|U:a@www.polyphony.chat|D:chat|D:polyphony|C:a",
	    "do not match the domain of the UID" },
	{ "two labels in a DC", "S:client1|U:flori@polyphony.chat|D:polyphony.chat|C:flori",
	    "one DC for each label" },
	{ "DC in upper case", "S:client1|U:a@b|D:B|C:a", "not a domain name" },
	{ "UID in upper case", "S:client1|U:A@b|D:b|C:a", "not in lower case" },
	{ "something before the UID", "S:client1|U:a b@b|D:b|C:b", "not a federation ID" },
	{ "UID without domain", "S:client1|U:a|D:b|C:a", "not a federation ID" },
	{ "an address instead of a domain", "S:client1|U:a@127.0.0.1|D:1|D:0|D:0|D:127|C:a",
	    "not a domain name" },
	{ "reserved name", "S:client1|U:me@b|D:b|C:me", "not a federation ID" },
	{ "a domain of 255", "S:s|U:a@b|D:b|" FIVE(FIVE("D:abcdefghi|")) "D:abcde|C:a",
	    "more than 253" },
};

static const struct {
	const char *name, *attrs, *want;
	bool commitment;
} attributes[] = {
	{ "none", "", NULL, false },
	{ "as the reference client does", PP_ATTRS, NULL, false },
	{ "digitalSignature in DER", KU("0780") BASIC, NULL, false },
	{ "contentCommitment as the reference client does", KU("0140"), NULL, true },
	{ "contentCommitment in DER", KU("0640"), NULL, true },
	{ "basicConstraints alone", BASIC, NULL, false },
	{ "basicConstraints empty", "30090603551d1331023000", NULL, false },
	{ "extensionRequest", "X300c0603551d130101ff04023000300e0603551d0f0101ff040403020780", NULL,
	    false },
	{ "extensionRequest, not critical", "X30090603551d1304023000300b0603551d0f040403020640",
	    NULL, true },
	{ "extensionRequest without extensions", "X", NULL, false },
	{ "both usages", KU("06c0"), "either digitalSignature or contentCommitment" },
	{ "no usage", KU("0700"), "either digitalSignature or contentCommitment" },
	{ "keyCertSign", KU("0504"), "either digitalSignature or contentCommitment" },
	{ "keyCertSign and digitalSignature", KU("0284"),
	    "either digitalSignature or contentCommitment" },
	{ "keyAgreement", KU("0308"), "either digitalSignature or contentCommitment" },
	{ "keyAgreement and digitalSignature", KU("0388"),
	    "either digitalSignature or contentCommitment" },
	{ "cRLSign and digitalSignature", KU("0182"),
	    "either digitalSignature or contentCommitment" },
	{ "encipherOnly", KU("0081"), "either digitalSignature or contentCommitment" },
	{ "decipherOnly", "300c0603551d0f31050303078080", "decipherOnly" },
	{ "empty bits", "300a0603551d0f3103030100", "it is empty" },
	{ "keyUsage as OCTET STRING", "300b0603551d0f310404020080", "not a BIT STRING" },
	{ "CA", "300c0603551d13310530030101ff", "cA in basicConstraints must be FALSE" },
	{ "CA in an extensionRequest", "X300f0603551d130101ff040530030101ff",
	    "cA in basicConstraints must be FALSE" },
	{ "cA neither true nor false", "X300f0603551d130101ff04053003010101", "neither 00 nor ff" },
	{ "pathLen", "300f0603551d1331083006010100020100", "no pathLen" },
	{ "more than two elements in basicConstraints", "30110603551d13310a30080101000201000500",
	    "more than cA and pathLen" },
	{ "keyUsage twice", KU("0080") KU("0080"), "keyUsage is present twice" },
	{ "basicConstraints twice", BASIC BASIC, "basicConstraints is present twice" },
	{ "twice in an extensionRequest", "X300b0603551d0f040403020780300b0603551d0f040403020780",
	    "twice" },
	{ "attributes out of order", BASIC KU("0080"), "11.6" },
	{ "two values", "300f0603551d0f31080302008003020140", "exactly one value" },
	{ "no value", "30070603551d0f3100", "exactly one value" },
	{ "values not in a SET", "300b0603551d0f300403020080", "SET of values" },
	{ "an attribute that is a NULL", "0500", "SEQUENCE" },
	{ "challengePassword", "301006092a864886f70d01090731030c0161", NULL, false },
	{ "subjectAltName",
	    "X300c0603551d11040530038201"
	    "61",
	    NULL, false },
	{ "subjectKeyIdentifier", "X300b0603551d0e040404020001", NULL, false },
	{ "a critical one that is not ours", "X300e0603551d0e0101ff040404020001", "not 2.5.29.14" },
	{ "critical FALSE written out", "X300e0603551d0f010100040403020780", "critical FALSE" },
	{ "extension without value", "X30050603551d0f", "exactly one value" },
	{ "extension with two values",
	    "X30130603551d0f0101ff04040302078004"
	    "03020780",
	    "exactly one value" },
	{ "something after the value", "X30100603551d0f0101ff0406030207800500",
	    "not a BIT STRING" },
	{ "value with a long length", "X300f0603551d0f0101ff04050381020780", "not a BIT STRING" },
};

static void verdict(
    struct cx *cx, const char *name, struct blob der, const char *want, bool commitment)
{
	struct idcsr csr;

	cx->why = (struct fail){ 0 };
	enum err e = idcsr_read(cx, der, &csr);
	if (want == NULL)
		ok(e == OK && csr.commitment == commitment, "accepted: %s %s", name, cx->why.say);
	else
		ok(e == ERR_BAD_CSR && strcmp(cx->why.field, "csr") == 0 &&
			strstr(cx->why.say, want),
		    "%s: %s", name, cx->why.say);
}

static void rows(struct cx *cx)
{
	for (size_t i = 0; i < COUNT(subjects); i++)
		verdict(cx, subjects[i].name, csr_of(cx, subjects[i].subject, PP_ATTRS),
		    subjects[i].want, false);
	for (size_t i = 0; i < COUNT(attributes); i++)
		verdict(cx, attributes[i].name, csr_of(cx, SUBJECT, attributes[i].attrs),
		    attributes[i].want, attributes[i].commitment);
}

/* The three encodings that versions of polyproto-rs use; every other client gets DER. */
static void dialects(struct cx *cx)
{
	static const struct {
		const char *name, *attrs;
		enum idcert_dialect want;
	} kinds[] = {
		{ "0.11", PP_ATTRS, IDCERT_RS_0_11 },
		{ "0.11, contentCommitment", KU("0140") BASIC, IDCERT_RS_0_11 },
		{ "0.14 to 0.18", KU("0780") BASIC, IDCERT_RS_0_14 },
		{ "0.14 to 0.18, contentCommitment", KU("0640") BASIC, IDCERT_RS_0_14 },
		{ "0.21", "30090603551d1331023000" KU("0780"), IDCERT_DER },
		{ "0.21, contentCommitment", "30090603551d1331023000" KU("0640"), IDCERT_DER },
		{ "one attribute only", BASIC, IDCERT_DER },
		{ "none", "", IDCERT_DER },
		{ "zeros at the start in DER", "30090603551d1331023000" KU("0080"), IDCERT_DER },
		{ "an extensionRequest",
		    "X300f0603551d130101ff04053003010100300e0603551d0f0101ff040403020080",
		    IDCERT_DER },
	};
	struct idcsr csr;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		enum err e = idcsr_read(cx, csr_of(cx, SUBJECT, kinds[i].attrs), &csr);
		ok(e == OK && csr.dialect == kinds[i].want, "dialect of %s %s", kinds[i].name,
		    cx->why.say);
		cx->why = (struct fail){ 0 };
	}
}

static void golden(struct cx *cx)
{
	static const char *const names[] = { "pp-actor.csr", "openssl-extreq.csr" };
	struct idcsr csr, cut;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct blob der = vector(cx->mem, names[i]);
		cx->why = (struct fail){ 0 };
		ok(idcsr_read(cx, der, &csr) == OK, "%s %s", names[i], cx->why.say);
		ok(str_is(csr.fid, "flori@polyphony.chat") && str_is(csr.local, "flori") &&
			str_is(csr.domain, "polyphony.chat") && str_is(csr.session_id, "client1") &&
			!csr.commitment,
		    "%s: what it says", names[i]);
		ok(memmem(der.p, der.n, csr.key, ED25519_KEY) &&
			csr.dialect == (i ? IDCERT_DER : IDCERT_RS_0_11),
		    "%s: key, and what its client verifies", names[i]);
	}
	ok(idcsr_read(cx, vector(cx->mem, "pp-actor.cert"), &cut) == ERR_BAD_CSR,
	    "a certificate is not a request: %s", cx->why.say);
}

/* Faults that the rows above cannot make: a request is patched and signed again. */
static const struct {
	const char *name, *from, *to, *want;
} patches[] = {
	{ "version 1", "020100", "020101", "version of the CSR must be 0" },
	{ "X25519 key", "06032b6570", "06032b656e", "1.3.101.110" },
	{ "Ed448 key", "06032b6570", "06032b6571", "1.3.101.113" },
	{ "unused bits in the key", "032100", "032101", "32 octets" },
	{ "key as OCTET STRING", "032100", "042100", "32 octets" },
	{ "attributes under [1]", "a01b", "a11b", "[0] attributes" },
};

static void patched_rows(struct cx *cx)
{
	struct blob good = info_of(cx, SUBJECT, PP_ATTRS);

	for (size_t i = 0; i < COUNT(patches); i++)
		verdict(cx, patches[i].name,
		    signed_with(
			cx, actor_seed, patched(cx->mem, good, patches[i].from, patches[i].to)),
		    patches[i].want, false);
}

static struct blob info_with(struct cx *cx, struct blob spki, struct blob attrs)
{
	return derw(cx->mem, DER_SEQUENCE, derw_integer(cx->mem, 0), name_of(cx->mem, SUBJECT),
	    spki, attrs);
}

static struct blob spki_with(struct cx *cx, const char *algorithm, struct blob key)
{
	return derw(cx->mem, DER_SEQUENCE, unhex(cx->mem, algorithm),
	    derw(cx->mem, DER_BIT_STRING, unhex(cx->mem, "00"), key));
}

#define SIGNED(spki, attrs) signed_with(cx, actor_seed, info_with(cx, spki, attrs))

static void structure(struct cx *cx)
{
	struct arena *mem = cx->mem;
	uint8_t key[ED25519_KEY];

	key_of(cx, actor_seed, key);
	struct blob k = { key, sizeof key }, none = unhex(mem, "a000"),
		    spki = ed25519_spki(mem, key), text = info_with(cx, spki, none);
	struct blob sig =
	    derw(mem, DER_BIT_STRING, unhex(mem, "00"), (struct blob){ arena_alloc(mem, 64), 64 });
	verdict(cx, "built by hand", signed_with(cx, actor_seed, text), NULL, false);
	verdict(cx, "NULL parameters of the key",
	    SIGNED(spki_with(cx, "300706032b65700500", k), none), "not even NULL", false);
	verdict(cx, "key of 31",
	    SIGNED(spki_with(cx, "300506032b6570", (struct blob){ key, 31 }), none), "32 octets",
	    false);
	verdict(
	    cx, "no attributes at all", SIGNED(spki, (struct blob){ 0 }), "[0] attributes", false);
	verdict(cx, "something after the attributes", SIGNED(spki, unhex(mem, "a0000500")),
	    "[0] attributes", false);
	verdict(cx, "signed by another key", signed_with(cx, server_seed, text),
	    "not signed by its own key", false);
	verdict(cx, "a signature of zeros", derw(mem, DER_SEQUENCE, text, algorithm_of(mem), sig),
	    "not signed by its own key", false);
	verdict(cx, "NULL parameters outside",
	    derw(mem, DER_SEQUENCE, text, unhex(mem, "300706032b65700500"), sig), "not even NULL",
	    false);
	verdict(cx, "signature of 1",
	    derw(mem, DER_SEQUENCE, text, algorithm_of(mem), unhex(mem, "03020000")), "64 octets",
	    false);
	verdict(cx, "something after the signature",
	    derw(mem, DER_SEQUENCE, text, algorithm_of(mem), sig, unhex(mem, "0500")), "64 octets",
	    false);
	verdict(cx, "no signature", derw(mem, DER_SEQUENCE, text, algorithm_of(mem)), "64 octets",
	    false);
	verdict(cx, "an empty body", (struct blob){ 0 }, "not strict DER", false);
	verdict(cx, "too large",
	    derw(mem, DER_OCTET_STRING, (struct blob){ arena_alloc(mem, 8192), 8192 }),
	    "larger than", false);
}

/* Keys and signatures of other algorithms, with the parameters that tools write. */
static void other_algorithms(struct cx *cx)
{
	static const struct {
		const char *key, *signature, *want;
	} rows[] = {
		{ "300d06092a864886f70d0101010500", NULL, "RSA (1.2.840.113549.1.1.1) but must" },
		{ NULL, "300d06092a864886f70d01010b0500",
		    "RSA with SHA-256 (1.2.840.113549.1.1.11) but must be Ed25519" },
		{ NULL, "300d06092a864886f70d01010a3000", "RSASSA-PSS" },
		{ "301306072a8648ce3d020106082a8648ce3d030107", NULL, "ECDSA (1.2.840.10045.2.1)" },
		{ NULL, "300a06082a8648ce3d040302", "ECDSA with SHA-256 (1.2.840.10045.4.3.2)" },
		{ NULL, "300a06082a8648ce3d040303", "ECDSA with SHA-384 (1.2.840.10045.4.3.3)" },
		{ "300506032b6571", NULL, "of the public key is Ed448 (1.3.101.113) but must be" },
		{ NULL, "300506032b6571", "signature algorithm is Ed448 (1.3.101.113) but must" },
		{ "300506032b656e", NULL, "X25519 (1.3.101.110)" },
		{ "30050603550403", NULL, "is 2.5.4.3 but must be Ed25519 (1.3.101.112)" },
	};
	struct arena *mem = cx->mem;
	uint8_t key[ED25519_KEY];

	key_of(cx, actor_seed, key);
	struct blob k = { key, sizeof key }, none = unhex(mem, "a000"),
		    spki = ed25519_spki(mem, key);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct blob csr = rows[i].key
		    ? SIGNED(spki_with(cx, rows[i].key, k), none)
		    : derw(mem, DER_SEQUENCE, info_with(cx, spki, none),
			  unhex(mem, rows[i].signature), unhex(mem, "03020000"));
		verdict(cx, rows[i].want, csr, rows[i].want, false);
	}
}

/* With the neutral element as key and as R, and S = 0, OpenSSL's own check passes: such a request
 * proves nothing. */
static void nobodys_keys(struct cx *cx)
{
	static const char *const keys[] = {
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	uint8_t sig[1 + ED25519_SIG] = { 0, 1 };
	struct blob s = derw(cx->mem, DER_BIT_STRING, (struct blob){ sig, sizeof sig });

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct blob info =
		    info_with(cx, spki_with(cx, "300506032b6570", unhex(cx->mem, keys[i])),
			unhex(cx->mem, "a000"));
		verdict(cx, keys[i], derw(cx->mem, DER_SEQUENCE, info, algorithm_of(cx->mem), s),
		    "small order", false);
	}
}

/* Damage every element of what is signed, in every way, and sign it again, so that only the form is
 * wrong. Then damage the elements around it. */
static void liberties(struct cx *cx)
{
	const struct blob info = info_of(cx, SUBJECT, PP_ATTRS),
			  whole = signed_with(cx, actor_seed, info);
	int n = 0, taken = 0;
	struct idcsr csr;

	for (enum liberty how = 0; how < LIBERTIES; how++)
		for (int at = 0; at < 64; at++)
			for (int outer = 0; outer < 2; outer++) {
				bool did = false;
				int k = at;
				struct blob bad =
				    bend(cx->mem, outer ? whole : info, &k, how, &did);
				if (!did)
					continue;
				n++;
				if (idcsr_read(cx, outer ? bad : signed_with(cx, actor_seed, bad),
					&csr) == OK &&
				    ++taken)
					printf("# taken: %s, element %d\n", liberty_names[how], at);
			}
	/* The only damage that is accepted: an attribute whose type has one more octet is another
	 * attribute, which is ignored. */
	ok(taken == 1 && n > 300, "liberties with BER and shape: %d taken of N = %d", taken, n);
}

static bool reads(const uint8_t *p, size_t n)
{
	struct cx cx = { .mem = arena_new(1 << 20) };
	uint8_t *exact = malloc(
	    n ? n : 1); /* exactly this size, so that a sanitizer notices reading past the end */
	struct idcsr csr;

	memcpy(exact, p, n);
	bool good = idcsr_read(&cx, (struct blob){ exact, n }, &csr) == OK;
	free(exact);
	arena_free(cx.mem);
	return good;
}

static void hostile(struct cx *cx, const char *name)
{
	struct blob der = vector(cx->mem, name);
	uint8_t *p = (uint8_t *)arena_dup(cx->mem, der.p, der.n);
	static const uint8_t masks[] = { 1, 2, 4, 8, 16, 32, 64, 128, 255 };
	int n = 0, taken = 0;

	ok(reads(der.p, der.n), "%s as it is", name);
	for (size_t len = 0; len < der.n; len++)
		taken += reads(der.p, len);
	ok(taken == 0, "%s: %d truncations taken of N = %zu", name, taken, der.n);
	for (size_t i = 0; i < der.n; i++)
		for (size_t m = 0; m < COUNT(masks); m++, n++) {
			p[i] ^= masks[m];
			taken += reads(p, der.n);
			p[i] ^= masks[m];
		}
	ok(taken == 0, "%s: %d octets changed and taken of N = %d", name, taken, n);
}

int main(void)
{
	struct cx cx = cx_new();

	golden(&cx);
	dialects(&cx);
	rows(&cx);
	patched_rows(&cx);
	structure(&cx);
	other_algorithms(&cx);
	nobodys_keys(&cx);
	liberties(&cx);
	hostile(&cx, "pp-actor.csr");
	hostile(&cx, "openssl-extreq.csr");
	arena_free(cx.mem);
	return done();
}
