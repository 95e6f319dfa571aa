#ifndef MOTET_SERVER_MOTETD_H
#define MOTET_SERVER_MOTETD_H
/*
 * The main function of motetd. Returns an exit status of <sysexits.h>:
 *   0   stopped on request
 *   64  wrong usage
 *   69  not ready to serve (-t -t only)
 *   71  a system call failed (socket in use, out of memory)
 *   78  bad configuration or secret: a restart does not help
 */
int motetd_main(int argc, char **argv);
#endif
