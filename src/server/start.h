#ifndef MOTET_SERVER_START_H
#define MOTET_SERVER_START_H
#include "server/handover.h"
/*
 * How were we started? The first row of the table in start.c that fits decides:
 *
 *   a handover in the environment           another motetd was here, and SIGUSR2 made us follow it
 * (handover.h) LISTEN_PID is ours and LISTEN_FDS ≥ 1    systemd: the listening socket is descriptor
 * 3 descriptor 0 is a listening socket       spawn-fcgi, lighttpd bin-path, mod_fcgid, multiwatch,
 * systemd StandardInput=socket GATEWAY_INTERFACE and REQUEST_METHOD     a web server runs us as
 * plain CGI: for one request `listen` is set                          our own socket, and our own
 * master nothing of that                          usage
 *
 * With a socket from outside, `workers` = 0 serves in this very process, and N makes it the master
 * of N workers.
 */
enum start { START_HANDOVER, START_SYSTEMD, START_FD0, START_CGI, START_OWN, START_NOTHING };
enum start start_mode(const struct conf *);
/*
 * The socket from outside as a descriptor above 2, all other descriptors above 2 closed (web
 * servers leak theirs) but those of the handover, NULL: there is none; 0 to 2 open on something. -1
 * for the modes without one. Call it before anything else is opened.
 */
int start_clean_descriptors(enum start, const struct handover *);
/* Does the environment hold a request? Then nothing on the command line can be believed. */
bool start_is_cgi(void);
/* The answer of a CGI program that has none, as its configuration is not good. */
void start_print_cgi_error(void);
#endif
