#include "signer/signer_process.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/secret.h"
#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

/* Octets of OpenSSL's secure heap and of the smallest block in it. The heap is locked memory for
 * private keys and the state of OpenSSL's random generators. */
enum { SIGNER_SECURE_HEAP = 1 << 16, SIGNER_SECURE_LEAST = 32 };

/* Both sides are forked from one program, so messages are plain structures. The signer still checks
 * everything that a worker sends. */
enum signer_op {
	OP_NEW_KEY,
	OP_SIGN_CERT,
	OP_SIGN_CACHE,
	OP_SIGN_TOKEN,
	OP_SIGN_OPENPGP,
	OP_NEW_TOTP,
	OP_CHECK_TOTP,
	OP_COUNT
};
struct packed_key {
	uint8_t key[ED25519_KEY];
	uint32_t nsealed;
	uint8_t sealed[SIGNER_SEALED];
};
/* A federation token: `texts` holds its texts one after another, `n` their lengths. */
enum { PACKED_TOKEN_TEXTS = 6 };
struct packed_token {
	int64_t iat, exp;
	uint32_t n[PACKED_TOKEN_TEXTS];
	char texts[SIGNER_TEXTS];
};
struct packed_openpgp {
	uint8_t key[ED25519_KEY];
	int64_t created;
	uint32_t n;
	char user_id[OPENPGP_USER_ID_MAX];
};
struct packed_second_factor {
	int64_t actor_id;
	uint32_t nsealed;
	uint8_t sealed[SIGNER_SEALED];
	char code[TOTP_DIGITS];
};
struct signer_question {
	uint32_t op, n; /* n: the number of octets in tbs, or the number of claims */
	struct packed_key key;
	union {
		uint8_t tbs[SIGNER_TBS];
		struct cache_claim claims[SIGNER_CLAIMS];
		struct packed_token token;
		struct packed_openpgp openpgp;
		struct packed_second_factor totp;
	};
};
struct signer_answer {
	uint32_t err;
	char field[64], say[320], log[320];
	struct packed_key key;
	uint8_t sigs[SIGNER_CLAIMS * ED25519_SIG];
	struct packed_second_factor totp; /* sealed */
	uint8_t secret[TOTP_SECRET];
	int64_t step;
};

static enum err pack_key(struct cx *cx, const struct ca_key *from, struct packed_key *to)
{
	if (from->sealed.n > sizeof to->sealed)
		return fail(
		    cx, ERR_INTERNAL, "the sealed key has %zu octets, too many", from->sealed.n);
	memcpy(to->key, from->key, sizeof to->key);
	to->nsealed = (uint32_t)from->sealed.n;
	if (from->sealed.n)
		memcpy(to->sealed, from->sealed.p, from->sealed.n);
	return OK;
}

static enum err unpack_key(struct cx *cx, const struct packed_key *from, struct ca_key *to)
{
	if (from->nsealed > sizeof from->sealed)
		return fail(
		    cx, ERR_INTERNAL, "the sealed key has %u octets, too many", from->nsealed);
	memcpy(to->key, from->key, sizeof to->key);
	to->sealed =
	    (struct blob){ (const uint8_t *)arena_dup(cx->mem, from->sealed, from->nsealed),
		    from->nsealed };
	return OK;
}

static enum err pack_second_factor(struct cx *cx, struct blob from, struct packed_second_factor *to)
{
	if (from.n > sizeof to->sealed)
		return fail(
		    cx, ERR_INTERNAL, "the sealed second factor has %zu octets, too many", from.n);
	memcpy(to->sealed, from.p, from.n);
	to->nsealed = (uint32_t)from.n;
	return OK;
}

static enum err unpack_second_factor(
    struct cx *cx, const struct packed_second_factor *from, struct blob *to)
{
	if (from->nsealed > sizeof from->sealed)
		return fail(cx, ERR_INTERNAL, "the sealed second factor has %u octets, too many",
		    from->nsealed);
	*to = (struct blob){ (const uint8_t *)arena_dup(cx->mem, from->sealed, from->nsealed),
		from->nsealed };
	return OK;
}

