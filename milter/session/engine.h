/* What speaks the milter protocol. There are two, with the same functions: our own, and
 * libmilter, which is the reference. Option milter_engine chooses. */
#ifndef SESSION_ENGINE_H
#define SESSION_ENGINE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"
#include "session/listener.h"

struct engine {
	const char *name; /* as option milter_engine has it */
	/* open - open the socket: a stale unix socket is removed, mode and group of a new one
	 *        are set. l must live as long as the process
	 * use   once a process; may need root
	 * err   NULL: e names the socket and what to do */
	void *(*open)(struct listener *l, const struct options *o, GError **e);
	/* run - serve until stop()
	 * use   with all signals blocked that the program handles itself; it waits for them by
	 *       sigtimedwait(): sigwait() never returns in a program with libmilter
	 * err   false: it gave up; it has said why in the log */
	bool (*run)(void *self);
	/* stop - let run() return; messages at their end are the listener's to wait for
	 * use   any thread */
	void (*stop)(void *self);
	/* close - end all connections
	 * use   after listener_drain()
	 * out   false: some are still there, and so must be all that they use */
	bool (*close)(void *self, int64_t most_ms);
};

extern const struct engine engine_libmilter;

/* engine_chosen - that of the options */
const struct engine *engine_chosen(const struct options *o);

#endif
