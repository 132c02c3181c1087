/* Records that are no decisions: what somebody did with a message, with one that is held, and
 * what somebody said of a mailbox's wishes. Each is whole by itself: who applies it asks nobody else. */
#ifndef JOURNAL_EVENT_H
#define JOURNAL_EVENT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "journal/kind.h"
#include "preference/received.h"

/* Members of the line of JSON are called as these are, but for "act", which is the word of
 * `feedback` or of `said`, or `review`; then the word of `feedback` is "teaches". Texts may be NULL where they are not said to be always set. */
struct event {
	enum record_kind kind; /* FEEDBACK, REVIEW or PREFERENCE */
	const char *id;        /* of the event; always set */
	int64_t time_ms;
	const char *tenant, *mailbox; /* canonical; always set */
	const char *by;               /* who did it, or by what it was told */
	const char *review;           /* of a REVIEW: "release" ...; always set */
	/* feedback and review */
	enum feedback feedback; /* of a REVIEW: FEEDBACK_COUNT: it teaches nothing */
	const char *message;    /* our id of it; always set */
	struct received received;
	bool mass; /* one of too many at once: it is recorded, and does nothing */
	/* preference */
	enum event_said { EVENT_SET, EVENT_FORGET, EVENT_SAID_COUNT } said;
	const char *entry; /* always set */
	enum preference_kind wants;
	const char *signer;
	int64_t expires_s;
};

/* event_json - the event as one line of JSON, without the line end
 * own   the caller frees with g_free() */
char *event_json(const struct event *ev);

/* event_read - one line of the spool
 * own   a
 * err   false: cut, of another kind, or with a member missing or wrong; e says which */
bool event_read(struct arena *a, struct bytes line, struct event *ev_r, GError **e);

#endif
