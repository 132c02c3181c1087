/* The places of the disk that the daemons write to: could they, as who we are now? */
#ifndef CMD_PLACES_H
#define CMD_PLACES_H

#include <glib.h>
#include <stdbool.h>

#include "config/options.h"

/* places_become - be who the daemon would be: `user`, or, where a service manager sets that,
 *                 the owner of quarantine_dir. Only root can become somebody
 * err   false: e says why */
bool places_become(const struct options *o, GError **e);

/* places_check_socket - may the milter's socket be made? Asked before places_become()
 * err   false: e names the option and the folder */
bool places_check_socket(const struct options *o, GError **e);

/* places_check - may control socket, holds and journal be written? Nothing is
 * err   false: e says all that is wrong, a line each, with its option */
bool places_check(const struct options *o, GError **e);

#endif
