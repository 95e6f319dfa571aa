#include "../tap.h"
#include "mls_make.h"
#include <json-c/json.h>

/* Official vectors: 300 KeyPackages of suites 1 to 3, 71 of all suites, and heads of vectors. All
 * KeyPackages are framed; we also read them without the frame. */
enum { SPRING_2023 = 1680000000 };

static const struct mls_policy lax = { .now = SPRING_2023, .skew = MLS_SKEW, .rules = 0 };
static const struct mls_policy usual = { .now = SPRING_2023, .skew = MLS_SKEW, .rules = MLS_RULES };

static bool accepted(struct cx *cx, struct blob in, const struct mls_policy *policy)
{
	enum err e = judge(cx, in, policy);

	if (e)
		printf("# %s\n", cx->why.say);
	return e == OK;
}

/* Computes the KeyPackageRef with OpenSSL's one-shot hash, without our writer. */
static bool ref_ok(struct cx *cx, const struct mls_keypackage *kp)
{
	static const char label[] = "\x1cMLS 1.0 KeyPackage Reference";
	static const char *const md[] = { "", "SHA256", "SHA256", "SHA256", "SHA512", "SHA512",
		"SHA512", "SHA384" };
	static const size_t size[] = { 0, 32, 32, 32, 64, 64, 64, 48 };
	uint8_t text[4096], want[64], *p = text + sizeof label - 1;
	struct blob ref;

	memcpy(text, label, sizeof label - 1);
	*p++ = (uint8_t)(0x40 | kp->bare.n >> 8); /* all of them have 64 to 16383 octets */
	*p++ = (uint8_t)kp->bare.n;
	memcpy(p, kp->bare.p, kp->bare.n);
	p += kp->bare.n;
	must(cx, mls_keypackage_ref(cx, kp, &ref));
	return kp->bare.n >= 64 &&
	    EVP_Digest(text, (size_t)(p - text), want, NULL,
		EVP_get_digestbyname(md[kp->suite->id]), NULL) == 1 &&
	    ref.n == size[kp->suite->id] && memcmp(ref.p, want, ref.n) == 0;
}

struct tally {
	int lines, read, framed, bare, lax, usual, refs;
	int suites[8];
	int odd_line; /* the last line that the default rules refuse */
	char odd_rule[32];
};

/* The same KeyPackage without the frame, under the same name. */
static bool bare_ok(struct cx *cx, struct blob in, const struct mls_keypackage *kp)
{
	struct mls_keypackage again;
	struct blob ref, ref_again;

	if (mls_keypackage_read(cx, (struct blob){ in.p + 4, in.n - 4 }, &again) != OK)
		return false;
	must(cx, mls_keypackage_ref(cx, kp, &ref));
	must(cx, mls_keypackage_ref(cx, &again, &ref_again));
	return !again.framed && again.bare.n == in.n - 4 && blob_eq(ref, ref_again) &&
	    mls_keypackage_check(cx, &again, &lax) == OK;
}

static void count(struct cx *cx, struct tally *t, struct blob in)
{
	struct mls_keypackage kp;

	t->lines++;
	if (mls_keypackage_read(cx, in, &kp) != OK)
		return;
	t->read++;
	t->framed += kp.framed;
	t->bare += bare_ok(cx, in, &kp);
	t->suites[kp.suite->id]++;
	t->refs += ref_ok(cx, &kp);
	t->lax += accepted(cx, in, &lax);
	if (judge(cx, in, &usual) == OK) {
		t->usual++;
		return;
	}
	t->odd_line = t->lines;
	snprintf(t->odd_rule, sizeof t->odd_rule, "%s", rule_of(cx));
}

static struct tally tally(struct cx *cx, const char *name)
{
	struct tally t = { 0 };
	FILE *f = mlswg(cx, name);
	static char line[16384];
	struct blob in;

	while (fgets(line, sizeof line, f)) {
		if (hex_decode(cx->mem, str_trim(str_of(line)), &in))
			count(cx, &t, in);
		arena_reset(cx->mem);
	}
	fclose(f);
	return t;
}

static void messages(struct cx *cx)
{
	struct tally t = tally(cx, "messages-mls_key_package.hex");

	ok(t.lines == 300 && t.read == 300, "all 300 messages are read: %d of %d", t.read, t.lines);
	ok(t.framed == 300 && t.bare == 300, "as MLSMessage, and bare");
	ok(t.suites[1] + t.suites[2] + t.suites[3] == 300 && t.suites[1] && t.suites[2] &&
		t.suites[3],
	    "suites 1 to 3: %d, %d, %d", t.suites[1], t.suites[2], t.suites[3]);
	ok(t.lax == 300 && t.usual == 300, "and follow every rule: %d", t.usual);
	ok(t.refs == 300, "references");
}

static void welcomed(struct cx *cx)
{
	struct tally t = tally(cx, "welcome+passive-key_package.hex");
	int each = 0;

	for (int i = 1; i <= 7; i++)
		each += t.suites[i] > 0;
	ok(t.lines == 71 && t.read == 71, "all 71 of the welcome vectors are read: %d of %d",
	    t.read, t.lines);
	ok(t.framed == 71 && t.bare == 71, "as MLSMessage, and bare");
	ok(each == 7, "of all seven suites");
	ok(t.lax == 71, "and follow every rule that is not policy: %d", t.lax);
	ok(t.usual == 70 && t.odd_line == 7 && strcmp(t.odd_rule, "cap_suites") == 0,
	    "line 7 alone does not list its suite: line %d, %s", t.odd_line, t.odd_rule);
	ok(t.refs == 71, "references");
}

static void heads(struct cx *cx)
{
	FILE *f = mlswg(cx, "vlbytes-deserialization.json");
	static char text[4096];
	size_t n = fread(text, 1, sizeof text, f), good = 0, same = 0;
	struct json_object *list, *v;
	struct blob head;

	fclose(f);
	must(cx, json_parse(cx, (struct str){ text, n }, &list));
	size_t rows = json_object_array_length(list);
	for (size_t i = 0; i < rows; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		struct buf b = { .mem = cx->mem };
		int64_t want = -1;
		if (!json_object_object_get_ex(row, "vlbytes_header", &v) ||
		    !hex_decode(cx->mem, json_get_str(v), &head) ||
		    !json_object_object_get_ex(row, "length", &v) || !json_i64(v, &want))
			continue;
		struct mls_in in = mls_tls_open(head);
		good += mls_tls_varint(&in) == want && in.bad == MLS_FINE && in.rest.n == 0;
		mls_tls_put_varint(&b, (size_t)want);
		same += blob_eq(str_blob(buf_done(&b)), head);
	}
	ok(rows == 14 && good == rows, "heads of vectors are read: %zu of %zu", good, rows);
	ok(same == rows, "and written");
}

int main(void)
{
	struct cx cx = cx_new();

	messages(&cx);
	welcomed(&cx);
	heads(&cx);
	arena_free(cx.mem);
	return done();
}
