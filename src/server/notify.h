#ifndef MOTET_SERVER_NOTIFY_H
#define MOTET_SERVER_NOTIFY_H
/* Tell systemd (Type=notify): "READY=1", "RELOADING=1", "STOPPING=1". Does nothing when $NOTIFY_SOCKET is not set. */
void notify_systemd(const char *state);
#endif
