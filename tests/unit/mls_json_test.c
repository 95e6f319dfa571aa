#include "../tap.h"
#include "mls_make.h"

/*
 * Every JSON form of one KeyPackage. In the texts, $name stands for a value in quotes: $tls the
 * octets in base64, $framed the same as MLSMessage, $octets an array of numbers (without quotes),
 * $init, $leaf, $exts, $sig, $key the members, $vinit, $vexts, $vsig those with their length in
 * front, $ref the reference in hex, $REF in upper case.
 */
static const struct {
	const char *name, *text, *want; /* want NULL: accepted; else the rule that refuses it */
} rows[] = {
	{ "base64", "$tls", NULL },
	{ "base64 of an MLSMessage", "$framed", NULL },
	{ "octets", "$octets", NULL },
	{ "in key_package", "{\"key_package\":$tls}", NULL },
	{ "in keyPackage", "{\"keyPackage\":$tls}", NULL },
	{ "in tls", "{\"tls\":$framed}", NULL },
	{ "octets in key_package", "{\"key_package\":$octets}", NULL },
	{ "a null member",
	    "{\"key_package\":$tls,\"id\":null,\"init_key\":null,\"lastResort\":null}", NULL },
	{ "an unknown member", "{\"key_package\":$tls,\"note\":[1,{}]}", NULL },
	{ "nothing", "null", "json_octets" },
	{ "a number", "12", "json_octets" },
	{ "an empty text", "\"\"", "truncated" },
	{ "no base64", "\"AAEA*\"", "json_octets" },
	{ "base64 without padding", "\"AAE\"", "json_octets" },
	{ "an empty array", "[]", "truncated" },
	{ "256 among octets", "[0,1,256]", "json_octets" },
	{ "-1 among octets", "[0,-1]", "json_octets" },
	{ "a text among octets", "[0,\"1\"]", "json_octets" },
	{ "an array of KeyPackages", "[$tls]", "json_octets" },
	{ "octets that are no KeyPackage", "\"AAIAAQ==\"", "version" },
	{ "an empty object", "{}", "json_form" },
	{ "alpha.4's object alone",
	    "{\"id\":$ref,\"publicKey\":$key,\"signature\":$sig,\"lastResort\":false}",
	    "json_form" },
	{ "an object in an object in an object",
	    "{\"key_package\":{\"key_package\":{\"key_package\":$tls}}}", "json_octets" },

/* the exploded object */
#define EXPLODED(v, s, i, l, e, g) \
	"{\"protocol_version\":" v ",\"cipher_suite\":" s ",\"init_key\":" i ",\"leaf_node\":" l e \
	",\"signature\":" g "}"
#define EXTS ",\"extensions\":$exts"
	{ "exploded", EXPLODED("1", "1", "$init", "$leaf", EXTS, "$sig"), NULL },
	{ "exploded in key_package",
	    "{\"key_package\":" EXPLODED("1", "1", "$init", "$leaf", EXTS, "$sig") "}", NULL },
	{ "with names",
	    EXPLODED("\"mls10\"", "\"MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519\"", "$init",
		"$leaf", EXTS, "$sig"),
	    NULL },
	{ "with 1.0 and hex", EXPLODED("\"1.0\"", "\"0x0001\"", "$init", "$leaf", EXTS, "$sig"),
	    NULL },
	{ "with texts of digits", EXPLODED("\"1\"", "\"0x1\"", "$init", "$leaf", EXTS, "$sig"),
	    NULL },
	{ "with octets for numbers", EXPLODED("\"AAE=\"", "[0,1]", "$init", "$leaf", EXTS, "$sig"),
	    NULL },
	{ "with lengths in front",
	    EXPLODED("1", "1", "$vinit", "$leaf", ",\"extensions\":$vexts", "$vsig"), NULL },
	{ "another version", EXPLODED("2", "1", "$init", "$leaf", EXTS, "$sig"), "version" },
	{ "another suite", EXPLODED("1", "9", "$init", "$leaf", EXTS, "$sig"), "cipher_suite" },
	{ "a suite that is too large", EXPLODED("1", "65537", "$init", "$leaf", EXTS, "$sig"),
	    "json_member" },
	{ "a suite below zero", EXPLODED("1", "-65535", "$init", "$leaf", EXTS, "$sig"),
	    "json_member" },
	{ "an unknown suite", EXPLODED("1", "\"MLS\"", "$init", "$leaf", EXTS, "$sig"),
	    "json_member" },
	{ "a suite in bad hex", EXPLODED("1", "\"0xg\"", "$init", "$leaf", EXTS, "$sig"),
	    "json_member" },
	{ "a suite in too much hex", EXPLODED("1", "\"0x00001\"", "$init", "$leaf", EXTS, "$sig"),
	    "json_member" },
	{ "three octets for a number", EXPLODED("\"AAAB\"", "1", "$init", "$leaf", EXTS, "$sig"),
	    "json_member" },
	{ "without version", "{\"init_key\":$init,\"leaf_node\":$leaf}", "json_member" },
	{ "without suite", "{\"protocol_version\":1,\"init_key\":$init}", "json_member" },
	{ "without init_key",
	    "{\"protocol_version\":1,\"cipher_suite\":1,\"leaf_node\":$leaf,\"signature\":$sig}",
	    "json_member" },
	{ "without leaf_node",
	    "{\"protocol_version\":1,\"cipher_suite\":1,\"init_key\":$init,\"signature\":$sig}",
	    "json_member" },
	{ "without signature, as the old text had it",
	    "{\"protocol_version\":1,\"cipher_suite\":1,\"init_key\":$init,\"leaf_node\":$leaf}",
	    "json_member" },
	{ "a leaf that is an object", EXPLODED("1", "1", "$init", "{}", EXTS, "$sig"),
	    "json_octets" },
	{ "a truncated leaf", EXPLODED("1", "1", "$init", "\"ICAg\"", EXTS, "$sig"), "truncated" },
	{ "invalid extensions",
	    EXPLODED("1", "1", "$init", "$leaf", ",\"extensions\":\"AAo=\"", "$sig"),
	    "vector_misaligned" },
	{ "both forms", "{\"key_package\":$tls,\"init_key\":$init}", "json_form" },

	/* claims */
	{ "all claims",
	    "{\"key_package\":$tls,\"id\":$ref,\"publicKey\":$key,\"signature\":$sig,\"lastResort\":true,"
	    "\"capabilities\":{\"versions\":[\"1.0\"],\"ciphersuites\":[\"0x0001\",3],\"extensions\":[\"1\",5,\"0xf001\"]}}",
	    NULL },
	{ "claims in snake case, exploded",
	    "{\"key_package\":" EXPLODED("1", "1", "$init", "$leaf", EXTS,
		"$sig") ",\"public_key\":$key,\"last_resort\":true}",
	    NULL },
	{ "id in upper case", "{\"key_package\":$tls,\"id\":$REF}", NULL },
	{ "another id", "{\"key_package\":$tls,\"id\":\"00000000\"}", "claim_id" },
	{ "id a number", "{\"key_package\":$tls,\"id\":1}", "claim_id" },
	{ "another key", "{\"key_package\":$tls,\"publicKey\":$init}", "claim_public_key" },
	{ "a key that is no base64", "{\"key_package\":$tls,\"publicKey\":\"!\"}", "json_octets" },
	{ "another signature", "{\"key_package\":$tls,\"signature\":$key}", "claim_signature" },
	{ "signature with its length", "{\"key_package\":$tls,\"signature\":$vsig}", NULL },
	{ "another version claimed",
	    "{\"key_package\":$tls,\"capabilities\":{\"versions\":[\"2\"]}}",
	    "claim_capabilities" },
	{ "an unknown version", "{\"key_package\":$tls,\"capabilities\":{\"versions\":[\"2.0\"]}}",
	    "claim_capabilities" },
	{ "a suite claimed that the leaf does not list",
	    "{\"key_package\":$tls,\"capabilities\":{\"ciphersuites\":[1,2]}}",
	    "claim_capabilities" },
	{ "an extension claimed that the leaf does not list",
	    "{\"key_package\":$tls,\"capabilities\":{\"extensions\":[\"0xf002\"]}}",
	    "claim_capabilities" },
	{ "extension 0 claimed", "{\"key_package\":$tls,\"capabilities\":{\"extensions\":[0]}}",
	    "claim_capabilities" },
	{ "capabilities that are no object", "{\"key_package\":$tls,\"capabilities\":[]}",
	    "claim_capabilities" },
	{ "versions that are no array",
	    "{\"key_package\":$tls,\"capabilities\":{\"versions\":\"1.0\"}}",
	    "claim_capabilities" },
	{ "lastResort a number", "{\"key_package\":$tls,\"lastResort\":1}", "json_member" },
	{ "a wrong claim of the outer object",
	    "{\"key_package\":" EXPLODED(
		"1", "1", "$init", "$leaf", EXTS, "$sig") ",\"id\":\"00\"}",
	    "claim_id" },
};

