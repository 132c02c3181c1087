/* The table of facts, printed from facts.def. What each means is decoded in facts_*.c. */
#include "lookup/lookup.h"

static const struct name_row rows[FACT_COUNT] = {
#define FACT(id, name_, type_, needs_, unit_, pii_, since_, doc_) \
	[FACT_##id] = { .name = (name_),                          \
			.type = VALUE_##type_,                    \
			.scope = SCOPE_RCPT,                      \
			.unit = (unit_),                          \
			.since = (since_),                        \
			.pii = (pii_),                            \
			.needs = (needs_),                        \
			.doc = (doc_) },
#include "lookup/facts.def"
#undef FACT
};

const struct name_table fact_names = { .what = "fact", .rows = rows, .n = FACT_COUNT };
