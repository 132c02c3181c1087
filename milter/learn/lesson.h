/* What a decision record teaches the memory, and why so little of it may. */
#ifndef LEARN_LESSON_H
#define LEARN_LESSON_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "behavior/behavior.h"
#include "config/options.h"
#include "journal/recorded.h"

enum lesson_kind {
	LESSON_LEARNED,   /* there are events */
	LESSON_UNWANTED,  /* no recipient got it as wanted or graymail */
	LESSON_UNPROVEN,  /* From is not proven to be true */
	LESSON_AUTOMATIC, /* answers on absence, reports, and what our own programs send */
	LESSON_FOREIGN,   /* no recipient or writer of ours */
	LESSON_NOBODY,    /* no usable From, or several */
	LESSON_BLANK,     /* recorded without addresses (journal_pii = no) */
	LESSON_UNDATED,   /* before 1990, or in the future */
	LESSON_BLIND,     /* judged while the store did not tell all that was asked for */
	LESSON_AGAIN,     /* it bears an id of a judgement before this one */
	LESSON_KINDS
};

/* the words for them in lines for people: "learned", "unwanted" ... */
extern const char *const lesson_names[LESSON_KINDS];

struct lesson {
	enum lesson_kind kind;
	const struct behavior_event *events;
	size_t n;
	size_t in, out; /* events of that direction */
};

/* lesson_take - what is to be learned from a record
 * in    now_s   records of later than tomorrow have a wrong date
 * own   events live in a, and point into r
 * err   none: what teaches nothing says why in kind */
void lesson_take(struct arena *a, const struct options *o, const struct recorded *r,
		 int64_t now_s, struct lesson *l_r);

#endif
