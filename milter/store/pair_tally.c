/* Counting for a pair. A question that one side could not answer is no difference; what was
 * compared and differs is what counts against parity. */
#include "store/pair_tally.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"

void pair_tally_init(struct pair_tally *t)
{
	pthread_mutex_init(&t->lock, NULL);
}

void pair_tally_clear(struct pair_tally *t)
{
	for (unsigned i = 0; i < PAIR_SAMPLES; i++)
		g_free(t->sample[i]);
	pthread_mutex_destroy(&t->lock);
}

void pair_tally_add(struct pair_tally *t, const struct store_pair_counts *n)
{
	struct store_pair_counts *c = &t->counts;

	pthread_mutex_lock(&t->lock);
	c->batches += n->batches;
	c->dark += n->dark;
	c->dark_dropped += n->dark_dropped;
	c->live += n->live;
	c->live_fell_back += n->live_fell_back;
	c->written += n->written;
	c->not_written += n->not_written;
	pthread_mutex_unlock(&t->lock);
}

void pair_tally_took(struct pair_tally *t, enum pair_side side, int64_t us)
{
	pthread_mutex_lock(&t->lock);
	histogram_add(&t->latency[side], us);
	pthread_mutex_unlock(&t->lock);
}

bool pair_differs(const struct store_read *a, const struct store_read *b)
{
	if (a->answer == ANSWER_UNKNOWN || b->answer == ANSWER_UNKNOWN)
		return false;
	return a->answer != b->answer || !bytes_equal(a->value, b->value);
}

static unsigned family_of(struct bytes key)
{
	for (unsigned f = 0; f < FAMILY_COUNT; f++) {
		size_t n = strlen(key_families[f].prefix);

		if (key.n > n && memcmp(key.at, key_families[f].prefix, n) == 0 &&
		    key.at[n] == '|')
			return f;
	}
	return FAMILY_COUNT;
}

static const char *family_name(unsigned f)
{
	return f < FAMILY_COUNT ? key_families[f].name : "other";
}

static void take_sample(struct pair_tally *t, const char *what, unsigned f,
			struct bytes key)
{
	char *raw = g_strndup(key.at, key.n), *text = printable(raw, LIMIT_KEY_BYTES);
	char **to = &t->sample[t->samples++ % PAIR_SAMPLES];

	bool known = t->generation[PAIR_PRIMARY][0] != '\0' ||
		     t->generation[PAIR_SECONDARY][0] != '\0';

	g_free(*to);
	*to = g_strdup_printf("%s %s %s%s%s%s%s%s", what, family_name(f), text,
			      known ? " (generation " : "", t->generation[PAIR_PRIMARY],
			      known ? "|" : "", t->generation[PAIR_SECONDARY],
			      known ? ")" : "");
	g_free(text);
	g_free(raw);
}

void pair_tally_generation(struct pair_tally *t, enum pair_side side,
			   const struct store_read *r)
{
	bool told = r->answer == ANSWER_YES && r->value.n == STORE_GENERATION_BYTES - 1;

	pthread_mutex_lock(&t->lock);
	if (told)
		memcpy(t->generation[side], r->value.at, r->value.n);
	t->generation[side][told ? STORE_GENERATION_BYTES - 1 : 0] = '\0';
	pthread_mutex_unlock(&t->lock);
}

void pair_tally_compare(struct pair_tally *t, const struct store_read *primary,
			const struct store_read *secondary)
{
	unsigned f = family_of(primary->key);
	struct pair_family *c = &t->family[f];
	const char *what = NULL;

	pthread_mutex_lock(&t->lock);
	if (primary->answer == ANSWER_UNKNOWN || secondary->answer == ANSWER_UNKNOWN) {
		c->unknown++;
		t->counts.not_compared++;
	} else {
		c->compared++;
		t->counts.compared++;
	}
	if (pair_differs(primary, secondary)) {
		t->counts.differ++;
		if (secondary->answer == ANSWER_NO) {
			what = "missing";
			c->missing++;
		} else if (primary->answer == ANSWER_NO) {
			what = "extra";
			c->extra++;
		} else {
			what = "other";
			c->other++;
		}
		take_sample(t, what, f, primary->key);
	}
	pthread_mutex_unlock(&t->lock);
}

static void print_latency(const struct pair_tally *t, GString *to)
{
	static const char *const name[] = { "primary", "secondary" };

	for (unsigned i = 0; i < PAIR_SIDES; i++)
		g_string_append_printf(to,
				       "%s p50 %" PRId64 " us, p99 %" PRId64
				       " us, p99.9 %" PRId64 " us\n",
				       name[i],
				       histogram_quantile_us(&t->latency[i], 500),
				       histogram_quantile_us(&t->latency[i], 990),
				       histogram_quantile_us(&t->latency[i], 999));
}

static void print_parity(GString *to, const char *name, uint64_t compared,
			 uint64_t differ)
{
	if (compared == 0)
		g_string_append_printf(to, "parity %s unknown: nothing compared yet",
				       name);
	else
		g_string_append_printf(to, "parity %s %.6f of %" PRIu64, name,
				       (double)(compared - differ) / (double)compared,
				       compared);
}

static void print_families(const struct pair_tally *t, GString *to)
{
	for (unsigned f = 0; f <= FAMILY_COUNT; f++) {
		const struct pair_family *c = &t->family[f];

		if (c->compared == 0 && c->unknown == 0)
			continue;
		print_parity(to, family_name(f), c->compared,
			     c->missing + c->extra + c->other);
		g_string_append_printf(to,
				       ": missing %" PRIu64 ", extra %" PRIu64
				       ", other %" PRIu64 ", unknown %" PRIu64 "\n",
				       c->missing, c->extra, c->other, c->unknown);
	}
}

void pair_tally_print(struct pair_tally *t, GString *to)
{
	const struct store_pair_counts *c = &t->counts;

	pthread_mutex_lock(&t->lock);
	print_parity(to, "all", c->compared, c->differ);
	g_string_append_c(to, '\n');
	print_families(t, to);
	g_string_append_printf(to,
			       "batches %" PRIu64 ", dark %" PRIu64 " (dropped %" PRIu64
			       "), live %" PRIu64 " (fell back %" PRIu64 ")\n",
			       c->batches, c->dark, c->dark_dropped, c->live,
			       c->live_fell_back);
	g_string_append_printf(
		to, "written to both %" PRIu64 ", secondary missed %" PRIu64 "\n",
		c->written, c->not_written);
	print_latency(t, to);
	for (unsigned i = 0; i < PAIR_SAMPLES && t->sample[i] != NULL; i++)
		g_string_append_printf(to, "differs: %s\n", t->sample[i]);
	pthread_mutex_unlock(&t->lock);
}
