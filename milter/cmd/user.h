/* Giving root up. */
#ifndef CMD_USER_H
#define CMD_USER_H

#include <glib.h>
#include <stdbool.h>

/* user_become - become the configured user when started as root
 * in    user   "": stay
 * err   false: there is no such user, or the system refuses; e says which */
bool user_become(const char *user, GError **e);

/* user_become_owner - become the owner of a folder when started as root: what root writes there
 *                     the daemons could not read
 * in    option   whose folder it is, for the message
 * err   false: it is not there, or the system refuses; e says which */
bool user_become_owner(const char *option, const char *folder, GError **e);

#endif
