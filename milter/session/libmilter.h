/* The engine: libmilter's callbacks, which do nothing but call session.h. Another engine
 * would stand beside this file and change nothing else. */
#ifndef SESSION_LIBMILTER_H
#define SESSION_LIBMILTER_H

#include <glib.h>
#include <stdbool.h>

#include "config/options.h"
#include "session/listener.h"

/* engine_open - register with libmilter and open its socket: a stale unix socket is removed,
 *               mode and group of a new one are set
 * in    d   must live as long as the process
 * use   once a process, before engine_run()
 * err   false: e names the socket and what to do */
bool engine_open(struct listener *d, const struct options *o, GError **e);

/* engine_run - serve until engine_stop()
 * use   with all signals blocked that the program handles itself; it waits for them by
 *       sigtimedwait(): sigwait() never returns in a program with this engine
 * err   false: libmilter gave up; it has said why in the log */
bool engine_run(void);

/* engine_stop - let engine_run() return; messages at their end are the listener's to wait for
 * use   any thread
 * err   none */
void engine_stop(void);

#endif
