/* The detectors as a table of names for rules and documents, printed from detectors.def. */
#include "detect/detect.h"

static const struct name_row rows[DETECTOR_COUNT] = {
#define DETECTOR(name_, scope_, needs_, since_, title_) \
	[DETECTOR_##name_] = { .name = #name_,          \
			       .type = VALUE_BOOL,      \
			       .scope = SCOPE_##scope_, \
			       .unit = "",              \
			       .since = (since_),       \
			       .needs = (needs_),       \
			       .doc = (title_) },
#include "detect/detectors.def"
#undef DETECTOR
};

static const struct name_table names = { .what = "signal",
					 .rows = rows,
					 .n = DETECTOR_COUNT };

const struct name_table *detector_names(void)
{
	return &names;
}
