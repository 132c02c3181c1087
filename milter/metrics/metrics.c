/* One row a counter in metrics.def; nothing else knows their names. */
#include "metrics/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

static const char *const metric_names[METRIC_COUNT] = {
#define METRIC(id, name, doc) [METRIC_##id] = name,
#include "metrics/metrics.def"
#undef METRIC
};

void metrics_add(struct metrics *m, enum metric_id id, uint64_t n)
{
	atomic_fetch_add_explicit(&m->at[id], n, memory_order_relaxed);
}

void metrics_print(const struct metrics *m, GString *to)
{
	for (int i = 0; i < METRIC_COUNT; i++) {
		uint64_t n = atomic_load_explicit(&m->at[i], memory_order_relaxed);

		g_string_append_printf(to, "%-24s %" PRIu64 "\n", metric_names[i], n);
	}
}
