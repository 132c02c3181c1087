/* Texts in buckets by their first two bytes: at most places of a text the bucket is empty,
 * and one look is enough. Where the rows of three bytes of the text leave few phrases, these
 * are looked for one by one. It compares bytes; what counts as equal is fold.c's business. */
#include "rule/phrase_set.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

#define BUCKETS 4096
#define NONE UINT32_MAX
#define GRAMS 65536
#define FEW \
	8 /* looking for each takes a fifth to a tenth of the time of looking for all */

/* a set of hashed rows of three bytes; what is not in it does not stand in the text */
struct grams {
	uint64_t bits[GRAMS / 64];
};

struct phrase_set {
	const struct bytes *at;
	size_t n;
	uint32_t *next;         /* of the same bucket */
	uint32_t head[BUCKETS]; /* by two bytes */
	uint32_t single[256];   /* phrases of one byte */
};

static size_t bucket_of(const char *two)
{
	return (((size_t)(unsigned char)two[0] << 5) ^ (unsigned char)two[1]) &
	       (BUCKETS - 1);
}

const struct phrase_set *phrase_set_build(struct arena *a, const struct bytes *at,
					  size_t n)
{
	struct phrase_set *phrases = arena_new(a, struct phrase_set, 1);

	phrases->at = at;
	phrases->n = n;
	phrases->next = arena_new(a, uint32_t, n + 1);
	memset(phrases->head, 0xff, sizeof(phrases->head));
	memset(phrases->single, 0xff, sizeof(phrases->single));
	for (size_t i = n; i-- > 0;) {
		uint32_t *head = at[i].n == 1
					 ? &phrases->single[(unsigned char)at[i].at[0]]
					 : &phrases->head[bucket_of(at[i].at)];

		phrases->next[i] = *head;
		*head = (uint32_t)i;
	}
	return phrases;
}

static bool is_alnum_before(struct bytes text, size_t i)
{
	const char *before = g_utf8_find_prev_char(text.at, text.at + i);

	return before != NULL &&
	       g_unichar_isalnum(g_utf8_get_char_validated(before, text.at + i - before));
}

static bool is_alnum_after(struct bytes text, size_t i)
{
	gunichar c =
		i < text.n ? g_utf8_get_char_validated(text.at + i, (gssize)(text.n - i))
			   : 0;

	return c != (gunichar)-1 && c != (gunichar)-2 && g_unichar_isalnum(c);
}

/* one place of a text */
struct spot {
	struct bytes text;
	size_t i;
	bool whole_words;
};

static bool stands_at(const struct spot *spot, struct bytes phrase)
{
	struct bytes text = spot->text;
	size_t i = spot->i;

	if (phrase.n > text.n - i || memcmp(text.at + i, phrase.at, phrase.n) != 0)
		return false;
	return !spot->whole_words ||
	       (!is_alnum_before(text, i) && !is_alnum_after(text, i + phrase.n));
}

static bool chain_find(const struct phrase_set *phrases, uint32_t head,
		       const struct spot *spot, struct bytes *found_r)
{
	for (uint32_t k = head; k != NONE; k = phrases->next[k]) {
		if (!stands_at(spot, phrases->at[k]))
			continue;
		*found_r = (struct bytes){ .at = spot->text.at + spot->i,
					   .n = phrases->at[k].n };
		return true;
	}
	return false;
}

static unsigned gram_at(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return ((unsigned)p[0] << 11 ^ (unsigned)p[1] << 5 ^ p[2]) % GRAMS;
}

const struct grams *grams_of(struct arena *a, struct bytes text)
{
	struct grams *grams = arena_new(a, struct grams, 1);

	for (size_t i = 0; i + 2 < text.n; i++) {
		unsigned gram = gram_at(text.at + i);

		grams->bits[gram / 64] |= UINT64_C(1) << gram % 64;
	}
	return grams;
}

static bool may_stand(const struct grams *grams, struct bytes phrase)
{
	for (size_t i = 0; i + 2 < phrase.n; i++) {
		unsigned gram = gram_at(phrase.at + i);

		if ((grams->bits[gram / 64] >> gram % 64 & 1) == 0)
			return false;
	}
	return true;
}

/* those of a set that may stand in a text, in its order */
struct few {
	struct bytes at[FEW];
	size_t n; /* more than FEW: not all are here */
};

