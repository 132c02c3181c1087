/* What one message of an archive tells: who wrote to whom, as events of behavior. */
#ifndef LEARN_ARCHIVED_MESSAGE_H
#define LEARN_ARCHIVED_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "behavior/behavior.h"
#include "learn/learner.h"

enum archived_message_kind {
	ARCHIVED_TELLS,
	ARCHIVED_FOREIGN,     /* none of the tenant's business */
	ARCHIVED_UNADDRESSED, /* one of us wrote it, and no To, Cc or Bcc says to whom */
	ARCHIVED_AUTOMATIC,   /* an answer of a program: no relationship */
	ARCHIVED_UNDATED,     /* no date, before 1990, or in the future */
	ARCHIVED_NOBODY,      /* no usable From */
};

struct archived_message {
	enum archived_message_kind kind;
	int64_t date_s;
	struct behavior_event events[2]; /* what our people wrote, then what they got */
	size_t n;
	bool out, in; /* which of both are there */
};

/* archived_message_read - read a message
 * in    raw   must outlive a
 * own   a
 * err   see kind
 * cost  that of the header fields; of the body only where its links are asked for
 * use   any thread */
void archived_message_read(struct arena *a, const struct learner_setup *setup,
			   struct bytes raw, struct archived_message *l_r);

#endif
