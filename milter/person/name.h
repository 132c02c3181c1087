/* Names: the keys under which a name is found again, and the judgement whether two names
 * are, or could pass for, the same. Judgement is final only here; keys merely bring
 * candidates, in the same batch as everything else. */
#ifndef PERSON_NAME_H
#define PERSON_NAME_H

#include <stddef.h>

#include "base/arena.h"
#include "base/limits.h"

/* Counts up when name_keys_write() gives other keys than before: who was stored under older
 * ones is then stored anew by the next import. */
#define NAME_KEYS_VERSION 2

/* of one title */
#define NAME_TITLE_KEYS 2

struct name_read;

enum name_match {
	NAME_NONE,  /* another name */
	NAME_FUZZY, /* a reader in a hurry takes one for the other */
	NAME_EXACT, /* the same name, written differently at most */
};

/* judged.how: the display name has but an initial ("J. Roe", "Jane R.", "jroe") of a word that
 * the person's name has; or a word of which the person's name has but the initial */
#define NAME_HOW_INITIALS "initials"
#define NAME_HOW_WRITTEN_OUT "initial written out"

struct name_judgement {
	enum name_match match;
	unsigned distance; /* edits between the nearest readings; 0 with EXACT */
	const char *how; /* static words: "same name", "order of words", "nickname" ... */
};

/* name_match - could a reader take one name for the other?
 * in    a_name   the person's name as imported
 *       b_name   the display name as shown
 * err   two names of which one is empty, or no name at all, are NAME_NONE
 * cost  bounded: only the first 8 words of each are looked at */
struct name_judgement name_match(struct arena *a, const char *a_name, const char *b_name);

/* name_read - read a name once, to judge it against many
 * own   a */
const struct name_read *name_read(struct arena *a, const char *name);

/* name_judge - as name_match(), of names that were read */
struct name_judgement name_judge(const struct name_read *a_name,
				 const struct name_read *b_name);

/* name_judge_with - as name_judge(), with other limits: to draw the curve of what they cost
 * in    slack   half edits more (less) than usual that a word and a name may have */
struct name_judgement name_judge_with(const struct name_read *a_name,
				      const struct name_read *b_name, int slack);

/* name_key - the one key for "exactly this name": folded, transliterated, titles and signs
 *            removed, words sorted; for DISPLAY keys
 * out   NULL: there is no name in it (empty, only an address, only signs)
 * own   a
 * err   NULL, see out */
const char *name_key(struct arena *a, const char *display);

/* name_title_keys - the part1 of the NAME keys for a title that stands where a name should:
 *                   "Managing Director", "The CEO"; two titles with a key in common are one
 * out   keys_r[NAME_TITLE_KEYS]: as it sounds and as it looks; how many there are
 * own   a
 * err   0 when there are no words in it */
size_t name_title_keys(struct arena *a, const char *title, const char **keys_r);

/* name_keys_ask - the part1 of all NAME keys to ask for one display name
 * out   keys_r[LIMIT_NAME_KEYS], each once, the most telling first
 * own   a
 * err   0 when there is no name in it */
size_t name_keys_ask(struct arena *a, const char *display, const char **keys_r);

/* name_keys_write - the part1 of all NAME keys under which a person's name is stored
 * out   keys_r[LIMIT_NAME_KEYS], each once
 * own   a
 * err   0 when there is no name in it */
size_t name_keys_write(struct arena *a, const char *name, const char **keys_r);

#endif