static enum err pack_token(struct cx *cx, const struct federation_token *t, struct packed_token *to)
{
	const struct str texts[PACKED_TOKEN_TEXTS] = { t->iss, t->sub, t->aud, t->jti, t->kid,
		t->cnf };
	size_t at = 0;

	to->iat = t->iat;
	to->exp = t->exp;
	for (int i = 0; i < PACKED_TOKEN_TEXTS; i++) {
		if (texts[i].n > sizeof to->texts - at)
			return fail(cx, ERR_INTERNAL, "the federation token is too large to sign");
		if (texts[i].n)
			memcpy(to->texts + at, texts[i].s, texts[i].n);
		to->n[i] = (uint32_t)texts[i].n;
		at += texts[i].n;
	}
	return OK;
}

static enum err unpack_token(
    struct cx *cx, const struct packed_token *from, struct federation_token *t)
{
	struct str *const texts[PACKED_TOKEN_TEXTS] = { &t->iss, &t->sub, &t->aud, &t->jti, &t->kid,
		&t->cnf };
	size_t at = 0;

	*t = (struct federation_token){ .iat = from->iat, .exp = from->exp };
	for (int i = 0; i < PACKED_TOKEN_TEXTS; i++) {
		if (from->n[i] > sizeof from->texts - at)
			return fail(cx, ERR_INTERNAL,
			    "the federation token has a text of %u octets, too many", from->n[i]);
		*texts[i] = (struct str){ from->texts + at, from->n[i] };
		at += from->n[i];
	}
	return OK;
}

/* --- The signer process --- */
static enum err handle_new_key(
    struct cx *cx, const struct signer_question *q, struct signer_answer *a)
{
	struct ca_key k = { .sealed = { NULL, 0 } };

	(void)q;
	TRY(cx->ca->new_key(cx, cx->ca, &k));
	return pack_key(cx, &k, &a->key);
}

static enum err handle_sign_cert(
    struct cx *cx, const struct signer_question *q, struct signer_answer *a)
{
	struct ca_key k;

	if (q->n > sizeof q->tbs)
		return fail(cx, ERR_INTERNAL, "the certificate has %u octets, too many", q->n);
	TRY(unpack_key(cx, &q->key, &k));
	return cx->ca->sign_cert(cx, cx->ca, &k, (struct blob){ q->tbs, q->n }, a->sigs);
}

static enum err handle_sign_cache(
    struct cx *cx, const struct signer_question *q, struct signer_answer *a)
{
	struct ca_key k;

	if (q->n > SIGNER_CLAIMS)
		return fail(cx, ERR_INTERNAL, "%u cache statements in one request, too many", q->n);
	TRY(unpack_key(cx, &q->key, &k));
	return cx->ca->sign_cache(cx, cx->ca, &k, q->claims, q->n, a->sigs);
}

static enum err handle_sign_token(
    struct cx *cx, const struct signer_question *q, struct signer_answer *a)
{
	struct federation_token t;
	struct ca_key k;

	TRY(unpack_key(cx, &q->key, &k));
	TRY(unpack_token(cx, &q->token, &t));
	return cx->ca->sign_token(cx, cx->ca, &k, &t, a->sigs);
}

static enum err handle_sign_openpgp(
    struct cx *cx, const struct signer_question *q, struct signer_answer *a)
{
	struct openpgp_spec s = { .created = q->openpgp.created,
		.user_id = { q->openpgp.user_id, q->openpgp.n } };
	struct ca_key k;

	if (q->openpgp.n > sizeof q->openpgp.user_id)
		return fail(cx, ERR_INTERNAL, "the user ID has %u octets, too many", q->openpgp.n);
	memcpy(s.key, q->openpgp.key, sizeof s.key);
	TRY(unpack_key(cx, &q->key, &k));
	return cx->ca->sign_openpgp(cx, cx->ca, &k, &s, a->sigs);
}

static enum err handle_new_totp(
    struct cx *cx, const struct signer_question *q, struct signer_answer *a)
{
	struct blob sealed;

	TRY(cx->ca->new_totp(cx, cx->ca, q->totp.actor_id, a->secret, &sealed));
	return pack_second_factor(cx, sealed, &a->totp);
}

static enum err handle_check_totp(
    struct cx *cx, const struct signer_question *q, struct signer_answer *a)
{
	struct blob sealed;