struct material {
	struct blob tls, framed;
	struct mls_keypackage kp;
	struct {
		const char *name;
		struct str value;
	} vars[16];
	size_t nvars;
};

static void set(struct material *m, const char *name, struct str value)
{
	m->vars[m->nvars].name = name;
	m->vars[m->nvars++].value = value;
}

static void set_octets(struct cx *cx, struct material *m, const char *name, struct blob b)
{
	set(m, name, str_of(arena_printf(cx->mem, "\"%s\"", base64_encode(cx->mem, b).s)));
}

static struct blob with_length(struct cx *cx, struct blob b)
{
	struct buf out = { .mem = cx->mem };

	mls_tls_put_vector(&out, b);
	return str_blob(buf_done(&out));
}

static struct str numbers(struct cx *cx, struct blob b)
{
	struct buf out = { .mem = cx->mem };

	for (size_t i = 0; i < b.n; i++)
		buf_printf(&out, "%s%u", i ? "," : "[", b.p[i]);
	buf_z(&out, "]");
	return buf_done(&out);
}

static struct material material(struct cx *cx)
{
	struct parts parts = { .exts = "000a00"
				       "f00100",
		.caps = "020001"
			"0400010003"
			"02f001"
			"00"
			"0400010002" };
	struct material m = { .tls = keypackage_of(cx, &parts) };
	struct blob ref;

