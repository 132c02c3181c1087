/* Force-included into every file: calls that have no place here, each with its better. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncat strtok   /* GString, g_strsplit */
#pragma GCC poison atoi atol atof                 /* number_parse */
#pragma GCC poison gmtime localtime ctime asctime /* g_date_time_* */
#pragma GCC poison srand tmpnam mktemp popen      /* g_random_*, mkstemp */
/* OpenSSL's headers have parameters of this name, so only calls are banned */
#define rand() rand_is_banned_use_g_random_int()

#endif
