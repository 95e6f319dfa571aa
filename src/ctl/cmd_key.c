#include "core/identity.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>
#include <sysexits.h>

struct row {
	struct server_key k;
	struct str state, public_key, fingerprint;
};
static const struct column columns[] = {
	COL_ID(row, k.serial, "serial"),
	COL_STR(row, state, "state"),
	COL_TIME(row, k.not_before, "not_before"),
	COL_TIME(row, k.not_after, "not_after"),
	COL_TIME(row, k.ended_at, "ended_at"),
	COL_STR(row, public_key, "public_key"),
	COL_STR(row, fingerprint, "fingerprint"),
};

/* In the form of `openssl x509 -fingerprint -sha256`, so that the two can be laid side by side. */
static struct str fingerprint(struct arena *mem, struct blob cert)
{
	struct buf b = { .mem = mem };
	uint8_t hash[HASH_BYTES];

	sha256(cert, hash);
	for (int i = 0; i < HASH_BYTES; i++)
		buf_printf(&b, "%s%02X", i ? ":" : "", hash[i]);
	return buf_done(&b);
}

static struct str state(const struct server_key *k)
{
	if (k->ended_at)
		return STR("ended");
	return k->not_after < k->now ? STR("expired") : STR("current");
}

static struct row describe(struct arena *mem, const struct server_key *k)
{
	return (struct row){ *k, state(k), hex_encode(mem, k->key), fingerprint(mem, k->cert) };
}

static enum err print_pem(struct ctl *c)
{
	struct server_key *k;

	TRY(identity_current(&c->cx, &k));
	fputs(pem_encode(c->cx.mem, "CERTIFICATE", k->cert).s, stdout);
	return OK;
}

enum err cmd_key_show(struct ctl *c)
{
	struct server_key *k;
	size_t n;

	if (options_has(&c->opt, OPT_PEM))
		return print_pem(c);
	TRY(q_server_key_list(&c->cx, &k, &n));
	if (n == 0)
		return fail(&c->cx, ERR_NOT_FOUND,
		    "this server has no identity key yet: run motetctl init");
	struct row *r = arena_alloc(c->cx.mem, n * sizeof *r);
	for (size_t i = 0; i < n; i++)
		r[i] = describe(c->cx.mem, &k[i]);
	const struct listing l = LISTING(columns, r, n);
	out_blocks(&c->cx, &l, options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_key_prove(struct ctl *c, const struct server_key *k)
{
	enum err e = identity_prove(&c->cx, k);

	if (e != OK)
		c->status = EX_CONFIG;
	return e;
}

enum err cmd_key_rotate(struct ctl *c)
{
	struct server_key *k;

	TRY(identity_stored(&c->cx, &k));
	TRY(cmd_key_prove(c, k));
	TRY(identity_rotate(&c->cx, &k));
	k->now = k->not_before;
	const struct row r = describe(c->cx.mem, k);
	const struct listing l = LISTING(columns, &r, 1);
	out_one(&c->cx, &l, options_has(&c->opt, OPT_JSON));
	return OK;
}
