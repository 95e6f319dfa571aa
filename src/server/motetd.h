#ifndef MOTET_SERVER_MOTETD_H
#define MOTET_SERVER_MOTETD_H
/*
 * motetd, whole. Exit status: 0 stopped as asked; 64 used wrongly; 69 (of -t -t) it would not be
 * ready to serve; 71 the system refused (a socket in use, no memory); 78 the configuration or the
 * secret is not good: starting again changes nothing.
 */
int motetd_main(int argc, char **argv);
#endif
