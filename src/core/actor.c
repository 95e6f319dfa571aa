#include "core/actor.h"
#include "base/conf.h"
#include "text/fid.h"
#include "core/clocks.h"
#include "core/guess_limit.h"
#include "core/second_factor_check.h"
#include "core/password.h"
#include "core/resend.h"

enum err actor_read_name(struct cx *cx, const char *field, struct str name, struct str *local)
{
	struct str domain;

	if (memchr(name.n ? name.s : "", '@', name.n)) {
		if (!fid_parse(cx->mem, name, local, &domain))
			return refuse(cx, ERR_BAD_REQUEST, field,
			    "Not a federation ID; expected name@%s.", cx->conf->domain);
		if (!str_is(domain, cx->conf->domain))
			return refuse(cx, ERR_NOT_FOUND, field,
			    "This server only has actors of %s.", cx->conf->domain);
		return OK;
	}
	*local = str_lower(cx->mem, name);
	if (!local_name_ok(*local))
		return refuse(cx, ERR_BAD_REQUEST, field,
		    "A name has 1 to 64 characters of a-z 0-9 . _ + -, does not begin or end with "
		    ". or -, is not a number and is not reserved.");
	return OK;
}

enum err actor_check_reserved(struct cx *cx, struct str local)
{
	struct str letters = fid_letters(cx->mem, local);

	if (letters.n && !conf_listed("me,all,status", letters) &&
	    !conf_listed(cx->conf->reserved_names, local) &&
	    !conf_listed(cx->conf->reserved_names, letters))
		return OK;
	return refuse(cx, ERR_BAD_REQUEST, "actor_name",
	    "This name is reserved on this server, even with digits or . _ + - added; choose "
	    "another one.");
}

enum err actor_find(struct cx *cx, const char *field, struct str who, struct actor_ref *out)
{
	struct str local = { NULL, 0 };
	struct actor_ref *found;
	int64_t id = 0;

	if (!str_i64(who, &id))
		TRY(actor_read_name(cx, field, who, &local));
	TRY(q_actor_find(cx, id, local, &found));
	if (found == NULL)
		return refuse(
		    cx, ERR_NOT_FOUND, field, "There is no such actor on %s.", cx->conf->domain);
	*out = *found;
	return OK;
}

struct str actor_fid(struct cx *cx, struct str local)
{
	return str_of(arena_printf(cx->mem, "%.*s@%s", (int)local.n, local.s, cx->conf->domain));
}

static enum err refuse_taken_name(struct cx *cx)
{
	return refuse(cx, ERR_FID_TAKEN, "actor_name", "%s", err_text(ERR_FID_TAKEN));
}

static enum err insert_actor(
    struct cx *cx, struct str local, struct str phc, bool admin, int64_t *id)
{
	struct resend s = { .doubt = false };
	enum err e;

	do
		e = q_actor_insert(cx, local, phc, admin, id);
	while (resend_again(cx, &s, &e));
	TRY(e);
	return *id ? OK : refuse_taken_name(cx);
}

/* A taken name is refused before the expensive hash; of two registrations at the same time, the
 * insertion decides. */
static enum err hash_for_new_name(
    struct cx *cx, struct str local, struct str password, struct str *phc)
{
	struct actor_ref *taken;

	TRY(q_actor_find(cx, 0, local, &taken));
	return taken ? refuse_taken_name(cx) : password_hash_new(cx, password, phc);
}

enum err actor_add(struct cx *cx, struct str local, struct str password, bool admin, int64_t *id)
{
	struct str phc;

	TRY(hash_for_new_name(cx, local, password, &phc));
	return insert_actor(cx, local, phc, admin, id);
}

/* Is it selftest- and 16 hex digits? Only motetctl selftest registers such a name: it announces the
 * name to the database (motet_check_selftest_name()), and deletes the actor at the end. */
static bool is_selftest_name(struct str local)
{
	static const char head[] = "selftest-";
	const size_t n = sizeof head - 1;

	if (local.n != n + 16 || !str_starts(local, head))
		return false;
	for (size_t i = n; i < local.n; i++)
		if (strchr("0123456789abcdef", local.s[i]) == NULL)
			return false;
	return true;
}

enum err actor_register(
    struct cx *cx, struct str local, struct str password, struct str address, int64_t *id)
{
	struct str phc;

	TRY(hash_for_new_name(cx, local, password, &phc));
	if (!is_selftest_name(local))
		TRY(guess_limit_count_registration(cx, address));
	return insert_actor(cx, local, phc, false, id);
}

enum err actor_was_added(struct cx *cx, struct str local, struct str password, struct str address)
{
	struct unused_actor *a;

	TRY(q_actor_unused(cx, local, &a));
	if (a) {
		const struct password_try t = { local, local, address, password, a->password,
			ERR_FID_TAKEN };
		enum err e = password_check(cx, &t);
		if (e != ERR_FID_TAKEN)
			return e;
	}
	return refuse_taken_name(cx);
}

static enum err check_login_second_factor(
    struct cx *cx, const struct login_request *l, const struct actor_login *who, struct str local)
{
	const struct second_factor_try t = { who->id, who->totp, local, l->address, l->code,
		ERR_BAD_CODE, "auth_payload.totp", err_text(ERR_BAD_CODE) };

	if (who->totp.n == 0)
		return OK;
	if (l->code.n == 0)
		return refuse(
		    cx, ERR_SECOND_FACTOR, "auth_payload.totp", "%s", err_text(ERR_SECOND_FACTOR));
	return second_factor_check(cx, &t);
}

/* An invalid name takes the same path, and the same time, as an unknown name. */
enum err actor_log_in(
    struct cx *cx, const struct login_request *l, const struct idcsr *csr, struct grant *g)
{
	struct actor_login *who;
	struct str local;

	if (actor_read_name(cx, "actor_name", l->name, &local) != OK)
		local = STR("");
	TRY(q_actor_login(cx, local, &who));
	TRY(clocks_take_time(cx, who->now));
	const struct password_try t = { local, local, l->address, l->password, who->password,
		ERR_BAD_CREDENTIALS };
	TRY(password_check(cx, &t));
	TRY(check_login_second_factor(cx, l, who, local));
	const struct issue_request i = { .actor_id = who->id,
		.local = local,
		.csr = csr,
		.by_password = true,
		.ends = l->ends };
	return issue_idcert(cx, &i, g);
}

static enum err require_actor_id(struct cx *cx, struct str local, int64_t id)
{
	return id ? OK
		  : refuse(cx, ERR_NOT_FOUND, "actor_name", "There is no actor %.*s.", (int)local.n,
			local.s);
}

enum err actor_set_password(struct cx *cx, struct str local, struct str password)
{
	struct str phc;
	int64_t id;

	TRY(password_hash_new(cx, password, &phc));
	TRY(q_actor_set_password(cx, local, phc, &id));
	return require_actor_id(cx, local, id);
}

enum err actor_set_admin(struct cx *cx, struct str local, bool admin)
{
	int64_t id;

	TRY(q_actor_set_admin(cx, local, admin, &id));
	return require_actor_id(cx, local, id);
}

enum err actor_deactivate(struct cx *cx, struct str local)
{
	int64_t id;

	TRY(q_actor_deactivate(cx, local, &id));
	return require_actor_id(cx, local, id);
}

enum err actor_list(struct cx *cx, struct str local, struct actor_item **out, size_t *n)
{
	TRY(q_actor_list(cx, local, out, n));
	return local.s && *n == 0 ? require_actor_id(cx, local, 0) : OK;
}
