/* From wonted.conf to struct options, or to a list of all that is wrong with it. */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include <glib.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "config/options.h"

/* options_load - read a configuration file and all it includes
 * out   a new snapshot with one owner: options_unref(); NULL: nothing was loaded
 * own   the caller
 * use   one thread at a time (libconfuse's scanner is global); what comes out: any thread
 * err   NULL; e holds up to 20 lines "FILE:LINE: what is wrong; what is allowed", in the
 *       order of the file; code WONTED_ERROR_INPUT */
struct options *options_load(const char *path, GError **e) MUST_CHECK;

/* options_load_text - the same from memory; "include" is refused
 * in    name   stands where a file name would in messages
 *       text   need not end in NUL
 * own   the caller: options_unref()
 * use   as options_load()
 * err   as options_load() */
struct options *options_load_text(const char *name, struct bytes text,
				  GError **e) MUST_CHECK;

#endif
