/* The keys of a name: what a fuzzy question is turned into, so that exact ones can be asked.
 * The same keys are made when a person is stored and when a display name is seen; two names
 * that share one are then judged by name.c. The most telling keys come first, because the
 * number is bounded:
 *
 *   =john smith   all words        2john smith   two of the words, nicknames resolved
 *   &johnsmith    joined           ~snt jan      the same by sound
 *   %john smith   by look          .j smith      an initial and a word by sound
 *                                  (asked also of "jsmith" and "smithj")
 *   @jing jong    syllables of a Chinese name
 *   #director managing  a title, as it sounds;  $  as it looks
 *   !smith        the last word, for who says "Mr Smith"
 *   -jan|smit     one word by sound, the other with one letter left out; when it is long,
 *   ^jan|smi      its beginning and
 *   _jan|ith      its end instead: one of them outlives any one slip
 *
 * Every person costs a record under each of their keys, a question only asks: so what can be
 * done on either side is done when asking. */
#include <glib.h>

#include "base/compiler.h"
#include "person/name.h"
#include "person/words.h"

#define PAIRED_WORDS 4 /* pairs are made of the first ones: six */
#define LONG_WORD 7
#define LONGER_WORD 9

struct keys {
	struct arena *arena;
	const char **at;
	size_t n;
	bool asking;
};

static void add_key(struct keys *k, const char *key)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->at[i][0] == key[0] && strcmp(k->at[i], key) == 0)
			return;
	if (k->n < LIMIT_NAME_KEYS)
		k->at[k->n++] = key;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *sorted(struct arena *a, const struct name_words *w)
{
	const char *words[NAME_WORDS] = { NULL };
	GString *all = g_string_new(NULL);
	const char *done;

	for (size_t i = 0; i < w->n; i++)
		words[i] = w->at[i].text;
	qsort(words, w->n, sizeof(words[0]), compare_words);
	for (size_t i = 0; i < w->n; i++)
		g_string_append_printf(all, "%s%s", i == 0 ? "" : " ", words[i]);
	done = arena_strndup(a, all->str, all->len);
	g_string_free(all, TRUE);
	return done;
}

static const char *joined(struct arena *a, const struct name_words *w)
{
	GString *all = g_string_new(NULL);
	const char *done;

	for (size_t i = 0; i < w->n; i++)
		g_string_append(all, w->at[i].text);
	done = arena_strndup(a, all->str, all->len);
	g_string_free(all, TRUE);
	return done;
}

/* two words in the order of the alphabet */
static void add_two(struct keys *k, char sign, const char *x, const char *y)
{
	bool swap = strcmp(x, y) > 0;

	add_key(k, arena_printf(k->arena, "%c%s %s", sign, swap ? y : x, swap ? x : y));
}

static const char *full_of(const struct name_word *w)
{
	return nickname_of(w->text);
}

static void add_exact_pair(struct keys *k, const struct name_word *x,
			   const struct name_word *y)
{
	add_two(k, '2', full_of(x), full_of(y));
	add_two(k, '~', word_sound(k->arena, full_of(x)),
		word_sound(k->arena, full_of(y)));
}

static void add_initial(struct keys *k, const struct name_word *x,
			const struct name_word *y)
{
	const char *letter = arena_strndup(k->arena, x->text,
					   (size_t)(letter_next(x->text) - x->text));

	if (y->n > 1)
		add_key(k, arena_printf(k->arena, ".%s %s", letter,
					word_sound(k->arena, full_of(y))));
}

/* "jsmith" and "smithj", as who logs in */
static void add_login(struct keys *k, const char *word)
{
	const char *rest = letter_next(word), *last = word, *front;

	if (*rest == '\0')
		return;
	while (*letter_next(last) != '\0')
		last = letter_next(last);
	front = arena_strndup(k->arena, word, (size_t)(last - word));
	add_key(k, arena_printf(k->arena, ".%.*s %s", (int)(rest - word), word,
				word_sound(k->arena, nickname_of(rest))));
	add_key(k, arena_printf(k->arena, ".%s %s", last,
				word_sound(k->arena, nickname_of(front))));
}

/* y with each letter left out in turn, beside x by sound */
static void add_left_out(struct keys *k, const char *sound, const struct name_word *y)
{
	add_key(k, arena_printf(k->arena, "-%s|%s", sound, y->text));
	for (const char *c = y->text; *c != '\0'; c = letter_next(c))
		add_key(k, arena_printf(k->arena, "-%s|%.*s%s", sound, (int)(c - y->text),
					y->text, letter_next(c)));
}

/* the ends of y that are written for words of n letters */
static void add_ends(struct keys *k, const char *sound, const struct name_word *y,
		     size_t n)
{
	glong end = n >= LONGER_WORD ? 4 : 3, letters = (glong)y->n;

	add_key(k, arena_printf(k->arena, "^%s|%.*s", sound,
				(int)(g_utf8_offset_to_pointer(y->text, end) - y->text),
				y->text));
	add_key(k, arena_printf(k->arena, "_%s|%s", sound,
				g_utf8_offset_to_pointer(y->text, letters - end)));
}

/* What an asked word has a letter more or less of, may have been written the other way. */
static void add_near(struct keys *k, const struct name_word *x, const struct name_word *y)
{
	const char *sound = word_sound(k->arena, full_of(x));
	size_t spare = k->asking ? 1 : 0;

	if (x->n < 2 || y->n < 3)
		return;
	if (y->n - spare < LONG_WORD)
		add_left_out(k, sound, y);
	for (size_t n = y->n - spare; n <= y->n + spare; n++)
		if (n >= LONG_WORD)
			add_ends(k, sound, y, n);
}