	parts.framed = true;
	m.framed = keypackage_of(cx, &parts);
	must(cx, mls_keypackage_read(cx, m.tls, &m.kp));
	must(cx, mls_keypackage_ref(cx, &m.kp, &ref));
	const uint8_t *leaf = m.kp.leaf_tbs.p,
		      *leaf_end = m.kp.leaf_signature.p + m.kp.leaf_signature.n;
	set_octets(cx, &m, "tls", m.tls);
	set_octets(cx, &m, "framed", m.framed);
	set(&m, "octets", numbers(cx, m.tls));
	set_octets(cx, &m, "init", m.kp.init_key);
	set_octets(cx, &m, "leaf", (struct blob){ leaf, (size_t)(leaf_end - leaf) });
	set_octets(cx, &m, "exts", m.kp.extensions);
	set_octets(cx, &m, "sig", m.kp.signature);
	set_octets(cx, &m, "key", m.kp.signature_key);
	set_octets(cx, &m, "vinit", with_length(cx, m.kp.init_key));
	set_octets(cx, &m, "vexts", with_length(cx, m.kp.extensions));
	set_octets(cx, &m, "vsig", with_length(cx, m.kp.signature));
	char *hex = arena_printf(cx->mem, "\"%s\"", hex_encode(cx->mem, ref).s),
	     *upper = arena_dup(cx->mem, hex, strlen(hex));
	for (char *c = upper; *c; c++)
		*c = *c >= 'a' && *c <= 'f' ? (char)(*c - 32) : *c;
	set(&m, "ref", str_of(hex));
	set(&m, "REF", str_of(upper));
	return m;
}

static struct str expanded(struct cx *cx, const struct material *m, const char *s)
{
	struct buf out = { .mem = cx->mem };

	while (*s) {
		size_t n = strcspn(s, "$"), len;
		buf_put(&out, s, n);
		s += n;
		if (*s == '\0')
			break;
		len = strspn(++s, "abcdefghijklmnopqrstuvwxyzREF");
		for (size_t i = 0; i < m->nvars; i++)
			if (strlen(m->vars[i].name) == len && memcmp(m->vars[i].name, s, len) == 0)
				buf_str(&out, m->vars[i].value);
		s += len;
	}
	return buf_done(&out);
}

