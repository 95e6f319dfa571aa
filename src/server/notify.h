#ifndef MOTET_SERVER_NOTIFY_H
#define MOTET_SERVER_NOTIFY_H
#include <stdbool.h>
#include <stdint.h>
/* What systemd is told, and whoever else listens at $NOTIFY_SOCKET (sd_notify(3), Type=notify or
 * notify-reload). Nothing is done without that. */
void notify_systemd(const char *state); /* "READY=1", "STOPPING=1" */
/* RELOADING=1, with the time by which systemd tells it from a message of before. */
void notify_reloading(void);
/*
 * The watchdog ($WATCHDOG_USEC, and $WATCHDOG_PID when it is there): is it time to say that all is
 * well? Twice in its interval, and never when it is not meant for us.
 */
bool notify_watchdog_due(int64_t now_us);
/* When it is time next; INT64_MAX without a watchdog. */
int64_t notify_watchdog_next(void);
#endif
