#ifndef MOTET_API_OPS_METRICS_TEXT_H
#define MOTET_API_OPS_METRICS_TEXT_H
#include "base/conf.h"
#include "shm/scoreboard.h"
/* Write a scoreboard in the text format 0.0.4 of Prometheus. Routes without requests, and statuses
 * that did not occur, are left out. */
struct str metrics_text(struct arena *, const struct scoreboard *);
/* Check the metrics_ keys. False: `why` says what is wrong. */
bool metrics_text_conf_ok(const struct conf *, char *why, size_t size);
#endif