static enum err decode(
    struct cx *cx, const struct material *m, const char *text, struct mls_input *in)
{
	struct json_object *o;

	must(cx, json_parse(cx, expanded(cx, m, text), &o));
	cx->why = (struct fail){ .err = OK };
	return mls_json_read_keypackage(cx, "key_packages", o, in);
}

static void forms(struct cx *cx, const struct material *m)
{
	struct mls_input in;

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum err e = decode(cx, m, rows[i].text, &in);
		bool framed = strstr(rows[i].text, "$framed") != NULL, good = false;
		if (rows[i].want)
			good = e == ERR_BAD_REQUEST && strcmp(rule_of(cx), rows[i].want) == 0 &&
			    strcmp(cx->why.field, "key_packages") == 0;
		else
			good = e == OK && blob_eq(in.tls, framed ? m->framed : m->tls) &&
			    in.kp.framed == framed && blob_eq(in.kp.bare, m->tls);
		ok(good, "%s: %s", rows[i].name, e ? cx->why.say : "the same octets");
	}
}

static const struct {
	const char *text;
	bool says, is;
} purposes[] = {
	{ "$tls", false, false },
	{ "{\"key_package\":$tls}", false, false },
	{ "{\"key_package\":$tls,\"lastResort\":false}", true, false },
	{ "{\"key_package\":$tls,\"lastResort\":true}", true, true },
	{ "{\"key_package\":$tls,\"last_resort\":true}", true, true },
	{ "{\"key_package\":{\"key_package\":$tls,\"lastResort\":true}}", true, true },
	{ "{\"key_package\":{\"key_package\":$tls},\"lastResort\":true}", true, true },
};

static void purpose(struct cx *cx, const struct material *m)
{
	struct mls_input in;

	for (size_t i = 0; i < COUNT(purposes); i++)
		ok(decode(cx, m, purposes[i].text, &in) == OK &&
			in.says_last_resort == purposes[i].says && in.last_resort == purposes[i].is,
		    "last resort: %s", purposes[i].text);
}

/* Lists of extensions that start like their own length, and empty lists. */
static const struct {
	const char *name, *exts, *as; /* NULL: the list is `exts` as it is; else this */
} lists[] = {
	{ "GREASE of eight octets", "0a0a080102030405060708", NULL },
	{ "none: absent", "", "" },
	{ "none: null", "", "null" },
	{ "none: empty text", "", "\"\"" },
	{ "none: empty array", "", "[]" },
	{ "none: the empty vector", "", "\"AA==\"" },
};

static void ambiguous(struct cx *cx)
{
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct material m = { .tls = keypackage_of(
					  cx, &(struct parts){ .exts = lists[i].exts }) };
		struct mls_input in;
		must(cx, mls_keypackage_read(cx, m.tls, &m.kp));
		size_t leaf =
		    (size_t)(m.kp.leaf_signature.p + m.kp.leaf_signature.n - m.kp.leaf_tbs.p);
		set_octets(cx, &m, "init", m.kp.init_key);
		set_octets(cx, &m, "leaf", (struct blob){ m.kp.leaf_tbs.p, leaf });
		set_octets(cx, &m, "sig", m.kp.signature);
		set_octets(cx, &m, "exts", m.kp.extensions);
		if (lists[i].as)
			m.vars[3].value = str_of(*lists[i].as ? lists[i].as : "null");
		const char *text = lists[i].as && !*lists[i].as
		    ? EXPLODED("1", "1", "$init", "$leaf", "", "$sig")
		    : EXPLODED("1", "1", "$init", "$leaf", EXTS, "$sig");
		ok(decode(cx, &m, text, &in) == OK && blob_eq(in.tls, m.tls), "extensions: %s",
		    lists[i].name);
	}
}

int main(void)
{
	struct cx cx = cx_new();
	struct material m = material(&cx);

	forms(&cx, &m);
	purpose(&cx, &m);
	ambiguous(&cx);
	arena_free(cx.mem);
	return done();
}
