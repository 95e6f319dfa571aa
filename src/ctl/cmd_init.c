#include "core/identity.h"
#include "ctl/cmd.h"
#include "ctl/init_files.h"
#include <stdio.h>
#include <unistd.h>

static enum err write_missing_conf(struct ctl *c)
{
	const char *path = c->opt.value[OPT_CONFIG];
	bool made = false;

	if (path == NULL)
		return OK;
	TRY(init_files_conf(c, path, &made));
	if (made)
		printf("%s is written; check it, beginning with `database` and `listen`\n", path);
	fflush(stdout);
	return OK;
}

static enum err check_existing_identity(struct ctl *c, const struct server_key *k)
{
	if (!init_files_has_secret(c))
		return ctl_bad_conf(c,
		    "the database has an identity, but its secret is not on this host: copy %s "
		    "from a host that has it; if the secret is lost, run: motetctl init "
		    "--new-identity",
		    c->conf->secret_file);
	TRY(ctl_need(c, NEEDS_SECRET));
	TRY(cmd_key_check(c, k));
	printf("nothing to do: %s has an identity, serial %lld, and this host has its secret\n",
	    c->conf->domain, (long long)k->serial);
	return OK;
}

/* Without the lost secret, the old identity key and the secrets of second factors cannot be
 * decrypted. */
static enum err replace_identity(struct ctl *c, const struct server_key *old)
{
	struct server_key *k = NULL;
	int64_t factors = 0;

	if (init_files_has_secret(c))
		return ctl_bad_conf(c,
		    "%s exists, but --new-identity is only for a lost secret; move the file away "
		    "if it is not the secret of this database",
		    c->conf->secret_file);
	TRY(init_files_secret(c));
	TRY(ctl_need(c, NEEDS_SECRET));
	ctl_become_owner(c);
	enum err e = identity_replace(&c->cx, old, &k, &factors);
	if (e != OK && k == NULL)
		unlink(c->conf->secret_file); /* no key was encrypted with this secret */
	TRY(e);
	printf("%s: created; keep a copy in a safe place: without it the identity is lost\n"
	       "%s: new identity, serial %lld; %lld second factors were removed, because "
	       "their secrets are lost\n",
	    c->conf->secret_file, c->conf->domain, (long long)k->serial, (long long)factors);
	printf("next: copy this secret to all hosts, then restart motetd on each\n");
	return OK;
}

static enum err create_identity(struct ctl *c)
{
	bool made = !init_files_has_secret(c);
	struct server_key *k;

	if (made)
		TRY(init_files_secret(c));
	TRY(ctl_need(c, NEEDS_SECRET));
	TRY(identity_create(&c->cx, &k));
	if (made)
		printf(
		    "%s: created; keep a copy in a safe place: without it the identity is lost\n",
		    c->conf->secret_file);
	else
		fputs("motetctl: warning: the secret existed, but the database had no identity.\n"
		      "motetctl: If you meant to restore a backup, the restore failed: drop this\n"
		      "motetctl: database, restore the backup again, then run migrate and init.\n",
		    stderr);
	printf("%s: identity created, serial %lld\n", c->conf->domain, (long long)k->serial);
	printf("next: motetctl actor add NAME --admin, then start motetd\n");
	if (c->conf->file == NULL)
		printf("next: no configuration file was read: write one with `domain = %s`\n",
		    c->conf->domain);
	return OK;
}

enum err cmd_init(struct ctl *c)
{
	struct server_key *k;

	TRY(write_missing_conf(c));
	TRY(ctl_need(c, NEEDS_SCHEMA));
	enum err e = identity_stored(&c->cx, &k);
	if (e == OK && ctl_options_has(&c->opt, OPT_NEW_IDENTITY))
		return replace_identity(c, k);
	if (e == OK)
		return check_existing_identity(c, k);
	return e == ERR_NOT_FOUND ? create_identity(c) : e;
}
