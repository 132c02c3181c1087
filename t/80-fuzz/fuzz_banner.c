/* Any bytes as a message: what the banner puts in is all that changes, it goes in once, and
 * comes out again. */
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "action/banner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void put_in(struct arena *a, const struct message *m, enum language l,
		   struct banner *b_r)
{
	static const char *const reasons[] = { "Uses the name of J\xc3\xbcrgen", "<!--" };
	struct banner_setup s = { .message = m,
				  .verdict = VERDICT_SUSPICIOUS,
				  .language = l,
				  .reasons = reasons,
				  .n_reasons = 2 };

	banner_make(a, &s, b_r);
}

/* How many bytes were put in before this place of the old message. */
static size_t moved(const struct banner *b, size_t at)
{
	size_t more = 0;

	for (size_t i = 0; i < b->n; i++)
		more += b->splices[i].at < at ? b->splices[i].insert.n : 0;
	return more;
}

/* Do both messages have the same parts? A boundary may begin where a line now does. */
static bool is_same_shape(const struct message *old, const struct message *new,
			  const struct banner *b)
{
	if (old->n_parts != new->n_parts || old->body_at != new->body_at)
		return false;
	for (size_t i = 0; i < old->n_parts; i++) {
		const struct part *p = &old->parts[i], *q = &new->parts[i];

		if (p->kind != q->kind || p->encoding != q->encoding ||
		    p->is_attachment != q->is_attachment ||
		    q->start != p->start + moved(b, p->start))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	enum language l = (enum language)(n % LANGUAGE_COUNT);
	struct message_limits limits = { .max_bytes = 1 << 20 };
	struct message *m, *changed;
	struct bytes new, back;
	struct banner b;

	message_library_init();
	m = message_parse(a, (struct bytes){ (const char *)data, n }, &limits);
	put_in(a, m, l, &b);
	g_assert(b.words != NULL && b.done == (b.n > 0) && (b.done || !b.sure));
	new = banner_apply(a, 0, &b);
	g_assert(new.n == b.raw.n + moved(&b, SIZE_MAX));
	changed = message_parse(a, new, &limits);
	back = banner_strip(a, changed)->raw;
	if (b.done && bytes_equal(b.raw, m->raw) && is_same_shape(m, changed, &b)) {
		g_assert(bytes_equal(back, m->raw));
		put_in(a, changed, l, &b);
		g_assert(bytes_equal(banner_apply(a, 0, &b), new));
	}
	arena_destroy(&a);
	return 0;
}
