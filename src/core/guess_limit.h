#ifndef MOTET_CORE_GUESS_LIMIT_H
#define MOTET_CORE_GUESS_LIMIT_H
#include "base/cx.h"
#include "store/q_throttle.h"
/*
 * Who may try how often at a secret, counted in the database: for all hosts, across restarts.
 * `what` is tried at: "password", say; by `who` (a local name for log-ins, the key of a session for
 * what is done in it) from an address (IPv6: its /64).
 *
 * What nobody can guess (guess_limit_try_secret, guess_limit_record_secret): ERR_RATE_LIMITED by
 * two counters, of who and address, rate_limit_failures an hour; being right sets it back; of who
 * from everywhere, fifty times that. It does not hold for an address from which the right one came
 * within 30 days, so that strangers who use it up keep other strangers out, and not the owner.
 *
 * What can be guessed, being short (guess_limit_try_code, guess_limit_reset_code): eight at once
 * and one more an hour, of all strangers together; an address from which the right one came within
 * 30 days has as many of its own. They count before it is known what they are worth, so that many
 * at once are no more than one after the other; being right sets the counter back. That is 32 in
 * the first day: of the three codes in a million that are good at a time somebody hits one with a
 * chance of one in ten thousand.
 *
 * With rate_limit = off nothing is counted.
 */
enum { GUESS_LIMIT_HOUR_MS = 3600 * 1000 }; /* rates are counted an hour */
struct guess_limit {
	struct throttle_budget own, shared;
	struct blob known;
};
struct guess_limit guess_limit_make(
    struct cx *, const char *what, struct str who, struct str address);
/* `things`: "wrong passwords", for the message. */
must_check enum err guess_limit_try_secret(
    struct cx *, const struct guess_limit *, const char *things);
must_check enum err guess_limit_record_secret(struct cx *, const struct guess_limit *, bool right);
/* *known: whose counter it was; for guess_limit_reset_code(), which is called for right ones only,
 * not for a right one that was used before. */
must_check enum err guess_limit_try_code(
    struct cx *, const struct guess_limit *, const char *things, bool *known);
must_check enum err guess_limit_reset_code(struct cx *, const struct guess_limit *, bool known);
#endif
