#ifndef MOTET_BASE_BANNED_H
#define MOTET_BASE_BANNED_H
/*
 * Put before every source file by the compiler's -include, behind the system's headers: what must
 * not be called does not compile. rand() is missing from the row because OpenSSL's headers have
 * parameters of that name; nobody can seed it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* Macros where the C library checks calls under clang: poison wants names. */
#undef sprintf
#undef vsprintf
#pragma GCC poison sprintf vsprintf strcpy strcat strncpy strncat strtok atoi atol atoll gets \
    system popen
#pragma GCC poison gmtime localtime ctime asctime srand
#endif
