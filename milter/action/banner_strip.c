/* Banners that are there already: our own, of a hop before or of a mail that was quoted whole, and
 * copies that a sender brings. Nobody can tell one from the other, so all go, and ours is new. */
#include <glib.h>

#include "action/banner.h"
#include "action/banner_html.h"
#include "action/banner_parts.h"
#include "action/banner_text.h"

enum {
	ROUNDS = 8, /* more copies in one part stay; ours stands above them */
};

static struct block find_block(const struct banner_part *p)
{
	return p->part->kind == PART_TEXT_PLAIN ? banner_text_find(p->text)
						: banner_html_find(p->text);
}

/* What stands at a place goes, something else comes. */
static struct bytes replaced(struct arena *a, struct bytes raw, struct block gone,
			     struct bytes come)
{
	struct bytes out = { .n = raw.n - gone.n + come.n };
	char *end = arena_alloc(a, out.n);

	out.at = end;
	end = mempcpy(end, raw.at, gone.at);
	if (come.n > 0)
		end = mempcpy(end, come.at, come.n);
	memcpy(end, raw.at + gone.at + gone.n, raw.n - gone.at - gone.n);
	return out;
}

/* A part that was empty gave its empty line as the line end before the boundary; with a
 * banner in it, the banner's last line end has become that. And where line ends are mixed, a
 * parser may take two bytes for a line end of one. So the part is looked at with some of the
 * bytes behind it. */
static struct block put_in_by_us(struct arena *a, struct banner_part *p)
{
	struct banner_part more = *p;
	size_t end = (size_t)(p->coded.raw.at - p->message->raw.at) + p->coded.raw.n;

	for (int i = 0; i <= 4; i++) {
		struct block b = find_block(&more);
		struct insertion in = { .at = b.at,
					.text = { more.text.at + b.at, b.n } };
		size_t at, n;

		if (b.whole && transfer_remove(a, &more.coded, &in, &at, &n))
			return (struct block){ .at = at, .n = n };
		if (end >= p->message->raw.n)
			break;
		more.coded.raw.n++;
		end++;
		more.text = transfer_decode(a, &more.coded, p->text.n + 4);
	}
	return (struct block){ 0 };
}

/* One block of one part. False: there is none. */
static bool strip_one(struct arena *a, struct banner_part *p, struct bytes *raw)
{
	struct block b, gone;
	struct bytes come = { 0 };

	if (!banner_part_open(a, p))
		return false;
	b = find_block(p);
	if (b.n == 0)
		return false;
	gone = put_in_by_us(a, p);
	if (gone.n == 0)
		come = transfer_cut(a, &p->coded, (struct stretch){ b.at, b.n }, &gone.at,
				    &gone.n);
	gone.at += p->part->start;
	*raw = replaced(a, *raw, gone, come);
	return true;
}

/* The same message with other bytes: header fields and parts, no texts. */
static struct message *parsed_again(struct arena *a, struct bytes raw)
{
	struct message_limits limits = { .max_bytes = raw.n };
	struct message *m = message_parse_header(a, raw, &limits);

	message_read_body(a, m, BODY_PARTS);
	return m;
}

static void let_go(void *arena)
{
	struct arena *gone = arena;

	arena_destroy(&gone);
}

/* Each copy has an arena of its own, so that there are never more than two of them. */
const struct message *banner_strip(struct arena *a, const struct message *m)
{
	struct arena *owner = NULL; /* of m; NULL: it is not ours */
	struct banner_parts parts;

	for (size_t i = 0; i < BANNER_PARTS; i++) {
		for (int round = 0; round < ROUNDS; round++) {
			struct arena *next = arena_create();
			struct bytes raw = m->raw;

			banner_parts_find(m, &parts);
			if (i >= parts.n || !strip_one(next, &parts.at[i], &raw)) {
				arena_destroy(&next);
				break;
			}
			m = parsed_again(next, raw);
			arena_destroy(&owner);
			owner = next;
		}
	}
	if (owner != NULL)
		arena_defer(a, let_go, owner);
	return m;
}
