/* A name taken apart; only files of this module include it. */
#ifndef PERSON_WORDS_H
#define PERSON_WORDS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define NAME_WORDS 8    /* more are not looked at; real names end near 6 */
#define WORD_LETTERS 24 /* of one word; longer ones are cut */

struct name_word {
	const char *text;               /* folded, Latin where ICU knows how */
	unsigned letters[WORD_LETTERS]; /* the same as code points */
	size_t n;
	bool particle; /* "von", "al", "de": may be left out */
	bool abjad;    /* from a script that leaves out vowels */
};

struct name_words {
	struct name_word at[NAME_WORDS]; /* in the order written */
	size_t n;
	bool ideographs;   /* there was Han or Hangul in it */
	bool comma;        /* the family name was told by a comma */
	bool titled;       /* a title was left out */
	const char *plain; /* folded, in its own script, signs removed */
};

enum reading {
	READING_SOUND, /* transliterated */
	READING_LOOK,  /* skeleton: what letters look like */
};

/* letter_next - the next character of valid UTF-8; as g_utf8_next_char(), but const */
static inline const char *letter_next(const char *at)
{
	return at + g_utf8_skip[*(const guchar *)at];
}

/* words_of - the words of a name; titles, addresses, brackets and "via ..." left out
 * own   a
 * err   n is 0 when there is no name in it */
struct name_words words_of(struct arena *a, const char *name, enum reading how);

/* words_of_title - the words of a title; what an office is wrapped in is left out ("The",
 *                  "Office of"), and what it is abbreviated to is written out ("CEO")
 * own   a
 * err   n is 0 when there are no words in it */
struct name_words words_of_title(struct arena *a, const char *title, enum reading how);

/* words_reversed - the same words, each from its last letter to its first
 * own   a */
struct name_words words_reversed(struct arena *a, const struct name_words *w);

/* word_distance - how far apart two words are, kindly: what sounds or looks alike, doubled
 *                 letters and vowels count half
 * unit  half edits */
unsigned word_distance(const struct name_word *a, const struct name_word *b);

/* word_sound - a code that is the same for words that sound nearly alike
 * own   a */
const char *word_sound(struct arena *a, const char *word);

/* words_without_s - a Baltic name without the "s" that all its words end with
 * out   *bare_r   with true
 * own   a
 * err   false: not all words end with it */
bool words_without_s(struct arena *a, const struct name_words *w,
		     struct name_words *bare_r);

/* words_join - the name with word i and the next one written as one: "Tse tung", "Tsetung"
 * in    i   i + 1 < w->n
 * own   a
 * err   what is longer than WORD_LETTERS is cut */
struct name_words words_join(struct arena *a, const struct name_words *w, size_t i);

/* words_spell - the name with a word of joined initials taken apart: "JC Berg", "J C Berg"
 * out   *apart_r   with true
 * own   a
 * err   false: there is no such word, or too many words */
bool words_spell(struct arena *a, const struct name_words *w, struct name_words *apart_r);

/* syllables_same - could two names be one Chinese name in two romanisations?
 * err   false when one is no such name, or a short one */
bool syllables_same(const struct name_words *a, const struct name_words *b);

/* syllables_key - what is the same for all names that syllables_same() finds the same
 * own   a
 * err   NULL: no such name */
const char *syllables_key(struct arena *a, const struct name_words *w);

/* nickname_of - the full name of which this is a short form
 * out   the word itself when it is none */
const char *nickname_of(const char *word);

/* nickname_same - is one the short form of the other, or both of one name? */
bool nickname_same(const char *a, const char *b);

/* nickname_is_given - is it a first name that has short forms, or such a form?
 * err   false of most names */
bool nickname_is_given(const char *word);

/* nicknames_sorted - does the table keep to its order? for its test */
bool nicknames_sorted(void);

/* a name read in each way */
struct name_read {
	struct name_words sound, look, back;
};

#endif
