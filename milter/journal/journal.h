/* The journal: one decision record a message, everything needed to explain or replay it.
 * JSON lines in an append-only spool; fields stand in journal/fields.def. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/plan.h"
#include "config/options.h"
#include "detect/detect.h"
#include "feature/feature.h"
#include "lookup/lookup.h"
#include "message/envelope.h"
#include "rule/rule.h"
#include "verdict/verdict.h"

/* what is known of one stage of the way */
struct stage_time {
	const char *stage;
	int64_t us;
};

/* All that a record is made of; pointers may be NULL when the way stopped early. */
struct record {
	const char *id; /* of the message: unique, in log lines and headers too */
	const struct envelope *envelope;
	const struct features *features;
	const struct facts *facts;
	const struct rcpt_signals *signals;
	const struct rcpt_hits *hits;
	const struct frozen *frozen;
	const struct decisions *decisions;
	const struct plan *plan;
	const char *ruleset_id, *config_id;
	const struct stage_time *times;
	size_t n_times;
	enum disposition disposition; /* what the MTA was told */
	const char *failed;           /* what could not be done; NULL */
	const char *stopped;          /* stage that ended the way early; NULL */
	const char *slow;             /* stage that took longer than its budget; NULL */
	unsigned missing;             /* enum missing bits that hold for all recipients */
	bool degraded;
	bool logfmt; /* the log line is it throughout */
	const struct rollout
		*hashed_by; /* addresses in the log line are; NULL: they are not */
	bool pii;           /* keep fields marked as personal data */
};

struct journal;

/* journal_open - open the spool folder for appending; a last line cut by a crash is closed
 * in    folder   made if missing
 * own   close with journal_close()
 * use   one handle, any thread
 * err   NULL: e names the folder and what to do */
struct journal *journal_open(const char *folder, int64_t rotate_bytes, GError **e);

/* journal_close - sync and give back; NULL is allowed */
void journal_close(struct journal *j);

struct journal_bounds {
	int64_t rotate_bytes; /* a segment of this size is closed */
	int64_t most_bytes;   /* of all segments together; 0: nothing is ever dropped */
};

/* journal_bound - change the bounds. Over most_bytes, or when the disk is full, the oldest
 *                 segments go, whoever has not read them: that is told loudly
 * use   any thread */
void journal_bound(struct journal *j, const struct journal_bounds *bounds);

/* journal_dropped - segments that were dropped though a consumer had not applied them
 * use   any thread */
size_t journal_dropped(struct journal *j);

/* journal_sync - bring to disk what was appended, at once
 * use   any thread
 * err   said in the log */
void journal_sync(struct journal *j);

/* journal_append - put one record into the spool; it is synced within a second, in a group
 * use   any thread
 * err   false: it could not be written; said in the log (seldom) and counted */
bool journal_append(struct journal *j, const struct record *r);

/* journal_append_line - put one record of any kind into the spool
 * in    json   one line, without its end
 *       sync   it is on disk when this returns; else as journal_append()
 * use   any thread
 * err   false: as journal_append() */
bool journal_append_line(struct journal *j, const char *json, bool sync);

/* journal_expire - remove closed segments older than a date that every consumer has applied
 *                  (journal/cursor.h)
 * err   what cannot be removed is said in the log */
void journal_expire(struct journal *j, int64_t before_s);

/* record_missing - what was missing for the message or any of its recipients
 * out   enum missing bits */
unsigned record_missing(const struct record *r);

/* record_json - the record as one line of JSON, without the line end
 * own   the caller frees with g_free()
 * err   text that is not UTF-8 is made so */
char *record_json(const struct record *r);

/* record_log_line - the one line a message gets in the log, queue id first:
 *   QUEUEID: verdict=… action=… rcpts=… from=… score=… reasons="…" rules=… [degraded=yes]
 *   [missing="…"] id=… ms=… client=… msgid="…" config=…
 * own   the caller frees with g_free() */
char *record_log_line(const struct record *r);

/* journal_find - look a message up, newest spool file first
 * in    folder   of the spool; readable while the daemon writes
 *       id       queue id, our id, or Message-ID
 * own   *json_r: its line, free with g_free()
 * err   false: not there (WONTED_ERROR_INPUT) or unreadable */
bool journal_find(const char *folder, const char *id, char **json_r, GError **e);

/* record_explain - a record told to a person: verdict, points, reasons, what was done, facts,
 *                  signals, times
 * in    json   one line of the spool
 * own   *text_r: free with g_free()
 * err   false: not a record, or of a newer version; e says so */
bool record_explain(const char *json, bool facts, char **text_r, GError **e);

#endif
