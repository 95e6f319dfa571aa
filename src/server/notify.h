#ifndef MOTET_SERVER_NOTIFY_H
#define MOTET_SERVER_NOTIFY_H
#include <stdbool.h>
#include <stdint.h>
/* Messages to systemd, or to another supervisor that listens at $NOTIFY_SOCKET (sd_notify(3),
 * Type=notify or notify-reload). Without that variable, nothing is sent. */
void notify_systemd(const char *state); /* "READY=1", "STOPPING=1" */
/* Send RELOADING=1 with the time; systemd needs the time to ignore older messages. */
void notify_reloading(void);
/*
 * Is it time to send WATCHDOG=1? True twice in each $WATCHDOG_USEC; never if $WATCHDOG_PID names
 * another process. A true result starts the next period.
 */
bool notify_watchdog_due(int64_t now_us);
/* When WATCHDOG=1 is due next (clock_us()); INT64_MAX: there is no watchdog. */
int64_t notify_watchdog_next(void);
#endif
