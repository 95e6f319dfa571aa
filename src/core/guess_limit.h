#ifndef MOTET_CORE_GUESS_LIMIT_H
#define MOTET_CORE_GUESS_LIMIT_H
#include "base/cx.h"
#include "store/q_throttle.h"
/*
 * Limits on how often secrets may be guessed. Attempts are counted in the database, so that the
 * limits hold for all hosts together and across restarts. `what` names the secret, such as
 * "password"; `who` is a local name for log-ins, or a session key for actions in a session;
 * addresses are counted by IPv4 address or IPv6 /64.
 *
 * Long secrets (guess_limit_try_secret, guess_limit_record_secret): two counters can cause
 * ERR_RATE_LIMITED. The first counter counts the attempts for `who` from one address and allows
 * rate_limit_failures an hour; a right secret resets it. The second counter counts the wrong
 * attempts for `who` from all addresses and allows 50 times as many; an address that sent the right
 * secret within the last 30 days is exempt from the second counter, so that strangers who exhaust
 * it do not lock out the owner.
 *
 * Short codes (guess_limit_try_code, guess_limit_reset_code): all unknown addresses together have 8
 * attempts, then one more attempt an hour; an address that sent a right code within the last 30
 * days has its own 8 attempts. An attempt is counted before its code is checked, so that parallel
 * attempts gain nothing; a right code resets the counter. That makes 32 attempts in the first day;
 * as three of a million codes are valid at a time, the chance to guess a code is about 1 in 10 000.
 *
 * With rate_limit = off nothing is counted or refused.
 */
enum { GUESS_LIMIT_HOUR_MS = 3600 * 1000 }; /* the period of the rates, one hour, in milliseconds */
struct guess_limit {
	struct throttle_budget own, shared;
	struct blob known;
};
struct guess_limit guess_limit_make(
    struct cx *, const char *what, struct str who, struct str address);
/* Count an attempt before the secret is checked; record its result afterwards. `things` is for the
 * message, such as "wrong passwords". */
must_check enum err guess_limit_try_secret(
    struct cx *, const struct guess_limit *, const char *things);
must_check enum err guess_limit_record_secret(struct cx *, const struct guess_limit *, bool right);
/* Count an attempt at a code; *known: it was counted for a known address. After a right code that
 * was not used before, pass `known` to guess_limit_reset_code(). */
must_check enum err guess_limit_try_code(
    struct cx *, const struct guess_limit *, const char *things, bool *known);
must_check enum err guess_limit_reset_code(struct cx *, const struct guess_limit *, bool known);
/*
 * Count a registration from an address. The limit is rate_limit_registrations a day from one
 * address, and 100 times as many from all addresses together. ERR_RATE_LIMITED: one of the two is
 * exceeded.
 */
must_check enum err guess_limit_count_registration(struct cx *, struct str address);
#endif
