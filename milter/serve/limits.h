/* Bounds of a server of data sets, which nobody else knows. */
#ifndef SERVE_LIMITS_H
#define SERVE_LIMITS_H

#include "base/limits.h"

#define LIMIT_SERVE_WORDS (LIMIT_BATCH_KEYS + 1) /* of a request: MGET and its keys */
#define LIMIT_SERVE_WORD_BYTES \
	(2 * LIMIT_VALUE_BYTES) /* a write is read to its end, and then refused */
#define LIMIT_SERVE_REQUEST_BYTES \
	(32 * 1024 * 1024)          /* 200,000 keys of 160 bytes; ours have 60 */
#define LIMIT_SERVE_WORDS_BEFORE 16 /* of somebody who has not said the password */
#define LIMIT_SERVE_BYTES_BEFORE (16 * 1024) /* the same; Redis allows as much */
#define LIMIT_SERVE_TRIES 10                 /* wrong passwords on one connection */
#define LIMIT_SERVE_CALLS 1000 /* of one client, answered from one generation at once */
#define LIMIT_SERVE_STALL_S 30 /* for all of a request to come, or an answer to go */
#define LIMIT_SERVE_SCANS 4096 /* remembered; some 2 MB */
#define LIMIT_SERVE_SCAN_KEYS 1000     /* of one page, whatever COUNT says */
#define LIMIT_SERVE_SCAN_LOOKS 20000   /* keys that one page may pass over */
#define LIMIT_SERVE_SCAN_STEPS 2000000 /* of patterns, in one page: some 10 ms */
#define LIMIT_SERVE_NODES 1000         /* as Redis Cluster */

#endif
