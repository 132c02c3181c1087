/* Regular expressions of admins, over text of strangers. The wall around PCRE2. */
#ifndef RULE_MATCH_H
#define RULE_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/bytes.h"

struct pattern; /* immutable, shared by threads */
struct matcher; /* work space and allowance of one message */

/* pattern_compile - make a regular expression ready
 * in    flags       letters of i (case does not count), m (^ and $ at every line), s (. is
 *                   every character); NULL or "" for none
 * out   *wrong_r    what is wrong with it
 *       *at_r       at which byte of it
 * own   a
 * err   NULL, see out */
const struct pattern *pattern_compile(struct arena *a, const char *text,
				      const char *flags, const char **wrong_r,
				      size_t *at_r);

/* matcher_create - open the allowance of one message: LIMIT_MATCH_STEPS_ALL steps
 * own   a */
struct matcher *matcher_create(struct arena *a);

/* pattern_find - does it stand in a text?
 * in    text      valid UTF-8, the same as long as m lives
 * out   *found_r  where, inside text; of YES only
 * err   UNKNOWN: it ran over LIMIT_MATCH_STEPS, the message's allowance is used up, or the
 *       text is not UTF-8 */
enum answer pattern_find(const struct pattern *pattern, struct matcher *m,
			 struct bytes text, struct bytes *found_r);

/* matcher_overrun - was any match of this message given up? */
bool matcher_overrun(const struct matcher *m);

/* matcher_steps - how many steps were made, for tests and measuring */
long matcher_steps(const struct matcher *m);

#endif
