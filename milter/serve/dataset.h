/* The data set that is served: a snapshot, or one with an overlay of changes. A thread of its own
 * looks whether there is a newer one, and at each of its bytes; workers read. */
#ifndef SERVE_DATASET_H
#define SERVE_DATASET_H

#include <glib.h>
#include <stdbool.h>

#include "metrics/metrics.h"
#include "store/store.h"

struct dataset;

struct dataset_setup {
	const char *url;
	size_t batch_bytes;            /* of the values of one batch */
	unsigned first_slot, end_slot; /* what it must hold, as struct store_setup */
	struct metrics *metrics;
};

/* dataset_open - open what is there, and look for another every second
 * own   dataset_close(); setup's texts are copied
 * err   NULL: a URL that can't be served; e says why. That nothing good is there now is said
 *       in the log: nothing is answered until there is */
struct dataset *dataset_open(const struct dataset_setup *setup, GError **e);

/* dataset_close - NULL is allowed; waits for the look at hand */
void dataset_close(struct dataset *d);

/* dataset_look - look for a newer one now
 * use   any thread */
void dataset_look(struct dataset *d);

/* dataset_generation - what is answered from now
 * err   false: from nothing
 * use   any thread; never waits for the disk */
bool dataset_generation(struct dataset *d, struct store_generation *generation_r);

/* dataset_read - answer a batch from one generation
 * err   UNKNOWN: there is no data set, or a value is beyond batch_bytes
 * use   a worker */
void dataset_read(struct dataset *d, struct store_read *r, size_t n, struct arena *a);

/* dataset_scan - see keys in their order
 * err   false: e
 * use   a worker */
bool dataset_scan(struct dataset *d, const struct store_scan *scan, GError **e);

#endif
