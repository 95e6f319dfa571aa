#ifndef MOTET_FCGI_PHASE_ALARM_H
#define MOTET_FCGI_PHASE_ALARM_H
#include <stdbool.h>
/*
 * This limits the time of a whole response, because a peer that takes one octet a second never
 * exceeds the timeout of a single write(2): SIGALRM shuts its connection, and the worker goes
 * on.
 */
bool phase_alarm_init(void);
/* Guard this connection for FCGI_PHASE_TIMEOUT seconds. */
void phase_alarm_start(int fd);
void phase_alarm_stop(void);
#endif
