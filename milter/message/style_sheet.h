/* <style> in a page: the simple rules that hide text. */
#ifndef MESSAGE_STYLE_SHEET_H
#define MESSAGE_STYLE_SHEET_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/inline_style.h"

struct style_rule {
	const char *tag, *class, *id; /* NULL: any */
	struct inline_style style;
};

/* what an element says about itself; NULL: nothing */
struct styled {
	const char *tag, *class, *id;
};

/* style_sheet_read - the rules of a sheet that matter here
 * in    css   any bytes
 * out   appended to rules (struct style_rule), a bounded number. Left out: at-rules, and all
 *       selectors but tag, .class, #id and tag with one of both
 * own   a
 * err   what is not understood is skipped
 * cost  linear
 * ref   CSS 2.2, 4.1 and 5 */
void style_sheet_read(struct arena *a, struct bytes css, GArray *rules);

/* style_rule_fits - does a rule speak of this element? */
bool style_rule_fits(const struct style_rule *rule, const struct styled *element);

#endif