static void add_alone(struct keys *k, const struct name_word *w)
{
	add_key(k, arena_printf(k->arena, "~%s", word_sound(k->arena, w->text)));
	if (w->n < 4)
		return;
	for (const char *c = w->text; *c != '\0'; c = letter_next(c))
		add_key(k, arena_printf(k->arena, "-|%.*s%s", (int)(c - w->text), w->text,
					letter_next(c)));
	add_key(k, arena_printf(k->arena, "-|%s", w->text));
}

/* The words that pairs are made of: particles only when there is little else; of many, the
 * first ones and the last. */
static size_t telling(const struct name_words *w, const struct name_word **list_r)
{
	const struct name_word *all[NAME_WORDS];
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (!w->at[i].particle)
			all[n++] = &w->at[i];
	if (n < 2) {
		for (n = 0; n < w->n; n++)
			all[n] = &w->at[n];
	}
	if (n > PAIRED_WORDS) {
		all[PAIRED_WORDS - 1] = all[n - 1];
		n = PAIRED_WORDS;
	}
	memcpy(list_r, all, n * sizeof(all[0]));
	return n;
}

static void for_pairs(struct keys *k, const struct name_word **words, size_t n,
		      void (*add)(struct keys *k, const struct name_word *x,
				  const struct name_word *y))
{
	/* first and last are what a name is known by: that pair comes first */
	if (n >= 2)
		add(k, words[0], words[n - 1]);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			if (i != 0 || j != n - 1)
				add(k, words[i], words[j]);
}

static void add_initials(struct keys *k, const struct name_word *x,
			 const struct name_word *y)
{
	add_initial(k, x, y);
	add_initial(k, y, x);
}

static void add_nears(struct keys *k, const struct name_word *x,
		      const struct name_word *y)
{
	add_near(k, x, y);
	add_near(k, y, x);
}

/* what name.c judges beside the distance of letters */
static void add_spellings(struct keys *k, const struct name_words *w)
{
	const char *syllables = syllables_key(k->arena, w);
	struct name_words bare;

	if (syllables != NULL)
		add_key(k, arena_printf(k->arena, "@%s", syllables));
	if (words_without_s(k->arena, w, &bare))
		add_exact_pair(k, &bare.at[0], &bare.at[bare.n - 1]);
	if (k->asking ? w->titled && w->n == 1 : w->n >= 2)
		add_key(k, arena_printf(k->arena, "!%s", w->at[w->n - 1].text));
	for (size_t i = 0; w->n >= 3 && w->n <= PAIRED_WORDS && i + 1 < w->n; i++) {
		struct name_words joined = words_join(k->arena, w, i);

		add_key(k, arena_printf(k->arena, "=%s", sorted(k->arena, &joined)));
		if (!k->asking && joined.n == 2 && joined.at[i].n >= LONG_WORD)
			add_ends(k, word_sound(k->arena, full_of(&joined.at[1 - i])),
				 &joined.at[i], joined.at[i].n);
	}
}

const char *name_key(struct arena *a, const char *display)
{
	struct name_words w = words_of(a, display, READING_SOUND);

	return w.n == 0 ? NULL : arena_printf(a, "=%s", sorted(a, &w));
}

size_t name_title_keys(struct arena *a, const char *title, const char **keys_r)
{
	static const enum reading how[NAME_TITLE_KEYS] = { READING_SOUND, READING_LOOK };
	size_t n = 0;

	for (size_t i = 0; i < NAME_TITLE_KEYS; i++) {
		struct name_words w = words_of_title(a, title, how[i]);

		if (w.n > 0)
			keys_r[n++] = arena_printf(a, "%c%s", "#$"[i], sorted(a, &w));
	}
	return n;
}

/* What only a question may mean: a title, or letters in the other direction. */
static void add_asked(struct keys *k, const char *name, const struct name_words *w)
{
	struct name_words back = words_reversed(k->arena, w);
	const char *of_title[NAME_TITLE_KEYS];
	size_t n = name_title_keys(k->arena, name, of_title);

	for (size_t i = 0; i < n; i++)
		add_key(k, of_title[i]);
	add_key(k, arena_printf(k->arena, "=%s", sorted(k->arena, &back)));
	if (back.n >= 2)
		add_two(k, '2', full_of(&back.at[0]), full_of(&back.at[back.n - 1]));
}

static size_t make_keys(struct arena *a, const char *name, bool asking,
			const char **keys_r)
{
	struct name_words w = words_of(a, name, READING_SOUND), look;
	struct keys k = { .arena = a, .at = keys_r, .asking = asking };
	const struct name_word *words[NAME_WORDS];
	size_t n = telling(&w, words);

	if (w.n == 0)
		return 0;
	add_key(&k, arena_printf(a, "=%s", sorted(a, &w)));
	look = words_of(a, name, READING_LOOK);
	add_key(&k, arena_printf(a, "%%%s", sorted(a, &look)));
	add_key(&k, arena_printf(a, "&%s", joined(a, &w)));
	if (asking)
		add_asked(&k, name, &w);
	for_pairs(&k, words, n, add_exact_pair);
	add_spellings(&k, &w);
	if (n == 1)
		add_alone(&k, words[0]);
	if (n == 1 && asking)
		add_login(&k, words[0]->text);
	for_pairs(&k, words, n, add_initials);
	for_pairs(&k, words, n, add_nears);
	return k.n;
}

size_t name_keys_ask(struct arena *a, const char *display, const char **keys_r)
{
	return make_keys(a, display, true, keys_r);
}

size_t name_keys_write(struct arena *a, const char *name, const char **keys_r)
{
	return make_keys(a, name, false, keys_r);
}
