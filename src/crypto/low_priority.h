#ifndef MOTET_CRYPTO_LOW_PRIORITY_H
#define MOTET_CRYPTO_LOW_PRIORITY_H
/*
 * Call work(arg) with a low scheduling priority (nice +10), and return when it has returned. work()
 * runs in a thread of its own, with all signals blocked: a process without privileges cannot lower
 * its niceness again after raising it. On systems whose threads have no niceness of their own, or
 * if no thread can be started, work() runs in the calling thread with that thread's priority.
 */
void low_priority_run(void (*work)(void *), void *arg);
#endif
