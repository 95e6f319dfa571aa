#include "core/identity.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>
#include <sysexits.h>

struct key_row {
	struct server_key k;
	struct str state, public_key, fingerprint;
};
static const struct column key_columns[] = {
	COL_ID(key_row, k.serial, "serial"),
	COL_STR(key_row, state, "state"),
	COL_TIME(key_row, k.not_before, "not_before"),
	COL_TIME(key_row, k.not_after, "not_after"),
	COL_TIME(key_row, k.ended_at, "ended_at"),
	COL_STR(key_row, public_key, "public_key"),
	COL_STR(key_row, fingerprint, "fingerprint"),
};

/* Format a fingerprint as `openssl x509 -fingerprint -sha256` does, for comparison. */
static struct str format_fingerprint(struct arena *mem, struct blob cert)
{
	struct buf b = { .mem = mem };
	uint8_t hash[HASH_BYTES];

	sha256(cert, hash);
	for (int i = 0; i < HASH_BYTES; i++)
		buf_printf(&b, "%s%02X", i ? ":" : "", hash[i]);
	return buf_done(&b);
}

static struct str server_key_state(const struct server_key *k)
{
	if (k->ended_at)
		return STR("ended");
	return k->not_after < k->now ? STR("expired") : STR("current");
}

static struct key_row make_key_row(struct arena *mem, const struct server_key *k)
{
	return (struct key_row){ *k, server_key_state(k), hex_encode(mem, k->key),
		format_fingerprint(mem, k->cert) };
}

static enum err print_current_pem(struct ctl *c)
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

	if (ctl_options_has(&c->opt, OPT_PEM))
		return print_current_pem(c);
	TRY(q_server_key_list(&c->cx, &k, &n));
	if (n == 0)
		return fail(&c->cx, ERR_NOT_FOUND,
		    "this server has no identity key yet: run motetctl init");
	struct key_row *r = arena_alloc(c->cx.mem, n * sizeof *r);
	for (size_t i = 0; i < n; i++)
		r[i] = make_key_row(c->cx.mem, &k[i]);
	const struct listing l = LISTING(key_columns, r, n);
	out_blocks(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_key_check(struct ctl *c, const struct server_key *k)
{
	enum err e = identity_check_secret(&c->cx, k);

	if (e != OK)
		c->status = EX_CONFIG;
	return e;
}

enum err cmd_key_rotate(struct ctl *c)
{
	struct server_key *k;

	TRY(identity_stored(&c->cx, &k));
	TRY(cmd_key_check(c, k));
	TRY(identity_rotate(&c->cx, &k));
	k->now = k->not_before;
	const struct key_row r = make_key_row(c->cx.mem, k);
	const struct listing l = LISTING(key_columns, &r, 1);
	out_one(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}
