/* One text said in two ways: what the second one says that the first one does not. */
#ifndef MESSAGE_ALTERNATIVES_H
#define MESSAGE_ALTERNATIVES_H

#include <glib.h>

#include "base/bytes.h"

struct alternatives;

/* alternatives_begin - nothing said yet
 * own   alternatives_end() */
struct alternatives *alternatives_begin(void);

/* alternatives_end - all of it goes */
void alternatives_end(struct alternatives *all);

/* alternatives_say - a text that is said
 * in    text   valid UTF-8
 * cost  linear; of LIMIT_TEXT_BYTES in all */
void alternatives_say(struct alternatives *all, struct bytes text);

/* alternatives_news - the lines of a text that are not said, for any two words that follow each
 *                     other
 * out   appended to news, each ended by a line end
 * cost  linear */
void alternatives_news(const struct alternatives *all, struct bytes text, GString *news);

/* alternatives_shared - of the words in a text, how many are said
 * in    text   with at least `least` words
 * unit  percent
 * err   -1: one of both has fewer words */
int alternatives_shared(const struct alternatives *all, struct bytes text, size_t least);

#endif
