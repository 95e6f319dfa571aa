#include "json/json.h"
#include "mls/mls_json.h"
#include "mls/mls_tls.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* A KeyPackage has only one encoding: writing what was read gives the same octets. */
static void same_again(struct cx *cx, const struct mls_keypackage *kp)
{
	struct buf b = { .mem = cx->mem };

	mls_tls_put_u16(&b, 1);
	mls_tls_put_u16(&b, kp->suite->id);
	mls_tls_put_vector(&b, kp->init_key);
	buf_put(&b, kp->leaf_tbs.p, kp->leaf_tbs.n);
	mls_tls_put_vector(&b, kp->leaf_signature);
	mls_tls_put_vector(&b, kp->extensions);
	mls_tls_put_vector(&b, kp->signature);
	assert(blob_eq(str_blob(buf_done(&b)), kp->bare));
}

static void read_fine(struct cx *cx, struct blob in, const struct mls_keypackage *kp)
{
	const struct mls_policy policy = {
		.now = 1680000000, .skew = MLS_SKEW, .rules = 15, .lifetime_max = 86400
	};
	struct blob ref;

	assert(kp->bare.n + (kp->framed ? 4 : 0) == in.n && kp->bare.p + kp->bare.n == in.p + in.n);
	assert(kp->credential == MLS_BASIC || kp->certificates.n > 0);
	assert(mls_keypackage_expiry(kp) >= 0 &&
	    mls_keypackage_mark(kp) <= (MLS_MARK_EXTENSION | MLS_MARK_COMPONENT));
	assert(mls_keypackage_ref(cx, kp, &ref) == OK && ref.n == kp->suite->hash);
	same_again(cx, kp);
	enum err e = mls_keypackage_check(cx, kp, &policy);
	assert(e == OK || (e == ERR_BAD_REQUEST && strchr(cx->why.say, ':')));
}

static void json(struct cx *cx, struct str text)
{
	struct json_object *o;
	struct mls_input input;

	if (json_parse(cx, text, &o) != OK)
		return;
	enum err e = mls_json_read_keypackage(cx, "key_package", o, &input);
	assert(e == OK || (e == ERR_BAD_REQUEST && strchr(cx->why.say, ':')));
	if (e == OK)
		read_fine(cx, input.tls, &input.kp);
}

/* An input that starts like JSON is read as JSON: no KeyPackage starts like that. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cx cx = { .mem = arena_new(16 << 20) };
	struct blob in = { p, n };
	struct mls_keypackage kp;

	if (n && memchr("{[\"", p[0], 3)) {
		json(&cx, (struct str){ (const char *)p, n });
	} else {
		enum err e = mls_keypackage_read(&cx, in, &kp);
		assert(e == OK || (e == ERR_BAD_REQUEST && strchr(cx.why.say, ':')));
		if (e == OK)
			read_fine(&cx, in, &kp);
	}
	arena_free(cx.mem);
	return 0;
}
