/* A mail to who decides, when somebody has asked for a release that he may not make himself: not
 * more than one in some minutes, which counts what waits. */
#ifndef REVIEW_ALERT_H
#define REVIEW_ALERT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"
#include "quarantine/hold.h"

/* alert_run - send what is due: to each tenant's review_alert, of requests that were not told of
 * use   by one at a time: under digest_run_lock()
 * err   false: one could not be sent, and is tried again; e says why */
bool alert_run(const struct options *o, struct quarantine *q, int64_t now_s, GError **e);

#endif
