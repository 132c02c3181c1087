/* Giving root up. */
#ifndef CMD_USER_H
#define CMD_USER_H

#include <glib.h>
#include <stdbool.h>

/* user_become - become the configured user when started as root
 * in    user   "": stay
 * err   false: there is no such user, or the system refuses; e says which */
bool user_become(const char *user, GError **e);

#endif
