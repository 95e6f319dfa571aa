#include "core/ready.h"
#include "base/log.h"
#include "core/identity.h"
#include "core/schema.h"
#include "shm/scoreboard.h"

enum { READY_DAY_S = 86400 };

static enum err check_key_usable(struct cx *cx, const struct server_key *k)
{
	TRY(identity_check_clocks(cx, k, k->now));
	if (k->not_after <= k->now)
		return fail(cx, ERR_UNAVAILABLE,
		    "the server's own certificate has expired: run motetctl key rotate");
	return identity_check_secret(cx, k);
}

static enum err check_write_and_signature(struct cx *cx, struct server_key **k)
{
	TRY(schema_check_version(cx));
	TRY(identity_stored(cx, k));
	cx->meter.cert_not_after = (*k)->not_after;
	TRY(check_key_usable(cx, *k));
	return q_schema_try_write(cx);
}

/* Whatever is missing, the answer is 503: never 404 or 500. */
static enum err check_ready_key(struct cx *cx, struct server_key **k)
{
	enum err e = check_write_and_signature(cx, k);

	if (e == OK || e == ERR_MISFIT || e == ERR_CLOCKS || e == ERR_EPOCH)
		return e;
	const struct fail why = cx->why;
	return fail(cx, ERR_UNAVAILABLE, "%s", why.log[0] ? why.log : why.say);
}

enum err ready_check(struct cx *cx)
{
	struct server_key *k;

	return check_ready_key(cx, &k);
}

static void log_readiness(struct cx *cx, enum err e)
{
	bool unready = e != OK, was = cx->board && cx->board->unready;

	if (was == unready ||
	    (cx->board && !atomic_compare_exchange_strong(&cx->board->unready, &was, unready)))
		return;
	if (unready)
		log_error("not ready: %s", cx->why.log);
	else
		log_warn("ready again");
}

/* How many days before the certificate expires this warning is due: 30, 7 or 1; 0: no warning is
 * due yet. */
static int find_warning_days(int64_t left)
{
	static const int days[] = { 1, 7, 30 };

	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++)
		if (left <= days[i] * (int64_t)READY_DAY_S)
			return days[i];
	return 0;
}

static void log_certificate_end(struct cx *cx, const struct server_key *k)
{
	int days = find_warning_days(k->not_after - k->now), was = 0;

	if (cx->board) {
		was = atomic_exchange(&cx->board->cert_warned_days, days);
		cx->board->cert_not_after = k->not_after;
	}
	if (days && (was == 0 || days < was))
		log_warn("the server's own certificate expires in %lld hours, and every ID-Cert "
			 "with it at the latest: run motetctl key rotate",
		    (long long)((k->not_after - k->now) / 3600));
}

enum err ready_check_and_log(struct cx *cx)
{
	struct server_key *k = NULL;
	enum err e = check_ready_key(cx, &k);

	log_readiness(cx, e);
	if (k)
		log_certificate_end(cx, k);
	return e;
}
