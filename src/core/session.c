#include "core/session.h"
#include "base/conf.h"
#include "crypto/token.h"
#include "core/actor.h"
#include "core/clocks.h"
#include "core/second_factor_check.h"
#include "core/password.h"

enum err session_hash_token(struct cx *cx, struct str token, struct blob *hash)
{
	uint8_t *h = arena_alloc(cx->mem, TOKEN_HASH);

	if (token.n == 0)
		return refuse(cx, ERR_UNAUTHORIZED, "", "%s", err_text(ERR_UNAUTHORIZED));
	if (!token_ok(token, 's', h))
		return refuse(cx, ERR_UNAUTHORIZED, "",
		    "Not a session token: its checksum is wrong, or it is incomplete.");
	*hash = (struct blob){ h, TOKEN_HASH };
	return OK;
}

static enum err refuse_unknown_session(struct cx *cx)
{
	return refuse(cx, ERR_UNAUTHORIZED, "",
	    "No such session, or it has ended; log in with POST /.p2/core/v1/session/trust.");
}

/* Sentences for the names in foreign_session.ended_why; %.*s is the home server. */
static enum err refuse_session_ended_abroad(struct cx *cx, const struct session *s)
{
	const int n = (int)s->domain.n;
	const char *home = s->domain.s;

	if (str_is(s->ended_why, "SILENT"))
		return refuse(cx, ERR_SESSION_ENDED, "",
		    "Your home server %.*s has not answered for too long, so this session has "
		    "ended; log in again when it answers.",
		    n, home);
	if (str_is(s->ended_why, "UNLISTED"))
		return refuse(cx, ERR_SESSION_ENDED, "",
		    "Your home server %.*s no longer lists the ID-Cert of this session, which has "
		    "ended; log in with an ID-Cert that is valid there.",
		    n, home);
	return refuse(cx, ERR_SESSION_ENDED, "",
	    "Your home server %.*s has revoked the ID-Cert of this session, which has ended; log "
	    "in with an ID-Cert that is valid there.",
	    n, home);
}

enum err session_find(struct cx *cx, struct str token, bool password, struct session **out)
{
	struct blob hash;

	TRY(session_hash_token(cx, token, &hash));
	TRY(q_session_find(cx, hash, password, out));
	if (*out == NULL)
		return refuse_unknown_session(cx);
	if ((*out)->ended_why.s)
		return refuse_session_ended_abroad(cx, *out);
	return clocks_take_time(cx, (*out)->now);
}

enum err session_find_rotated(struct cx *cx, struct str token, struct session **out)
{
	struct blob hash;

	TRY(session_hash_token(cx, token, &hash));
	TRY(q_session_find_rotated(cx, hash, out));
	if (*out == NULL)
		return refuse_unknown_session(cx);
	return clocks_take_time(cx, (*out)->now);
}

/* Who must send a solution; depends on the operation's policy and on sensitive_actions. */
enum solution_sender { NO_ACTOR, ENROLLED_ACTORS, ALL_ACTORS };

static enum solution_sender find_solution_sender(const struct cx *cx, enum solution_policy policy)
{
	static const enum solution_sender senders[][3] = {
		[SOLUTION_NOBODY] = { NO_ACTOR, NO_ACTOR, NO_ACTOR },
		[SOLUTION_WITH_FACTOR] = { [SENSITIVE_ALWAYS] = ENROLLED_ACTORS,
		    [SENSITIVE_ENROLLED] = ENROLLED_ACTORS,
		    [SENSITIVE_OFF] = NO_ACTOR },
		[SOLUTION_BY_SETTING] = { [SENSITIVE_ALWAYS] = ALL_ACTORS,
		    [SENSITIVE_ENROLLED] = ENROLLED_ACTORS,
		    [SENSITIVE_OFF] = NO_ACTOR },
		[SOLUTION_EVERYBODY] = { ALL_ACTORS, ALL_ACTORS, ALL_ACTORS },
	};

	return senders[policy][cx->conf->sensitive_actions];
}

bool session_needs_solution(const struct cx *cx, enum solution_policy policy)
{
	return find_solution_sender(cx, policy) != NO_ACTOR;
}

static const char solution_header[] = "X-P2-Sensitive-Solution";

static enum err check_password_solution(
    struct cx *cx, const struct session *s, struct str solution, struct str address)
{
	const struct password_try t = { s->local_name, s->key, address, solution, s->password,
		ERR_SENSITIVE };

