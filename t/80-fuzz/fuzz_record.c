/* A line of the spool: whatever the bytes, what is learned from it keeps to its promises:
 * events have a writer, recipients that are addresses, and a date. */
#include <glib.h>
#include <stdint.h>

#include "base/limits.h"
#include "config/load.h"
#include "learn/training_event.h"
#include "message/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define NOW INT64_C(1700000000)

static const char conf[] = "tenant \"acme\" { domains = {\"acme.example\"} }\n"
			   "tenant \"umbrella\" { domains = {\"umbrella.example\"} }\n";

static void check_event(const struct options *o, const struct behavior_event *ev)
{
	g_assert_nonnull(address_domain(ev->sender));
	g_assert_true(ev->n_rcpts > 0 && ev->n_rcpts <= LIMIT_RCPTS);
	g_assert_true(ev->time_s > 0 && ev->time_s <= NOW + 86400);
	for (size_t i = 0; i < ev->n_rcpts; i++) {
		const struct tenant *t = options_tenant(o, address_domain(ev->rcpts[i]));

		g_assert_nonnull(address_domain(ev->rcpts[i]));
		if (ev->direction == DIRECTION_OUT)
			g_assert_nonnull(ev->rcpt_orgs[i]);
		else
			g_assert_cmpstr(t->name, ==, ev->tenant);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct options *o = options_load_text("fuzz", bytes_of(conf), NULL);
	struct arena *a = arena_create();
	struct recorded r;
	struct training_event l = { 0 };

	if (recorded_read(a, (struct bytes){ (const char *)data, n }, &r, NULL))
		training_event_take(a, o, &r, NOW, &l);
	for (size_t i = 0; i < l.n; i++)
		check_event(o, &l.events[i]);
	/* with all that a replay reads */
	if (recorded_read_all(a, (struct bytes){ (const char *)data, n }, &r, NULL))
		for (size_t i = 0; i < r.n_rcpts; i++)
			g_assert_true(!r.rcpts[i].has_evidence ||
				      r.rcpts[i].signals != NULL);
	arena_destroy(&a);
	options_unref(o);
	return 0;
}
