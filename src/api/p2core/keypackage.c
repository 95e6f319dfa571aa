#include "api/common/keypackages.h"
#include "api/common/binary.h"

/* POST /keypackage/@me: add to the caller's stock. */
enum err p2core_post_keypackage_me(struct call *c)
{
	return keypackages_store(c, false, 201);
}

/* DELETE /keypackage/@me: withdraw the caller's stock. */
enum err p2core_delete_keypackage_me(struct call *c)
{
	return keypackages_withdraw(c);
}

/* GET /keypackage/{user_id}: claim one KeyPackage of each session, as octets. */
enum err p2core_get_keypackage(struct call *c)
{
	const struct keypackage_filter any = { .suites = NULL };
	const struct binary_query *q = c->in;
	struct keypackage_given *v;
	bool head;
	size_t n;

	TRY(keypackages_claim(c, &any, &v, &n, &head));
	if (head)
		return OK;
	struct blob *b = arena_alloc(c->cx->mem, n * sizeof *b + 1);
	for (size_t i = 0; i < n; i++)
		b[i] = v[i].tls;
	return binary_reply_list(c, q, b, n);
}
