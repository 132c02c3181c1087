/* The printer: a tree as everybody's files look (`wonted rules fmt`). */
#ifndef RULE_PRINT_H
#define RULE_PRINT_H

#include <glib.h>

#include "rule/tree.h"

/* print_tree - a whole file
 * own   the caller frees with g_free() */
char *print_tree(const struct tree *tree);

/* print_condition - a condition on one line, without its comments */
void print_condition(GString *out, const struct node *node);

/* print_test - one test of it; tests that say the same print the same */
void print_test(GString *out, const struct test *test);

/* print_scaled - a value times a factor: text.spam * 0.5 at most 4 */
void print_scaled(GString *out, const struct scaled *s);

/* print_points - milli-points as points: +6.5 */
void print_points(GString *out, int64_t milli);

#endif