	TRY(unpack_second_factor(cx, &q->totp, &sealed));
	return cx->ca->check_totp(cx, cx->ca, q->totp.actor_id, sealed,
	    (struct str){ q->totp.code, TOTP_DIGITS }, &a->step);
}

static enum err run_signer_op(
    struct cx *cx, const struct signer_question *q, struct signer_answer *a)
{
	static enum err (*const ops[OP_COUNT])(
	    struct cx *, const struct signer_question *, struct signer_answer *) = {
		[OP_NEW_KEY] = handle_new_key,
		[OP_SIGN_CERT] = handle_sign_cert,
		[OP_SIGN_CACHE] = handle_sign_cache,
		[OP_SIGN_TOKEN] = handle_sign_token,
		[OP_SIGN_OPENPGP] = handle_sign_openpgp,
		[OP_NEW_TOTP] = handle_new_totp,
		[OP_CHECK_TOTP] = handle_check_totp,
	};

	if (q->op >= OP_COUNT)
		return fail(cx, ERR_INTERNAL, "unknown operation %u", q->op);
	return ops[q->op](cx, q, a);
}

/* Does the asker still wait for an answer? It may have given up while no signer was running. */
static bool is_asker_waiting(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) == 0;
}

static void answer_signer_question(struct cx *cx, const struct signer_question *q, int reply)
{
	struct signer_answer a = { .err = OK };

	cx->why = (struct fail){ .err = OK };
	cx->now = clock_now();
	a.err = run_signer_op(cx, q, &a);
	memcpy(a.field, cx->why.field, sizeof a.field);
	memcpy(a.say, cx->why.say, sizeof a.say);
	memcpy(a.log, cx->why.log, sizeof a.log);
	send(reply, &a, sizeof a, MSG_NOSIGNAL | MSG_DONTWAIT);
	explicit_bzero(a.secret, sizeof a.secret);
}

/* Signals are blocked except during this wait, so a signal that arrives at another time is not
 * lost. */
static ssize_t receive_signer_question(
    int take_fd, struct signer_question *q, int *reply, const sigset_t *wait)
{
	struct pollfd p = { .fd = take_fd, .events = POLLIN };

	*reply = -1;
	if (ppoll(&p, 1, NULL, wait) < 0)
		return -1;
	return fdpass_recv(take_fd, q, sizeof *q, reply, MSG_DONTWAIT);
}

static bool is_transient_receive_error(int error)
{
	return error == EINTR || error == EAGAIN || error == EMSGSIZE;
}

static void answer_signer_questions(struct cx *cx, int take_fd, const struct signer_signals *sg)
{
	struct signer_question q;
	ssize_t n;
	int reply;

	while ((n = receive_signer_question(take_fd, &q, &reply, &sg->wait)) != 0) {
		if (n < 0 && !is_transient_receive_error(errno))
			return;
		if (*sg->reopen) {
			*sg->reopen = 0;
			log_reopen();
		}
		if (n == (ssize_t)sizeof q && reply >= 0 && is_asker_waiting(reply))
			answer_signer_question(cx, &q, reply);
		if (reply >= 0)
			close(reply);
		arena_reset(cx->mem);
	}
}

bool signer_process_load_secret(const struct conf *c, int fd, struct ca_local *ca)
{
	uint8_t secret[SECRET_BYTES];
	char why[512];

	if (!secret_read(fd, c->secret_file, secret, why, sizeof why)) {
		log_error("cannot read the secret: %s", why);
		return false;
	}
	close(fd);
	ca_local_init(ca, c, secret);
	explicit_bzero(secret, sizeof secret);
	return true;
}

/* Log and exit; a worker that waits for an answer then asks the next signer. */
static void end_signer_without_memory(void)
{
	memory_on_failure(NULL);
	log_error("out of memory; the signer ends, and the master replaces it");
	_exit(EX_OSERR);
}

