#include "server/alarm.h"
#include "base/log.h"
#include <stdbool.h>
#include <string.h>

static bool may_repeat_alarm(int64_t *said_us, int64_t now)
{
	if (*said_us && now - *said_us < ALARM_AGAIN_S * INT64_C(1000000))
		return false;
	*said_us = now;
	return true;
}

static int count_recent_deaths(const struct alarm *a, int64_t now, int seconds)
{
	int n = 0;

	for (int i = 0; i < ALARM_DEATHS; i++)
		n += a->death_us[i] && now - a->death_us[i] <= seconds * INT64_C(1000000);
	return n;
}

static void store_death_time(struct alarm *a, int64_t now)
{
	memmove(a->death_us, a->death_us + 1, sizeof a->death_us - sizeof *a->death_us);
	a->death_us[ALARM_DEATHS - 1] = now;
}

void alarm_record_death(struct alarm *a, const char *how, int64_t now_us)
{
	if (a->storm_us && count_recent_deaths(a, now_us, ALARM_CALM_S) == 0)
		a->storm_us = a->storm_said_us = 0;
	store_death_time(a, now_us);
	a->deaths++;
	if (a->storm_us == 0) {
		a->deaths = count_recent_deaths(a, now_us, ALARM_DEATHS_S);
		a->storm_us = a->deaths == ALARM_DEATHS ? a->death_us[0] : 0;
	}
	if (a->storm_us && may_repeat_alarm(&a->storm_said_us, now_us))
		log_error(
		    "CRASH STORM: %d workers died within %lld s, the last by %s. They are "
		    "restarted, but requests are lost. See the log lines above; after a signal, "
		    "also coredumpctl or dmesg. If this began with a new program, restore the old "
		    "one and send SIGUSR2; with a new configuration, restore the old one and send "
		    "SIGHUP; if there is too little memory, lower `workers`",
		    a->deaths, (long long)((now_us - a->storm_us) / INT64_C(1000000) + 1), how);
}

int64_t alarm_storm_until(const struct alarm *a)
{
	return a->storm_us ? a->death_us[ALARM_DEATHS - 1] + ALARM_CALM_S * INT64_C(1000000) : 0;
}

void alarm_check_load(struct alarm *a, int serving, int busy, int64_t now_us)
{
	if (serving == 0 || busy < serving) {
		a->busy_us = 0;
		return;
	}
	if (a->busy_us == 0)
		a->busy_us = now_us;
	int64_t s = (now_us - a->busy_us) / INT64_C(1000000);
	if (s >= ALARM_BUSY_S && may_repeat_alarm(&a->busy_said_us, now_us))
		log_warn(
		    "all %d workers have been busy for %lld s and requests wait: raise `workers` "
		    "and send SIGHUP, unless the processor or the database is the bottleneck",
		    serving, (long long)s);
}
