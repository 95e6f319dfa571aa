#ifndef MOTET_SERVER_ALARM_H
#define MOTET_SERVER_ALARM_H
#include <stdint.h>
/*
 * What an operator has to know of at once, in one line that says what to do; said again once a
 * minute for as long as it lasts. Times are clock_us().
 */
enum {
	ALARM_DEATHS = 5,
	ALARM_DEATHS_S = 10, /* a crash storm: so many deaths within so many seconds … */
	ALARM_CALM_S = 60,   /* … until there was none for so long */
	ALARM_BUSY_S = 5,    /* all workers busy, whenever the master looked, for so long */
	ALARM_AGAIN_S = 60
};
struct alarm {
	int64_t death_us[ALARM_DEATHS];	 /* the last ones; 0: none */
	int64_t storm_us, storm_said_us; /* when the storm began, 0: there is none */
	int64_t busy_us, busy_said_us;	 /* since when all are busy, 0: not all are */
	int deaths;			 /* in this storm */
};
/* A worker ended that nobody had told to; `how`: "signal 11". */
void alarm_record_death(struct alarm *, const char *how, int64_t now_us);
/* When the storm is over, if nobody dies until then; 0: there is none. */
int64_t alarm_storm_until(const struct alarm *);
/* So many serve, so many of them are busy. */
void alarm_check_load(struct alarm *, int serving, int busy, int64_t now_us);
#endif
