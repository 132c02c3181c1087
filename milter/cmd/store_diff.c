/* wonted store diff: two stores record by record, in bounded memory, whatever order they give
 * their keys in: both are sorted first. Bytes are compared; the same record is the same
 * bytes in every store. */
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/plural.h"
#include "base/printable.h"
#include "cmd/listing.h"
#include "cmd/progress.h"
#include "cmd/store_work.h"
#include "store/keys.h"
#include "store/sorter.h"

#define SAMPLES 5 /* of one kind in one family, unless said otherwise */

enum difference { DIFFER_SAME, DIFFER_CHANGED, DIFFER_LEFT, DIFFER_RIGHT, DIFFER_COUNT };

static const char *const marks[] = { "=", "*", "<", ">" };
static const char *const counted[] = { "same", "changed", "only_here", "only_there" };

struct side {
	struct sorter *sorter;
	struct progress *progress;
	struct bytes key, value;
	enum answer more;
	uint64_t n;
	GError *error;
};

struct diff {
	struct side left, right;
	uint64_t counts[FAMILY_COUNT + 1][DIFFER_COUNT];
	uint64_t samples;
	bool json;
};

static bool gather(const struct store_record *record, void *to)
{
	struct side *side = to;

	progress_show(side->progress, ++side->n, 0, 0);
	return sorter_add(side->sorter, record->key, record->value, &side->error);
}

static bool read_side(struct side *side, const char *url, size_t memory_bytes, GError **e)
{
	struct store *store =
		store_open(url, &(struct store_setup){ .any_slots = true }, e);
	bool good;

	if (store == NULL)
		return false;
	side->sorter = sorter_create(g_get_tmp_dir(), memory_bytes);
	side->progress = progress_create("records");
	good = store_scan(store, (struct bytes){ .at = "", .n = 0 }, gather, side, e);
	progress_destroy(&side->progress);
	store_close(&store); /* the other side may be the same file */
	if (side->error != NULL) {
		g_propagate_error(e, side->error);
		return false;
	}
	return good && sorter_end(side->sorter, e);
}

static void step(struct side *side, GError **e)
{
	side->more = sorter_next(side->sorter, &side->key, &side->value, e);
}

static int order_of(const struct diff *d)
{
	struct bytes l = d->left.key, r = d->right.key;
	int order;

	if (d->left.more != ANSWER_YES || d->right.more != ANSWER_YES)
		return d->left.more == ANSWER_YES ? -1 : 1;
	order = memcmp(l.at, r.at, MIN(l.n, r.n));
	if (order != 0)
		return order;
	return l.n < r.n ? -1 : l.n > r.n;
}

static void print_sample(const struct diff *d, enum difference what, const char *key)
{
	char *safe = printable(key, 600);

	if (d->json) {
		GString *out = listing_json_begin();

		listing_json_text(out, "key", safe);
		listing_json_text(out, "how", counted[what]);
		listing_json_print(out);
	} else {
		printf("%s %s\n", marks[what], safe);
	}
	g_free(safe);
}

static void note(struct diff *d, struct bytes key, enum difference what)
{
	struct arena *a = arena_create();
	struct key_parts parts;
	size_t f = key_split(a, key, &parts) ? (size_t)parts.family : FAMILY_COUNT;

	if (d->counts[f][what]++ < d->samples && what != DIFFER_SAME) {
		print_sample(d, what, arena_strndup(a, key.at, key.n));
	}
	arena_destroy(&a);
}

static bool compare(struct diff *d, GError **e)
{
	step(&d->left, e);
	if (d->left.more != ANSWER_UNKNOWN)
		step(&d->right, e);
	while (d->left.more == ANSWER_YES || d->right.more == ANSWER_YES) {
		int order = order_of(d);

		if (d->left.more == ANSWER_UNKNOWN || d->right.more == ANSWER_UNKNOWN)
			return false;
		if (order != 0)
			note(d, order < 0 ? d->left.key : d->right.key,
			     order < 0 ? DIFFER_LEFT : DIFFER_RIGHT);
		else
			note(d, d->left.key,
			     bytes_equal(d->left.value, d->right.value) ? DIFFER_SAME
									: DIFFER_CHANGED);
		if (order <= 0)
			step(&d->left, e);
		if (order >= 0 && d->left.more != ANSWER_UNKNOWN)
			step(&d->right, e);
	}
	return d->left.more == ANSWER_NO && d->right.more == ANSWER_NO;
}

static void print_row(const struct diff *d, const char *family, const uint64_t *n)
{
	if (d->json) {
		GString *out = listing_json_begin();

		listing_json_text(out, "family", family);
		for (size_t i = 0; i < DIFFER_COUNT; i++)
			listing_json_int(out, counted[i], (int64_t)n[i]);
		listing_json_print(out);
		return;
	}
	printf("%-12s %12" G_GUINT64_FORMAT " %12" G_GUINT64_FORMAT
	       " %12" G_GUINT64_FORMAT " %12" G_GUINT64_FORMAT "\n",
	       family, n[DIFFER_SAME], n[DIFFER_CHANGED], n[DIFFER_LEFT],
	       n[DIFFER_RIGHT]);
}

/* out: how many records differ */
static uint64_t print_table(const struct diff *d)
{
	uint64_t differ = 0;

	if (!d->json)
		printf("%-12s %12s %12s %12s %12s\n", "family", "same", "* changed",
		       "< only here", "> only there");
	for (size_t f = 0; f <= FAMILY_COUNT; f++) {
		const uint64_t *n = d->counts[f];
		uint64_t unlike = n[DIFFER_CHANGED] + n[DIFFER_LEFT] + n[DIFFER_RIGHT];

		differ += unlike;
		if (unlike + n[DIFFER_SAME] > 0)
			print_row(d,
				  f < FAMILY_COUNT ? key_families[f].name : "(foreign)",
				  n);
	}
	return differ;
}

bool store_diff(struct store_command *v, char **argument, GError **e)
{
	struct diff d = { .samples = v->most > 0 ? (uint64_t)v->most : SAMPLES,
			  .json = v->json };
	size_t memory = (size_t)v->memory_mb * 1024 * 1024;
	uint64_t differ;
	bool good;

	good = read_side(&d.left, argument[0], memory, e) &&
	       read_side(&d.right, argument[1], memory, e) && compare(&d, e);
	if (good) {
		differ = print_table(&d);
		if (differ > 0)
			g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
				    "%" G_GUINT64_FORMAT " %s", differ,
				    plural(differ, "record differs", "records differ"));
		good = differ == 0;
	}
	sorter_destroy(&d.left.sorter);
	sorter_destroy(&d.right.sorter);
	return good;
}
