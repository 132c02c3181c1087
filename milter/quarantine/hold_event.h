/* What was done with a hold, on its way into the journal: a small file in the folder "events" beside
 * the holds. It stands there before anything is done, so that no crash loses it, and goes when
 * it was taken; what became of it by then is read from the hold. */
#ifndef QUARANTINE_HOLD_EVENT_H
#define QUARANTINE_HOLD_EVENT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "quarantine/hold.h"

struct hold_event {
	int64_t time_ms;
	const char *hold;    /* id */
	const char *message; /* our id of it */
	const char *tenant;
	const char *what; /* operation_names, "report" ... */
	const char *who;
	bool owner; /* the mailbox's own, not a reviewer for others */
	bool many; /* one of many, chosen by a filter for others: it says nothing of each */
	const char *const *rcpts; /* addresses; NULL-terminated */
};

struct hold_event_begun;

/* hold_event_folder - where they are
 * own   the caller frees with g_free() */
char *hold_event_folder(const char *quarantine);

/* hold_event_begin - before something is done with a hold; on disk when it returns
 * in    l   message and tenant are taken from h
 * own   hold_event_end()
 * err   NULL: it cannot be written; e says why, and it will not be learned from */
struct hold_event_begun *hold_event_begin(const char *quarantine, const struct hold *h,
					  const struct hold_event *l, GError **e);

/* hold_event_end - it was done, as far as the hold tells, or for nobody
 * in    begun   NULL is allowed
 * err   who learns sees it at its next look */
void hold_event_end(struct hold_event_begun *begun, bool done);

/* hold_events_take - all that there are and nobody is still busy with, oldest first. Of a release
 *                or deletion, those recipients for whom it was done
 * in    each   true: it is on disk elsewhere and goes here; false ends it
 * use   it may be given again after a crash
 * err   what cannot be read is said in the log, and goes */
void hold_events_take(const char *quarantine,
		      bool (*each)(const struct hold_event *l, void *user), void *user);

/* hold_events_expire - forget what nobody took in time */
void hold_events_expire(const char *quarantine, int64_t now_s);

#endif
