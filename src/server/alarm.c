#include "server/alarm.h"
#include "base/log.h"
#include <stdbool.h>
#include <string.h>

#define SECOND INT64_C(1000000)

static bool due(int64_t *said_us, int64_t now)
{
	if (*said_us && now - *said_us < ALARM_AGAIN_S * SECOND)
		return false;
	*said_us = now;
	return true;
}

static int recent(const struct alarm *a, int64_t now, int seconds)
{
	int n = 0;

	for (int i = 0; i < ALARM_DEATHS; i++)
		n += a->death_us[i] && now - a->death_us[i] <= seconds * SECOND;
	return n;
}

static void remember(struct alarm *a, int64_t now)
{
	memmove(a->death_us, a->death_us + 1, sizeof a->death_us - sizeof *a->death_us);
	a->death_us[ALARM_DEATHS - 1] = now;
}

void alarm_death(struct alarm *a, const char *how, int64_t now_us)
{
	if (a->storm_us && recent(a, now_us, ALARM_CALM_S) == 0)
		a->storm_us = a->storm_said_us = 0;
	remember(a, now_us);
	a->deaths++;
	if (a->storm_us == 0) {
		a->deaths = recent(a, now_us, ALARM_DEATHS_S);
		a->storm_us = a->deaths == ALARM_DEATHS ? a->death_us[0] : 0;
	}
	if (a->storm_us && due(&a->storm_said_us, now_us))
		log_error(
		    "CRASH STORM: %d workers died within %lld s, the last by %s. They are started again for ever, but requests are lost. The lines above "
		    "say more, and coredumpctl or dmesg where signals are the reason. If it came with a new program, put the old one back and "
		    "send SIGUSR2; if with a new configuration, put that back and send SIGHUP; if memory is short, lower `workers`",
		    a->deaths, (long long)((now_us - a->storm_us) / SECOND + 1), how);
}

int64_t alarm_storm_until(const struct alarm *a)
{
	return a->storm_us ? a->death_us[ALARM_DEATHS - 1] + ALARM_CALM_S * SECOND : 0;
}

void alarm_busy(struct alarm *a, int serving, int busy, int64_t now_us)
{
	if (serving == 0 || busy < serving) {
		a->busy_us = 0;
		return;
	}
	if (a->busy_us == 0)
		a->busy_us = now_us;
	int64_t s = (now_us - a->busy_us) / SECOND;
	if (s >= ALARM_BUSY_S && due(&a->busy_said_us, now_us))
		log_warn(
		    "all %d workers have been busy for %lld s, and requests wait: raise `workers` and send SIGHUP; if the processor or the "
		    "database is what they wait for, that does not help",
		    serving, (long long)s);
}
