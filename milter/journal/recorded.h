/* A record read back from the spool, for those who learn from it or replay it. */
#ifndef JOURNAL_RECORDED_H
#define JOURNAL_RECORDED_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "config/words.h"
#include "feature/feature.h"

struct recorded_rcpt {
	const char *address;  /* as given by the MTA; NULL: not recorded (journal_pii) */
	enum verdict verdict; /* VERDICT_COUNT: nobody judged */
	enum action done;     /* ACTION_COUNT: nothing is said about it */
	const char *const *rules; /* that gave points, the strongest first, n_rules */
	size_t n_rules;
};

/* Texts are NULL where the record has none. */
struct recorded {
	const char *id, *queue_id;
	const char *client;    /* NULL: not recorded (journal_pii) */
	const char *mail_from; /* NULL: not recorded (journal_pii) */
	const char *told;      /* what the MTA was told: "accept", "discard" ... */
	const char *hold_id;   /* of several holds all, with "," between */
	const char *stopped;   /* stage that ended the way early */
	int64_t time_s;
	bool internal, degraded;
	bool has_features;        /* false: the message was not even parsed */
	struct features features; /* no message, no envelope; a value of another type than
				     the table's is unknown */
	const struct recorded_rcpt *rcpts;
	size_t n_rcpts;
};

/* recorded_read - one line of the spool
 * in    line   as journal_reader_next() gives
 * own   a
 * err   false: cut by a crash, no record, or of a newer version; e says which */
bool recorded_read(struct arena *a, struct bytes line, struct recorded *r_r, GError **e);

#endif
