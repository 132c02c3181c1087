/* Detectors: pure functions from evidence to yes, no or unknown, with the evidence in words.
 * They give no points: rules do, so that an admin sees and can change every one. */
#ifndef DETECT_DETECT_H
#define DETECT_DETECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/value.h"
#include "feature/feature.h"
#include "lookup/lookup.h"

/* What a detector may look at: the message, and one recipient's facts. */
struct evidence {
	struct arena *arena; /* for words */
	const struct features *features;
	const struct rcpt_facts *facts;
	const struct endings *endings; /* of files that are dangerous; NULL: as shipped */
};

struct signal {
	enum answer answer;
	const char *words; /* what was seen, one clause without a full stop; valid UTF-8;
			      NULL unless YES */
};

struct detector {
	const char *name;  /* in rules, journal, metrics; never reused */
	const char *title; /* one sentence a mail user understands */
	enum scope scope;  /* MESSAGE: reads no fact, asked once for all recipients */
	const char *since;
	unsigned needs; /* enum need bits */
	enum answer (*look)(const struct evidence *e, const char **words_r);
};

enum detector_id {
#define DETECTOR(name, scope, needs, since, title) DETECTOR_##name,
#include "detect/detectors.def"
#undef DETECTOR
	DETECTOR_COUNT
};

/* order of enum detector_id */
extern const struct detector detectors[DETECTOR_COUNT];

/* detector_names - the detectors as a table of names (VALUE_BOOL)
 * out   static; the same order as detectors[] */
const struct name_table *detector_names(void);

/* signals of one recipient, order of detectors[] */
struct rcpt_signals {
	const struct signal *at;
};

struct detect_setup {
	const bool *off; /* DETECTOR_COUNT; true switches one off: its signal is UNKNOWN;
			    NULL: none is off */
	const struct endings *endings; /* as in struct evidence */
};

/* detectors_look - run all detectors for all recipients
 * in    setup   NULL: all of it is
 * out   one a recipient
 * own   a */
const struct rcpt_signals *detectors_look(struct arena *a, const struct features *f,
					  const struct facts *facts,
					  const struct detect_setup *setup);

#endif
