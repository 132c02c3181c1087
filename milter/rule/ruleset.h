/* What a loaded rule set is, for the files of this module. */
#ifndef RULE_RULESET_H
#define RULE_RULESET_H

#include "rule/layer.h"
#include "rule/rule.h"
#include "rule/tree.h"

/* the order of the tables of names */
enum source { SOURCE_FEATURE, SOURCE_FACT, SOURCE_SIGNAL, SOURCE_COUNT };

/* a piece of a reason */
struct piece {
	enum { PIECE_WORDS, PIECE_NAME, PIECE_FOUND } kind;
	const char *words;
	struct name_at name;
};

struct rule {
	struct rule_info info;
	struct place place; /* of its name */
	size_t index;       /* among the rules of its set */
	const char
		*home; /* the file that it belongs to, even if another one overrides it */
	struct place changed; /* of the override, adjust or extend list; line 0: none */
	struct place changes[LAYER_COUNT]; /* the first of each layer */
	struct node *condition;
	const struct test **tests; /* of the condition, as written */
	size_t n_tests;
	const struct piece *pieces; /* of the reason */
	size_t n_pieces;
	const struct scaled *scaled[AXIS_COUNT]; /* points besides those of info; NULL */
	bool has_points, has_unknown_points;
	bool by_domain; /* of its rollout */
	const struct clause
		*sayers; /* the first that says which rule says it, too; NULL */
	const struct rule **said_by; /* these, n_said_by, when all rules are read */
	size_t n_said_by;
};

struct ruleset {
	struct arena *arena;
	struct rule_errors *errors; /* while loading */
	const struct each *inside;  /* whose words tests may use, while loading; NULL */
	GPtrArray *warnings;        /* texts */
	const struct name_table *const *tables;
	size_t n_tables;
	GPtrArray *rules;    /* struct rule */
	GPtrArray *rtests;   /* struct tree of .rtest files, while loading */
	GHashTable *by_name; /* name -> struct rule */
	GHashTable *lists;   /* name -> struct list */
	/* name -> struct item, while loading */
	GHashTable *overrides[LAYER_COUNT], *adjusts[LAYER_COUNT];
	unsigned changed_rtests;
	GHashTable *leaves;         /* a test as written -> its number + 1 */
	struct frozen_leaf *frozen; /* by leaf: which answers a record keeps */
	size_t n_leaves;
	GHashTable *frozen_leaves; /* id -> leaf + 1 */
	GPtrArray *headers;        /* names */
	GArray *rcpt_names;        /* struct name_at of recipients that rules read */
	size_t n_dns_lists;
	GArray *dns_uses; /* struct dns_use, each once */
	bool has_rcpt;    /* the two names stand in the tables */
	bool has_sayers;
	struct name_at rcpt_address, tenant_name; /* for rollouts */
	unsigned needs;
	const char *id;
};

/* operand_row - the row of a name, or of a word of a link, attachment or recipient */
static inline const struct name_row *operand_row(const struct ruleset *rs,
						 const struct operand *o)
{
	g_assert(o->kind == OPERAND_NAME || o->kind == OPERAND_WORD);
	return o->kind == OPERAND_WORD ? &object_words.rows[o->name.row]
				       : &rs->tables[o->name.table]->rows[o->name.row];
}

/* left_row - the same of the left side of a test, which may be counted */
static inline const struct name_row *left_row(const struct ruleset *rs,
					      const struct operand *o)
{
	static const struct name_row counted = { .name = "a count",
						 .type = VALUE_INT,
						 .unit = "" };

	return o->count ? &counted : operand_row(rs, o);
}

/* ruleset_row - the row of a name */
static inline const struct name_row *ruleset_row(const struct ruleset *rs,
						 struct name_at at)
{
	return &rs->tables[at.table]->rows[at.row];
}

/* tests_within - the tests that compare something: of a test of each object those of its condition
 * out   *n_r of them */
static inline const struct test *const *tests_within(const struct test *const *test,
						     size_t *n_r)
{
	const struct each *each = (*test)->each;

	*n_r = each == NULL ? 1 : each->n_tests;
	return each == NULL ? test : each->tests;
}

#endif
