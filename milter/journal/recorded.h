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
#include "detect/detect.h"
#include "feature/feature.h"
#include "lookup/lookup.h"
#include "verdict/verdict.h"

struct recorded_rcpt {
	const char *address;  /* as given by the MTA; NULL: not recorded (journal_pii) */
	enum verdict verdict; /* VERDICT_COUNT: nobody judged */
	enum action done;     /* ACTION_COUNT: nothing is said about it */
	enum action action;   /* that policy asks for; ACTION_COUNT: nothing is said */
	const char *policy;   /* NULL: nothing is said */
	const char
		*decisive; /* rule that gave most of what made the verdict; NULL: none */
	enum axis axis;    /* on which; AXIS_COUNT with it */
	/* the strongest first, without texts; an axis that is none: AXIS_COUNT */
	const struct reason *reasons;
	size_t n_reasons;
	/* with recorded_read_all() only */
	bool has_evidence;       /* signals and facts were recorded */
	struct rcpt_facts facts; /* what is of another type than the table's is unknown */
	const struct signal *signals; /* in the order of detectors[] */
	const char *tests;            /* see struct frozen; NULL */
	bool overrun;
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
				     the table's is unknown; with recorded_read_all() what
				     readers see of the subject, too */
	const struct recorded_rcpt *rcpts;
	size_t n_rcpts;
	unsigned missing;  /* enum missing bits, of all recipients together */
	const char *tests; /* with recorded_read_all() only; see struct frozen; NULL */
	const char *rules; /* id of the rules that decided */
};

/* recorded_read_all - the same with all that rules read, for a replay
 * own   a
 * err   as recorded_read() */
bool recorded_read_all(struct arena *a, struct bytes line, struct recorded *r_r,
		       GError **e);

/* recorded_read - one line of the spool
 * in    line   as journal_reader_next() gives
 * own   a
 * err   false: cut by a crash, no record, or of a newer version; e says which */
bool recorded_read(struct arena *a, struct bytes line, struct recorded *r_r, GError **e);

#endif