	if (solution.n == 0)
		return refuse(cx, ERR_SENSITIVE, solution_header, "%s", err_text(ERR_SENSITIVE));
	enum err e = password_check(cx, &t);
	return e == ERR_SENSITIVE
	    ? refuse(cx, e, solution_header, "The password in X-P2-Sensitive-Solution is wrong.")
	    : e;
}

static enum err check_second_factor_solution(
    struct cx *cx, const struct session *s, struct str solution, struct str address)
{
	const struct second_factor_try t = { s->actor_id, s->totp, s->key, address, solution,
		ERR_SENSITIVE, solution_header,
		"The value of X-P2-Sensitive-Solution is wrong: you have a second factor, so send "
		"the six digits that your authenticator app shows now, or a recovery code, not "
		"the password." };

	if (solution.n == 0)
		return refuse(cx, ERR_SENSITIVE, solution_header,
		    "This is a sensitive action: send the code of your authenticator app, or a "
		    "recovery code, in X-P2-Sensitive-Solution.");
	return second_factor_check(cx, &t);
}

enum err session_check_solution(struct cx *cx, const struct session *s, struct str solution,
    struct str address, enum solution_policy policy)
{
	enum solution_sender from = find_solution_sender(cx, policy);

	if (s && s->actor_id == 0)
		return OK; /* a foreign actor: only the home server has the password and the second
			      factor */
	if (from == NO_ACTOR || (from == ENROLLED_ACTORS && s->totp.n == 0))
		return OK;
	return s->totp.n ? check_second_factor_solution(cx, s, solution, address)
			 : check_password_solution(cx, s, solution, address);
}

static enum err check_csr_session(struct cx *cx, const struct session *s, const struct idcsr *csr)
{
	if (str_eq(csr->session_id, s->session_id))
		return OK;
	return refuse(cx, ERR_BAD_CSR, "csr",
	    "The CSR names the session %.*s; this token belongs to %.*s.", (int)csr->session_id.n,
	    csr->session_id.s, (int)s->session_id.n, s->session_id.s);
}

static enum err issue_session_cert(struct cx *cx, const struct session *s, const struct idcsr *csr,
    int64_t replaces, struct grant *g)
{
	const struct issue_request i = { .actor_id = s->actor_id,
		.local = s->local_name,
		.csr = csr,
		.replaces = replaces,
		.repeats = s->rotated };

	return issue_idcert(cx, &i, g);
}

enum err session_rotate(
    struct cx *cx, const struct session *s, const struct idcsr *csr, struct grant *g)
{
	TRY(check_csr_session(cx, s, csr));
	return issue_session_cert(cx, s, csr, s->serial, g);
}

enum err session_rekey(struct cx *cx, const struct session *s, const struct idcsr *csr,
    struct blob token_hash, struct str *pem)
{
	const struct issue_request i = { .actor_id = s->actor_id,
		.local = s->local_name,
		.csr = csr,
		.replaces = s->serial,
		.keep = token_hash };
	struct grant g;

	TRY(check_csr_session(cx, s, csr));
	TRY(issue_idcert(cx, &i, &g));
	*pem = g.id_cert;
	return OK;
}

enum err session_issue_idcert(
    struct cx *cx, const struct session *s, const struct idcsr *csr, struct grant *g)
{
	bool own = str_eq(csr->session_id, s->session_id);

	if (s->rotated && !own)
		return refuse_unknown_session(cx);
	return issue_session_cert(cx, s, csr, own ? s->serial : 0, g);
}

struct str session_fid(struct cx *cx, const struct session *s)
{
	return s->actor_id ? actor_fid(cx, s->local_name) : s->fid;
}

enum err session_require_home(struct cx *cx, const struct session *s)
{
	if (s->actor_id)
		return OK;
	return refuse(cx, ERR_FOREIGN, "",
	    "This route is for actors of %s; use your home server %.*s.", cx->conf->domain,
	    (int)s->domain.n, s->domain.s);
}

enum err session_end(struct cx *cx, const struct session *s, struct str session_id)
{
	int64_t ended;

	if (s->actor_id)
		TRY(q_session_end(cx, s->actor_id, session_id, &ended));
	else
		TRY(q_session_end_foreign(cx, s->fid, session_id, (struct str){ NULL, 0 }, &ended));
	return ended ? OK
		     : refuse(cx, ERR_NOT_FOUND, "session_id", "You have no session with that ID.");
}

enum err session_list(struct cx *cx, int64_t actor_id, struct session_item **out, size_t *n)
{
	return q_session_list(cx, actor_id, out, n);
}

enum err session_list_own(
    struct cx *cx, const struct session *s, struct own_session **out, size_t *n)
{
	return q_session_list_own(cx, s->actor_id, s->fid, out, n);
}
