/* The table of detectors, printed from detectors.def, and the loop over it. */
#include "detect/detect.h"

#include <string.h>

#include "detect/evidence.h"

const struct detector detectors[DETECTOR_COUNT] = {
#define DETECTOR(name_, scope_, needs_, since_, title_) \
	[DETECTOR_##name_] = { .name = #name_,          \
			       .title = (title_),       \
			       .scope = SCOPE_##scope_, \
			       .since = (since_),       \
			       .needs = (needs_),       \
			       .look = detect_##name_ },
#include "detect/detectors.def"
#undef DETECTOR
};

static struct signal look(const struct detector *d, const struct evidence *e)
{
	struct signal s = { .answer = ANSWER_NO };

	s.answer = d->look(e, &s.words);
	if (s.answer != ANSWER_YES)
		s.words = NULL;
	return s;
}

/* Those that look at the message alone: once, however many recipients there are. */
static void look_at_message(struct arena *a, const struct features *f,
			    const struct detect_setup *setup, struct signal *at)
{
	struct rcpt_facts *none = arena_new(a, struct rcpt_facts, 1);
	const struct evidence e = {
		.arena = a, .features = f, .facts = none, .endings = setup->endings
	};

	for (size_t i = 0; i < FACT_COUNT; i++)
		none->at[i] = VALUE_UNKNOWN;
	for (size_t d = 0; d < DETECTOR_COUNT; d++) {
		at[d] = (struct signal){ .answer = ANSWER_UNKNOWN };
		if (detectors[d].scope == SCOPE_MESSAGE &&
		    (setup->off == NULL || !setup->off[d]))
			at[d] = look(&detectors[d], &e);
	}
}

const struct rcpt_signals *detectors_look(struct arena *a, const struct features *f,
					  const struct facts *facts,
					  const struct detect_setup *setup)
{
	static const struct detect_setup plain = { .off = NULL };

	if (setup == NULL)
		setup = &plain;
	struct rcpt_signals *all = arena_new(a, struct rcpt_signals, facts->n_rcpts);
	struct signal once[DETECTOR_COUNT];

	look_at_message(a, f, setup, once);
	for (size_t i = 0; i < facts->n_rcpts; i++) {
		const struct evidence e = { .arena = a,
					    .features = f,
					    .facts = &facts->rcpts[i],
					    .endings = setup->endings };
		struct signal *at = arena_new(a, struct signal, DETECTOR_COUNT);

		memcpy(at, once, sizeof(once));
		for (size_t d = 0; d < DETECTOR_COUNT; d++)
			if (detectors[d].scope == SCOPE_RCPT &&
			    (setup->off == NULL || !setup->off[d]))
				at[d] = look(&detectors[d], &e);
		all[i].at = at;
	}
	return all;
}
