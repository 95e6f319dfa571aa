#ifndef MOTET_CTL_DOCTOR_DOCTOR_FCGI_H
#define MOTET_CTL_DOCTOR_DOCTOR_FCGI_H
#include "base/conf.h"
/*
 * Send GET <base_path>/healthz to motetd over FastCGI at `listen`, as a web server does, and wait 5
 * seconds at most. True: status 200. False: `why` gets the reason, cut to `size` octets.
 */
must_check bool doctor_fcgi_check_health(const struct conf *, char *why, size_t size);
#endif
