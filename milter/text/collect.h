/* Inside of the text module: the set of tokens of one message as it grows. */
#ifndef TEXT_COLLECT_H
#define TEXT_COLLECT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "text/tokens.h"

struct collector;

/* collect_create - begin a message
 * own   a */
struct collector *collect_create(struct arena *a);

/* collect_arena - where it lives */
struct arena *collect_arena(const struct collector *c);

/* collect_group - what is added from now on belongs to this group
 * in    group   each once, in the order of enum text_group */
void collect_group(struct collector *c, enum text_group group);

/* collect_piece - what the next tokens are shown as
 * out   its number
 * err   beyond LIMIT_TEXT_PIECES all are shown as the last */
uint16_t collect_piece(struct collector *c, const char *where, struct bytes text);

/* collect_hash - of a text, ASCII letters in lower case
 * in    salt   what kind of thing it is */
uint32_t collect_hash(struct bytes text, uint32_t salt);

/* collect_hash_exact - the same, letters as they are */
uint32_t collect_hash_exact(struct bytes text, uint32_t salt);

/* collect_join - one hash of two, whose order matters */
uint32_t collect_join(uint32_t a, uint32_t b);

/* collect_one - a token with a piece of its own */
void collect_one(struct collector *c, const char *where, struct bytes text,
		 uint32_t hash);

/* collect_raw_grams - all four bytes in a row, as they are */
void collect_raw_grams(struct collector *c, uint16_t piece, struct bytes text);

/* collect_grams - all four bytes in a row: lower case, blanks as one; pieces are its words
 * in    text   NULL at: nothing */
void collect_grams(struct collector *c, const char *where, struct bytes text);

/* collect_words - words, digits as one digit, and pairs of neighbours, marked by where */
void collect_words(struct collector *c, const char *where, struct bytes text);

/* collect_marked_words - words alone, marked by a salt; all shown as one piece */
void collect_marked_words(struct collector *c, const char *where, struct bytes text,
			  uint32_t salt);

/* collect_attributes - the names of attributes in an HTML tag
 * in    inside   between the tag's name and its end */
void collect_attributes(struct collector *c, struct bytes tag, struct bytes inside);

/* collect_done - what was found */
void collect_done(struct collector *c, struct text_tokens *tokens_r);

#endif
