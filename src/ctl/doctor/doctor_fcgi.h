#ifndef MOTET_CTL_DOCTOR_DOCTOR_FCGI_H
#define MOTET_CTL_DOCTOR_DOCTOR_FCGI_H
#include "base/conf.h"
/*
 * A question to motetd as a web server would ask it: GET <base_path>/healthz over FastCGI, at what
 * `listen` says. False: `why` says what happened.
 */
must_check bool doctor_fcgi_check_health(const struct conf *, char *why, size_t size);
#endif
