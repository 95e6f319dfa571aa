#ifndef MOTET_CORE_PASSWORD_H
#define MOTET_CORE_PASSWORD_H
#include "base/cx.h"
/*
 * Passwords, with what keeps them safe to check: tries are counted in the database before the password is looked at, and hashing is
 * bounded across the pool by cx->gate, because one takes 16 MiB and a tenth of a second. A quarter of the workers may wait for that at a
 * time; for everybody else it is ERR_RETRY at once.
 */
/* Hash a new one. ERR_BAD_REQUEST, field "password", when it is too short or too long; ERR_RETRY. */
must_check enum err password_new(struct cx *, struct str password, struct str *phc);
/*
 * Is it the password of `local`? phc empty: no such actor; the answer and its time are the same as for a wrong password. Wrong: refuse(`wrong`).
 * Too many tries from `address`, or at this actor from anywhere: ERR_RATE_LIMITED. All hashing slots busy: ERR_RETRY.
 */
must_check enum err password_check(struct cx *, struct str local, struct str address, struct str password, struct str phc, enum err wrong);
#endif