static struct few may_stand_of(const struct phrase_set *phrases,
			       const struct grams *grams)
{
	struct few few = { .n = 0 };

	for (size_t k = 0; k < phrases->n && few.n <= FEW; k++) {
		if (!may_stand(grams, phrases->at[k]))
			continue;
		if (few.n < FEW)
			few.at[few.n] = phrases->at[k];
		few.n++;
	}
	return few;
}

/* the first place of a phrase, at most `most`; more: there is none */
static size_t first_place(struct spot *spot, struct bytes phrase, size_t most)
{
	struct bytes text = spot->text;
	size_t end = most < text.n - MIN(phrase.n, text.n) ? most + phrase.n : text.n;

	for (spot->i = 0; spot->i < end; spot->i++) {
		const char *at =
			memmem(text.at + spot->i, end - spot->i, phrase.at, phrase.n);

		if (at == NULL)
			break;
		spot->i = (size_t)(at - text.at);
		if (stands_at(spot, phrase))
			return spot->i;
	}
	return SIZE_MAX;
}

/* Of those at one place it is the one that find_any() finds: the single letter, or the first. */
static bool find_few(const struct few *few, struct spot *spot, struct bytes *found_r)
{
	size_t best = SIZE_MAX;

	for (size_t k = 0; k < few->n; k++) {
		struct bytes phrase = few->at[k];
		size_t place = first_place(spot, phrase, best);

		if (place == SIZE_MAX || (place == best && phrase.n > 1))
			continue;
		best = place;
		*found_r = (struct bytes){ .at = spot->text.at + place, .n = phrase.n };
	}
	return best != SIZE_MAX;
}

static bool find_any(const struct phrase_set *phrases, struct bytes text,
		     bool whole_words, struct bytes *found_r)
{
	for (size_t i = 0; i < text.n; i++) {
		struct spot spot = { .text = text, .i = i, .whole_words = whole_words };
		uint32_t single = phrases->single[(unsigned char)text.at[i]];
		uint32_t head =
			i + 1 < text.n ? phrases->head[bucket_of(text.at + i)] : NONE;

		if (chain_find(phrases, single, &spot, found_r) ||
		    chain_find(phrases, head, &spot, found_r))
			return true;
	}
	return false;
}

bool phrase_set_find(const struct phrase_set *phrases, struct bytes text,
		     const struct grams *grams, bool whole_words, struct bytes *found_r)
{
	struct spot spot = { .text = text, .whole_words = whole_words };
	struct few few;

	if (grams == NULL)
		return find_any(phrases, text, whole_words, found_r);
	few = may_stand_of(phrases, grams);
	return few.n > FEW ? find_any(phrases, text, whole_words, found_r)
			   : find_few(&few, &spot, found_r);
}

const char *text_mentions(struct bytes text, struct bytes phrase)
{
	struct spot spot = { .text = text, .whole_words = true };
	const char *at = text.at;

	while (phrase.n > 0) {
		at = memmem(at, text.n - (size_t)(at - text.at), phrase.at, phrase.n);
		if (at == NULL)
			return NULL;
		spot.i = (size_t)(at - text.at);
		if (stands_at(&spot, phrase))
			return at;
		at++;
	}
	return NULL;
}

bool phrase_set_at_edge(const struct phrase_set *phrases, struct bytes text, bool end,
			struct bytes *found_r)
{
	for (size_t k = 0; k < phrases->n; k++) {
		struct bytes phrase = phrases->at[k];
		const char *at = text.at + (end ? text.n - MIN(phrase.n, text.n) : 0);

		if (phrase.n > text.n || memcmp(at, phrase.at, phrase.n) != 0)
			continue;
		*found_r = (struct bytes){ .at = at, .n = phrase.n };
		return true;
	}
	return false;
}

/* ---- every place ---- */

struct visit {
	bool (*found)(struct bytes place, size_t i, void *context);
	void *context;
};

static bool chain_each(const struct phrase_set *phrases, uint32_t head,
		       const struct spot *spot, const struct visit *visit)
{
	for (uint32_t k = head; k != NONE; k = phrases->next[k]) {
		struct bytes place = { .at = spot->text.at + spot->i,
				       .n = phrases->at[k].n };

		if (stands_at(spot, phrases->at[k]) &&
		    !visit->found(place, k, visit->context))
			return false;
	}
	return true;
}

