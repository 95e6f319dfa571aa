#ifndef MOTET_SERVER_START_H
#define MOTET_SERVER_START_H
#include "server/handover.h"
/*
 * How motetd was started. The first row that fits decides:
 *
 *   a handover in the environment          SIGUSR2: we replace another motetd (handover.h)
 *   LISTEN_PID is ours, LISTEN_FDS ≥ 1     systemd: the listening socket is descriptor 3
 *   descriptor 0 is a listening socket     spawn-fcgi, lighttpd bin-path, mod_fcgid, multiwatch,
 *                                          systemd StandardInput=socket
 *   GATEWAY_INTERFACE and REQUEST_METHOD   a web server runs us as plain CGI, for one request
 *   `listen` is set                        our own socket and our own master
 *   else                                   print the usage
 *
 * With a socket from outside, `workers` = 0 serves in this process; N > 0 makes this process the
 * master of N workers.
 */
enum start { START_HANDOVER, START_SYSTEMD, START_FD0, START_CGI, START_OWN, START_NOTHING };
enum start start_mode(const struct conf *);
/*
 * Returns the socket from outside as a descriptor above 2; -1 for the modes without such a socket.
 * Closes all other descriptors above 2, because web servers leak theirs, except those of the
 * handover (NULL: none), and makes sure that 0 to 2 are open. Call this before opening anything
 * else.
 */
int start_clean_descriptors(enum start, const struct handover *);
/* Are we a CGI program? If so, the command line must be ignored, because the client controls it. */
bool start_is_cgi(void);
/* Print the CGI response for a failed start: status 500. */
void start_print_cgi_error(void);
#endif
