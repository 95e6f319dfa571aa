#ifndef MOTET_BASE_BANNED_H
#define MOTET_BASE_BANNED_H
/*
 * Functions that must not be called: a call does not compile. The compiler's -include puts this
 * before every source file. rand() is not listed, because OpenSSL's headers have parameters of that
 * name; srand() is listed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* Under clang the C library defines these as macros, and only plain names can be poisoned. */
#undef sprintf
#undef vsprintf
#pragma GCC poison sprintf vsprintf strcpy strcat strncpy strncat strtok atoi atol atoll gets \
    system popen
#pragma GCC poison gmtime localtime ctime asctime srand
#endif
