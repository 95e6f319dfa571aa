#ifndef MOTET_CORE_GUESS_LIMIT_H
#define MOTET_CORE_GUESS_LIMIT_H
#include "base/cx.h"
#include "store/q_throttle.h"
/*
 * Limits on attempts at secrets, counted in the database: for all hosts, across restarts. `what`
 * names the secret, such as "password"; `who` is a local name for log-ins, or a session key for
 * actions in a session; addresses are counted by IPv4 address or IPv6 /64.
 *
 * Long secrets (guess_limit_try_secret, guess_limit_record_secret): ERR_RATE_LIMITED by two
 * counters. The first counts who and address, rate_limit_failures an hour; a right secret resets
 * it. The second counts who from all addresses, 50 times as many; an address that sent the right
 * secret within 30 days is exempt from it, so that strangers who exhaust it do not lock out the
 * owner.
 *
 * Short codes (guess_limit_try_code, guess_limit_reset_code): 8 attempts, then one more an hour,
 * for all unknown addresses together; an address that sent a right code within 30 days has its own
 * 8. Attempts count before the code is checked, so that parallel ones gain nothing; a right code
 * resets the counter. That is 32 attempts in the first day; with three valid codes in a million the
 * chance to hit one is about 1 in 10 000.
 *
 * With rate_limit = off nothing is counted or refused.
 */
enum { GUESS_LIMIT_HOUR_MS = 3600 * 1000 }; /* rates are counted an hour */
struct guess_limit {
	struct throttle_budget own, shared;
	struct blob known;
};
struct guess_limit guess_limit_make(
    struct cx *, const char *what, struct str who, struct str address);
/* Count an attempt before the secret is checked, and its result after. `things`: "wrong
 * passwords", for the message. */
must_check enum err guess_limit_try_secret(
    struct cx *, const struct guess_limit *, const char *things);
must_check enum err guess_limit_record_secret(struct cx *, const struct guess_limit *, bool right);
/* Count an attempt at a code; *known: it was counted for a known address. After a right code
 * that was not used before, pass it to guess_limit_reset_code(). */
must_check enum err guess_limit_try_code(
    struct cx *, const struct guess_limit *, const char *things, bool *known);
must_check enum err guess_limit_reset_code(struct cx *, const struct guess_limit *, bool known);
/* Count a registration from an address: rate_limit_registrations a day, and 100 times as many from
 * all addresses. ERR_RATE_LIMITED: too many. */
must_check enum err guess_limit_count_registration(struct cx *, struct str address);
#endif
