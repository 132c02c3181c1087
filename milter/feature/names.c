/* The table of features, printed from features.def. What each means is in from_*.c. */
#include "feature/feature.h"

static const struct name_row rows[FEATURE_COUNT] = {
#define FEATURE(id, name_, type_, unit_, flags_, since_, doc_) \
	[FEATURE_##id] = { .name = (name_),                    \
			   .type = VALUE_##type_,              \
			   .scope = SCOPE_MESSAGE,             \
			   .unit = (unit_),                    \
			   .since = (since_),                  \
			   .pii = ((flags_)&FEATURE_PII) != 0, \
			   .doc = (doc_) },
#include "feature/features.def"
#undef FEATURE
};

static const unsigned flags_of[FEATURE_COUNT] = {
#define FEATURE(id, name_, type_, unit_, flags_, since_, doc_) [FEATURE_##id] = (flags_),
#include "feature/features.def"
#undef FEATURE
};

static const struct former_name former[] = {
	{ FEATURE_MALFORMED, "message.broken" },
	{ FEATURE_TRUNCATED, "message.cut" },
};

const struct name_table feature_names = { .what = "feature",
					  .rows = rows,
					  .n = FEATURE_COUNT,
					  .former = former,
					  .n_former =
						  sizeof(former) / sizeof(former[0]) };

unsigned feature_flags(enum feature_id id)
{
	return flags_of[id];
}
