/* Chinese names in two romanisations: "Tse-tung" and "Zedong" share hardly a letter. A name
 * counts as Chinese here when all its words are syllables of that language; then onsets and
 * rimes are compared by what the one system writes for the other. Short names are left
 * alone: "Dan Li" and "Tan Li" are two people in either system. */
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "person/words.h"

#define SYLLABLES_LEAST 3
#define SYLLABLES_MOST 8

/* longest first, where one begins another */
static const char *const onsets[] = { "zh", "ch", "sh", "hs", "ts", "tz", "sz",
				      "b",  "p",  "m",  "f",  "d",  "t",  "n",
				      "l",  "g",  "k",  "h",  "j",  "q",  "x",
				      "r",  "z",  "c",  "s",  "y",  "w",  "" };
static const char *const rimes[] = { "iang", "iong", "iung", "uang", "ang", "eng", "ing",
				     "ong",  "ung",  "ian",  "ien",  "iao", "ieh", "iou",
				     "uai",  "uan",  "uei",  "ueh",  "erh", "ai",  "ei",
				     "ao",   "ou",   "an",   "en",   "in",  "un",  "ia",
				     "ie",   "iu",   "uo",   "ua",   "ui",  "ue",  "er",
				     "eh",   "ih",   "a",    "o",    "e",   "i",   "u" };

/* Pinyin, and what Wade-Giles or the ear writes for it. */
static const struct {
	const char *pinyin, *other;
} same_onsets[] = {
	{ "b", "p" },  { "d", "t" },  { "g", "k" },  { "zh", "ch" }, { "j", "ch" },
	{ "q", "ch" }, { "x", "hs" }, { "x", "sh" }, { "z", "ts" },  { "z", "tz" },
	{ "c", "ts" }, { "c", "tz" }, { "s", "sz" }, { "r", "j" },
}, same_rimes[] = {
	{ "ong", "ung" }, { "ian", "ien" }, { "ie", "ieh" },    { "e", "eh" },
	{ "e", "o" },     { "i", "ih" },    { "uo", "o" },      { "ue", "ueh" },
	{ "iu", "iou" },  { "ui", "uei" },  { "iong", "iung" }, { "er", "erh" },
};

/* For keys: everything that any pair above makes the same. */
static const struct {
	const char *as, *of;
} onset_classes[] = { { "b", "p" },  { "d", "t" },  { "g", "k" },  { "j", "zh" },
		      { "j", "ch" }, { "j", "q" },  { "j", "r" },  { "x", "hs" },
		      { "x", "sh" }, { "z", "ts" }, { "z", "tz" }, { "z", "c" },
		      { "s", "sz" } },
  rime_classes[] = { { "ong", "ung" }, { "ian", "ien" }, { "ie", "ieh" },
		     { "o", "e" },     { "o", "eh" },    { "o", "uo" },
		     { "i", "ih" },    { "ue", "ueh" },  { "iu", "iou" },
		     { "ui", "uei" },  { "er", "erh" },  { "iong", "iung" } };

struct syllable {
	const char *onset, *rime;
};

struct syllables {
	struct syllable at[SYLLABLES_MOST];
	size_t n;
};

static bool spell(const char *word, struct syllables *to);

static bool spell_after(const char *onset, const char *rest, struct syllables *to)
{
	for (size_t i = 0; i < COUNT_OF(rimes); i++) {
		if (!g_str_has_prefix(rest, rimes[i]))
			continue;
		to->at[to->n++] = (struct syllable){ onset, rimes[i] };
		if (spell(rest + strlen(rimes[i]), to))
			return true;
		to->n--;
	}
	return false;
}

/* A word as syllables, appended; false: it is none, and nothing is. At most
 * SYLLABLES_MOST deep, and few endings fit at each place. */
static bool spell(const char *word, struct syllables *to)
{
	if (*word == '\0')
		return true;
	if (to->n == SYLLABLES_MOST)
		return false;
	for (size_t i = 0; i < COUNT_OF(onsets); i++)
		if (g_str_has_prefix(word, onsets[i]) &&
		    spell_after(onsets[i], word + strlen(onsets[i]), to))
			return true;
	return false;
}

/* in    first   which word comes first: the others follow in their order */
static bool spell_name(const struct name_words *w, size_t first, struct syllables *to)
{
	to->n = 0;
	if (w->n < 2 || w->n > SYLLABLES_MOST || !spell(w->at[first].text, to))
		return false;
	for (size_t i = 0; i < w->n; i++)
		if (i != first && !spell(w->at[i].text, to))
			return false;
	return to->n >= SYLLABLES_LEAST;
}

static bool same_onset(const char *pinyin, const char *other)
{
	if (strcmp(pinyin, other) == 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(same_onsets); i++)
		if (strcmp(same_onsets[i].pinyin, pinyin) == 0 &&
		    strcmp(same_onsets[i].other, other) == 0)
			return true;
	return false;
}

static bool same_rime(const char *pinyin, const char *other)
{
	if (strcmp(pinyin, other) == 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(same_rimes); i++)
		if (strcmp(same_rimes[i].pinyin, pinyin) == 0 &&
		    strcmp(same_rimes[i].other, other) == 0)
			return true;
	return false;
}

static bool same_in_order(const struct syllables *pinyin, const struct syllables *other)
{
	if (pinyin->n != other->n)
		return false;
	for (size_t i = 0; i < pinyin->n; i++)
		if (!same_onset(pinyin->at[i].onset, other->at[i].onset) ||
		    !same_rime(pinyin->at[i].rime, other->at[i].rime))
			return false;
	return true;
}

static bool same_with_first(const struct name_words *a, size_t a_first,
			    const struct name_words *b, size_t b_first)
{
	struct syllables x, y;

	return spell_name(a, a_first, &x) && spell_name(b, b_first, &y) &&
	       (same_in_order(&x, &y) || same_in_order(&y, &x));
}

/* The family name may stand first or last. */
bool syllables_same(const struct name_words *a, const struct name_words *b)
{
	if (a->n < 2 || b->n < 2)
		return false;
	return same_with_first(a, 0, b, 0) || same_with_first(a, 0, b, b->n - 1) ||
	       same_with_first(a, a->n - 1, b, 0);
}

static const char *onset_class(const char *onset)
{
	for (size_t i = 0; i < COUNT_OF(onset_classes); i++)
		if (strcmp(onset_classes[i].of, onset) == 0)
			return onset_classes[i].as;
	return onset;
}

static const char *rime_class(const char *rime)
{
	for (size_t i = 0; i < COUNT_OF(rime_classes); i++)
		if (strcmp(rime_classes[i].of, rime) == 0)
			return rime_classes[i].as;
	return rime;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *syllables_key(struct arena *a, const struct name_words *w)
{
	const char *sorted[SYLLABLES_MOST], *key = "";
	struct syllables s;

	if (!spell_name(w, 0, &s))
		return NULL;
	for (size_t i = 0; i < s.n; i++)
		sorted[i] = arena_printf(a, "%s%s", onset_class(s.at[i].onset),
					 rime_class(s.at[i].rime));
	qsort(sorted, s.n, sizeof(sorted[0]), compare_texts);
	for (size_t i = 0; i < s.n; i++)
		key = arena_printf(a, "%s%s%s", key, i == 0 ? "" : " ", sorted[i]);
	return key;
}