int signer_process_run(
    const struct conf *c, int take_fd, int ready_fd, int secret_fd, const struct signer_signals *sg)
{
	static struct ca_local ca;
	struct cx cx = { .mem = arena_new(1 << 20), .conf = c, .ca = &ca.ca };

	mlock(&ca, sizeof ca);
	CRYPTO_secure_malloc_init(SIGNER_SECURE_HEAP, SIGNER_SECURE_LEAST);
	if (!signer_process_load_secret(c, secret_fd, &ca))
		return EX_CONFIG;
	if (ready_fd >= 0) {
		if (write(ready_fd, "r", 1) != 1)
			return EX_OSERR;
		close(ready_fd);
	}
	memory_on_failure(end_signer_without_memory);
	answer_signer_questions(&cx, take_fd, sg);
	ca_local_wipe(&ca);
	return 0;
}

/* --- The client in a worker --- */
static enum err fail_signer_unavailable(struct cx *cx, const char *what)
{
	return fail(cx, ERR_UNAVAILABLE, "signer: %s", what);
}

enum signer_outcome { GOT_ANSWER, GOT_NO_ANSWER, SIGNER_ENDED };

static enum signer_outcome await_signer_answer(int fd, struct signer_answer *a)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t end = clock_us() + SIGNER_TIMEOUT_MS * 1000, left;

	while ((left = end - clock_us()) > 0) {
		int n = poll(&p, 1, (int)(left / 1000) + 1);
		if (n > 0)
			return recv(fd, a, sizeof *a, 0) == (ssize_t)sizeof *a ? GOT_ANSWER
									       : SIGNER_ENDED;
		if (n < 0 && errno != EINTR)
			break;
	}
	return GOT_NO_ANSWER;
}

static enum signer_outcome ask_signer_once(
    int give_fd, const struct signer_question *q, struct signer_answer *a)
{
	struct fdpass reply;

	if (!fdpass_pair(&reply, SIGNER_TIMEOUT_MS))
		return GOT_NO_ANSWER;
	bool sent = fdpass_send(give_fd, q, sizeof *q, reply.give);
	close(reply.give);
	enum signer_outcome got = sent ? await_signer_answer(reply.take, a) : GOT_NO_ANSWER;
	close(reply.take);
	return got;
}

/* A signer that ended without an answer may have been killed: ask its successor once. Asking again
 * is safe, because a question has no other effect than its answer. */
static enum err ask_signer_with_retry(
    struct cx *cx, int give_fd, const struct signer_question *q, struct signer_answer *a)
{
	enum signer_outcome got = ask_signer_once(give_fd, q, a);

	if (got == SIGNER_ENDED)
		got = ask_signer_once(give_fd, q, a);
	return got == GOT_ANSWER
	    ? OK
	    : fail_signer_unavailable(
		  cx, got == SIGNER_ENDED ? "ended without an answer" : "no answer in time");
}

/* An error that the signer answers becomes the error of this request. */
static enum err ask_signer(
    struct cx *cx, struct ca *ca, const struct signer_question *q, struct signer_answer *a)
{
	enum phase was = meter_phase(&cx->meter, PHASE_SIGN);
	enum err e = ask_signer_with_retry(cx, ((struct signer_client *)ca)->give_fd, q, a);
	meter_phase(&cx->meter, was);
	meter_add(&cx->meter, COUNT_SIGNATURE, 1);
	TRY(e);
	if (a->err == OK)
		return OK;
	a->field[sizeof a->field - 1] = a->say[sizeof a->say - 1] = a->log[sizeof a->log - 1] =
	    '\0';
	e = a->err < ERR_COUNT ? (enum err)a->err : ERR_INTERNAL;
	return a->say[0] ? refuse(cx, e, a->field, "%s", a->say)
			 : fail(cx, e, "signer: %s", a->log);
}

static enum err ask_new_key(struct cx *cx, struct ca *ca, struct ca_key *out)
{
	struct signer_question q = { .op = OP_NEW_KEY };
	struct signer_answer a;

	TRY(ask_signer(cx, ca, &q, &a));
	return unpack_key(cx, &a.key, out);
}

static enum err ask_sign_cert(
    struct cx *cx, struct ca *ca, const struct ca_key *k, struct blob tbs, uint8_t sig[ED25519_SIG])
{
	struct signer_question q = { .op = OP_SIGN_CERT, .n = (uint32_t)tbs.n };
	struct signer_answer a;

