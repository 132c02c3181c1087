/* All keys of one server that begin with a prefix. */
#ifndef STORE_REDIS_SCAN_H
#define STORE_REDIS_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "store/redis_server.h"
#include "store/store.h"

struct redis_scan {
	struct bytes prefix;
	bool (*see)(const struct store_record *record, void *to);
	void *to;
	int64_t now_s;
	const char *url; /* for errors */
	bool stopped;    /* out: see() had enough */
};

/* redis_scan - see them, some hundred in memory at once
 * err   false: the server failed in between; e says why
 * cost  a key that is there all the time is seen at least once; while the server makes its
 *       table larger or smaller, it may be seen twice */
bool redis_scan(struct redis_server *s, struct redis_scan *scan, GError **e);

#endif
