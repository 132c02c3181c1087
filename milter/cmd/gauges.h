/* What is asked of wonted-milter when somebody reads its metrics. */
#ifndef CMD_GAUGES_H
#define CMD_GAUGES_H

#include <glib.h>
#include <stdbool.h>

#include "config/pools.h"
#include "session/listener.h"

struct gauges {
	struct listener *listener;
	const char *engine;
	int64_t began_s;
};

/* gauges_begin - have them set before each reading
 * in    g   outlives the listener's metrics; its slot has a runtime whenever somebody reads */
void gauges_begin(struct gauges *g);

/* gauges_ready - for metrics_http_open(): is mail taken and decided?
 * in    user   a struct gauges */
bool gauges_ready(GString *why, void *user);

/* gauges_configuration - which options are in force, of a daemon without rules; and how many workers
 *                        and how long a queue its pool may have, and what says so */
void gauges_configuration(struct metrics *m, const struct options *o, enum pool which);

/* gauges_common - what any daemon can say of itself
 * in    began_s   when it started */
void gauges_common(struct metrics *m, int64_t began_s);

#endif