	if (tbs.n > sizeof q.tbs)
		return fail(cx, ERR_INTERNAL, "the certificate has %zu octets, too many", tbs.n);
	TRY(pack_key(cx, k, &q.key));
	memcpy(q.tbs, tbs.p, tbs.n);
	TRY(ask_signer(cx, ca, &q, &a));
	memcpy(sig, a.sigs, ED25519_SIG);
	return OK;
}

static enum err ask_sign_cache(struct cx *cx, struct ca *ca, const struct ca_key *k,
    const struct cache_claim *c, size_t n, uint8_t *sigs)
{
	struct signer_question q = { .op = OP_SIGN_CACHE, .n = (uint32_t)n };
	struct signer_answer a;

	if (n > SIGNER_CLAIMS)
		return fail(cx, ERR_INTERNAL, "%zu cache statements in one request, too many", n);
	TRY(pack_key(cx, k, &q.key));
	memcpy(q.claims, c, n * sizeof *c);
	TRY(ask_signer(cx, ca, &q, &a));
	memcpy(sigs, a.sigs, n * ED25519_SIG);
	return OK;
}

static enum err ask_sign_token(struct cx *cx, struct ca *ca, const struct ca_key *k,
    const struct federation_token *t, uint8_t sig[ED25519_SIG])
{
	struct signer_question q = { .op = OP_SIGN_TOKEN };
	struct signer_answer a;

	TRY(pack_key(cx, k, &q.key));
	TRY(pack_token(cx, t, &q.token));
	TRY(ask_signer(cx, ca, &q, &a));
	memcpy(sig, a.sigs, ED25519_SIG);
	return OK;
}

static enum err ask_sign_openpgp(struct cx *cx, struct ca *ca, const struct ca_key *k,
    const struct openpgp_spec *s, uint8_t sig[ED25519_SIG])
{
	struct signer_question q = { .op = OP_SIGN_OPENPGP,
		.openpgp = { .created = s->created, .n = (uint32_t)s->user_id.n } };
	struct signer_answer a;

	if (s->user_id.n == 0 || s->user_id.n > sizeof q.openpgp.user_id)
		return fail(cx, ERR_INTERNAL, "the user ID has %zu octets, not 1 to %d",
		    s->user_id.n, OPENPGP_USER_ID_MAX);
	memcpy(q.openpgp.key, s->key, ED25519_KEY);
	memcpy(q.openpgp.user_id, s->user_id.s, s->user_id.n);
	TRY(pack_key(cx, k, &q.key));
	TRY(ask_signer(cx, ca, &q, &a));
	memcpy(sig, a.sigs, ED25519_SIG);
	return OK;
}

static enum err ask_new_totp(struct cx *cx, struct ca *ca, int64_t actor_id,
    uint8_t secret[TOTP_SECRET], struct blob *sealed)
{
	struct signer_question q = { .op = OP_NEW_TOTP, .totp = { .actor_id = actor_id } };
	struct signer_answer a;

	TRY(ask_signer(cx, ca, &q, &a));
	memcpy(secret, a.secret, TOTP_SECRET);
	explicit_bzero(a.secret, sizeof a.secret);
	return unpack_second_factor(cx, &a.totp, sealed);
}

static enum err ask_check_totp(struct cx *cx, struct ca *ca, int64_t actor_id, struct blob sealed,
    struct str code, int64_t *step)
{
	struct signer_question q = { .op = OP_CHECK_TOTP, .totp = { .actor_id = actor_id } };
	struct signer_answer a;

	if (code.n != sizeof q.totp.code)
		return fail(
		    cx, ERR_INTERNAL, "the code has %zu characters, not %d", code.n, TOTP_DIGITS);
	memcpy(q.totp.code, code.s, code.n);
	TRY(pack_second_factor(cx, sealed, &q.totp));
	TRY(ask_signer(cx, ca, &q, &a));
	*step = a.step;
	return OK;
}

void signer_process_client_init(struct signer_client *c, int give_fd)
{
	*c = (struct signer_client){ .ca = { ask_new_key, ask_sign_cert, ask_sign_cache,
					 ask_sign_token, ask_sign_openpgp, ask_new_totp,
					 ask_check_totp },
		.give_fd = give_fd };
}
