/* A text of either language, item by item: what cannot be read is reported and left behind, up to
 * where the next item begins. */
#include <glib.h>

#include "rule/parse.h"

static void take_item(struct parser *p, struct item *item, bool rtest)
{
	item->place = p->now.place;
	item->blank_before = p->now.blank_before;
	p->line = &item->remarks;
	p->failed = false;
	p->inside = false;
	p->depth = 0;
	if (rtest && parser_word(p, "test")) {
		parser_take(p);
		item->kind = ITEM_TEST;
		parse_rtest_item(p, item);
	} else if (rtest || !parse_rules_item(p, item)) {
		parser_fail(p, rtest ? "test (rules stand in .rules files)"
				     : "rule or list (tests stand in .rtest files)");
	}
	p->inside = false;
	if (!p->failed && !parser_at_item(p))
		parser_fail(p, rtest ? "given or expect" : "rule or list");
	item->broken = p->failed;
	if (p->failed && parser_at_item(p) && p->now.place.line == item->place.line)
		parser_take(p);
	while (!parser_at_item(p))
		parser_take(p);
}

struct tree *parse(struct arena *a, const char *file, struct bytes text,
		   struct rule_errors *c)
{
	struct tree *tree = arena_new(a, struct tree, 1);
	struct item **tail = &tree->items;
	struct parser p = { .arena = a,
			    .errors = c,
			    .lexer = { .arena = a, .errors = c } };

	tree->file = arena_strdup(a, file);
	lexer_init(&p.lexer, tree->file, text);
	p.now = lexer_next(&p.lexer);
	while (p.now.kind != TOKEN_END) {
		struct item *item = arena_new(a, struct item, 1);

		take_item(&p, item, g_str_has_suffix(file, ".rtest"));
		*tail = item;
		tail = &item->next;
	}
	tree->tail = p.now.remarks.before;
	return tree;
}
