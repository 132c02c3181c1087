/* What a decision record teaches the memory, and why so little of it may. */
#ifndef LEARN_TRAINING_EVENT_H
#define LEARN_TRAINING_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "behavior/behavior.h"
#include "config/options.h"
#include "journal/recorded.h"

enum training_event_kind {
	TRAINING_LEARNED,  /* there are events */
	TRAINING_UNWANTED, /* no recipient got it as wanted or graymail */
	TRAINING_UNPROVEN, /* From is not proven to be true */
	TRAINING_AUTOMATIC, /* answers on absence, reports, and what our own programs send */
	TRAINING_FOREIGN, /* no recipient or writer of ours */
	TRAINING_NOBODY,  /* no usable From, or several */
	TRAINING_BLANK,   /* recorded without addresses (journal_pii = no) */
	TRAINING_UNDATED, /* before 1990, or in the future */
	TRAINING_BLIND,   /* judged while the store did not tell all that was asked for */
	TRAINING_AGAIN,   /* it bears an id of a judgement before this one */
	TRAINING_KINDS
};

/* the words for them in lines for people: "learned", "unwanted" ... */
extern const char *const training_event_names[TRAINING_KINDS];

struct training_event {
	enum training_event_kind kind;
	const struct behavior_event *events;
	size_t n;
	size_t in, out; /* events of that direction */
};

/* training_event_take - what is to be learned from a record
 * in    now_s   records of later than tomorrow have a wrong date
 * own   events live in a, and point into r
 * err   what teaches nothing says why in kind */
void training_event_take(struct arena *a, const struct options *o,
			 const struct recorded *r, int64_t now_s,
			 struct training_event *l_r);

#endif
