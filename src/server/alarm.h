#ifndef MOTET_SERVER_ALARM_H
#define MOTET_SERVER_ALARM_H
#include <stdint.h>
/*
 * Log lines that an operator has to act on: what is wrong, and what to do. A line is repeated once
 * a minute while the condition lasts. Times are clock_us().
 */
enum {
	ALARM_DEATHS = 5,    /* a crash storm begins with this many deaths … */
	ALARM_DEATHS_S = 10, /* … within this many seconds, … */
	ALARM_CALM_S = 60,   /* … and is over after this many seconds without a death */
	ALARM_BUSY_S = 5,    /* warn after all workers have been busy for this many seconds */
	ALARM_AGAIN_S = 60   /* seconds before the same line is repeated */
};
struct alarm {
	int64_t death_us[ALARM_DEATHS];	 /* times of the latest deaths, oldest first; 0: none */
	int64_t storm_us, storm_said_us; /* start of the storm, or 0; time of the last line */
	int64_t busy_us, busy_said_us;	 /* since when all are busy, or 0; time of the last line */
	int deaths;			 /* number of deaths in this storm */
};
/* Count a worker that exited unexpectedly; `how` is for the log line, such as "signal 11". */
void alarm_record_death(struct alarm *, const char *how, int64_t now_us);
/* When the storm is over if no other worker dies; 0: there is no storm. */
int64_t alarm_storm_until(const struct alarm *);
/* Note that `busy` of the `serving` workers are processing a request. Call this about once a
 * second. */
void alarm_check_load(struct alarm *, int serving, int busy, int64_t now_us);
#endif
