/* Single things that may be supposed to be otherwise (verdict/whatifs.def). */
#ifndef VERDICT_SUPPOSITIONS_H
#define VERDICT_SUPPOSITIONS_H

#include "verdict/whatif.h"

/* values that are changed; they begin as copies */
struct supposed {
	struct arena *arena;
	const struct ruleset *rules;
	struct features features;
	struct rcpt_facts facts;
};

struct supposition_kind {
	const char *words; /* with one %s */
	bool excuses;      /* with others it may make a verdict milder */
	/* out: what stands for %s; NULL: it does not apply, and nothing was changed */
	const char *(*apply)(struct supposed *s);
};

enum {
#define WHATIF(name, excuses, words) WHATIF_##name,
#include "verdict/whatifs.def"
#undef WHATIF
	WHATIF_COUNT
};

extern const struct supposition_kind suppositions[WHATIF_COUNT];

#endif