/* every place where one of them stands, in order; found: false: enough */
static void each_place(const struct phrase_set *phrases, struct bytes text,
		       bool whole_words,
		       bool (*found)(struct bytes place, size_t i, void *context),
		       void *context)
{
	const struct visit visit = { .found = found, .context = context };
	struct spot spot = { .text = text, .whole_words = whole_words };

	for (; spot.i < text.n; spot.i++) {
		uint32_t single = phrases->single[(unsigned char)text.at[spot.i]];
		uint32_t head = spot.i + 1 < text.n
					? phrases->head[bucket_of(text.at + spot.i)]
					: NONE;

		if (!chain_each(phrases, single, &spot, &visit) ||
		    !chain_each(phrases, head, &spot, &visit))
			return;
	}
}

struct counting {
	bool *seen;
	size_t n, most;
	struct bytes first;
};

static bool count_one(struct bytes place, size_t i, void *context)
{
	struct counting *c = context;

	if (c->seen[i])
		return true;
	c->seen[i] = true;
	if (c->n++ == 0)
		c->first = place;
	return c->n < c->most;
}

size_t phrase_set_count(const struct phrase_set *phrases, struct bytes text,
			bool whole_words, size_t most, struct bytes *found_r)
{
	struct counting c = { .seen = g_new0(bool, phrases->n + 1), .most = most };

	each_place(phrases, text, whole_words, count_one, &c);
	g_free(c.seen);
	*found_r = c.first;
	return c.n;
}

/* ---- near each other ---- */

/* a phrase in a text; words by their number from the beginning */
struct mention {
	struct bytes place;
	size_t first, end; /* its first word, and the one behind its last */
};

/* counts words as it goes along */
struct walk {
	struct bytes text;
	const char *at;
	size_t words; /* that begin before at */
	bool inside;  /* one that began before at goes on */
	GArray *mentions;
};

/* past a letter; the text is folded and UTF-8, what is none counts as a mark */
static const char *walk_on(const char *at, const char *end, bool *inside, size_t *words)
{
	gunichar c = g_utf8_get_char_validated(at, end - at);
	bool bad = c == (gunichar)-1 || c == (gunichar)-2;
	bool letter = !bad && g_unichar_isalnum(c);

	*words += letter && !*inside;
	*inside = letter;
	return bad ? at + 1 : g_utf8_next_char(at);
}

static bool note_mention(struct bytes place, size_t i, void *context)
{
	struct walk *w = context;
	const char *end = w->text.at + w->text.n;
	struct mention m = { .place = place };
	bool inside = false;

	(void)i;
	while (w->at < place.at)
		w->at = walk_on(w->at, end, &w->inside, &w->words);
	m.first = m.end = w->words;
	for (const char *at = place.at; at < place.at + place.n;)
		at = walk_on(at, end, &inside, &m.end);
	g_array_append_val(w->mentions, m);
	return true;
}

static GArray *mentions_of(const struct phrase_set *phrases, struct bytes text)
{
	struct walk w = { .text = text,
			  .at = text.at,
			  .mentions = g_array_new(FALSE, FALSE, sizeof(struct mention)) };

	each_place(phrases, text, true, note_mention, &w);
	return w.mentions;
}

static bool is_near(const struct mention *left, const struct mention *right, size_t words,
		    struct bytes *found_r)
{
	const char *end =
		MAX(left->place.at + left->place.n, right->place.at + right->place.n);

	if (right->first > left->end + words)
		return false;
	*found_r = (struct bytes){ .at = left->place.at,
				   .n = (size_t)(end - left->place.at) };
	return true;
}

/* Both lists are in the order of the text: of each two that stand beside each other in it and are
 * of different sets, the gap is looked at. */
bool phrase_sets_near(const struct phrase_set *one, const struct phrase_set *other,
		      struct bytes text, size_t words, struct bytes *found_r)
{
	GArray *left = mentions_of(one, text), *right = mentions_of(other, text);
	bool near = false;

	for (guint i = 0, k = 0; !near && i < left->len && k < right->len;) {
		const struct mention *a = &g_array_index(left, struct mention, i),
				     *b = &g_array_index(right, struct mention, k);

		near = a->place.at <= b->place.at ? is_near(a, b, words, found_r)
						  : is_near(b, a, words, found_r);
		if (a->place.at <= b->place.at)
			i++;
		else
			k++;
	}
	g_array_unref(left);
	g_array_unref(right);
	return near;
}
