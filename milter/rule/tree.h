/* The syntax tree of .rules and .rtest files, as the parser makes it, the checker completes
 * it and the printer writes it. All of it lives in one arena. */
#ifndef RULE_TREE_H
#define RULE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/bytes.h"
#include "base/value.h"
#include "config/words.h"
#include "feature/objects.h"
#include "rule/report.h"

struct list;
struct pattern;
struct phrase_set;

/* a comment line without its #, or NULL text for an empty line between comments */
struct remark {
	const char *text;
	struct remark *next;
};

struct remarks {
	struct remark *before; /* on lines of their own */
	const char *after;     /* at the end of its line */
};

/* where a name is found; header indices stand in operand.header */
struct name_at {
	size_t table, row;
};

enum operand_kind {
	OPERAND_NAME,   /* a word: a name of the tables, or of a list */
	OPERAND_HEADER, /* header "Name" */
	OPERAND_TEXT,
	OPERAND_TEXTS, /* ("a", "b") */
	OPERAND_NUMBER,
	OPERAND_REGEX,
	OPERAND_LIST, /* a name that the checker found to be a list */
	OPERAND_WORD, /* ... to be a word of one link, attachment or recipient */
	OPERAND_EACH, /* the objects of a test of each: there is no value */
};

struct operand {
	enum operand_kind kind;
	struct place place;
	bool any_of;      /* "any of" was written before it */
	bool count;       /* "count of" was: the number of its items */
	unsigned least;   /* "at least 3 of" was: so many of the texts; 0: not */
	const char *text; /* name, header, text, number or regex as written */
	const char *unit; /* of a number; flags of a regex; NULL: none */
	struct place unit_place;
	const char *const *texts;
	size_t n_texts;

	/* the checker fills */
	struct name_at name;
	size_t header;
	int64_t number; /* in the unit of the name it is compared with */
	struct bytes folded;
	const struct list *list;
	const struct phrase_set *phrases;
	const struct pattern *pattern;
};

enum operator{
	OP_HOLDS, /* a yes or no alone */
	OP_EXISTS,
	OP_IS_UNKNOWN,
	OP_EACH, /* any link (...) */
	OP_IS,
	OP_IS_NOT,
	OP_LESS,
	OP_AT_MOST,
	OP_MORE,
	OP_AT_LEAST,
	OP_CONTAINS,
	OP_MENTIONS,
	OP_STARTS_WITH,
	OP_ENDS_WITH,
	OP_MATCHES,
	OP_IN,
	OP_UNDER,
	OP_WITHIN, /* within 2 letters of */
	OP_COUNT
};

/* how many of the objects a condition must hold of */
enum quantity { QUANTITY_ANY, QUANTITY_ALL, QUANTITY_LEAST };

/* a condition on one link, attachment or recipient after the other */
struct each {
	enum quantity quantity;
	unsigned least; /* of QUANTITY_LEAST */
	enum object_kind kind;
	struct node *condition;

	/* the checker fills: the tests of the condition */
	const struct test **tests;
	size_t n_tests;
};

#define LEAF_NONE SIZE_MAX

struct test {
	struct operand left;
	enum operator op;
	struct place op_place;
	struct operand right; /* of OP_IS and what follows it */
	unsigned distance;    /* letters of OP_WITHIN, words to `near` */
	struct operand *near; /* mentions ... within 5 words of this; NULL: alone */
	struct each *each;    /* of OP_EACH */

	/* the checker fills */
	enum value_type type; /* of the left */
	size_t leaf;          /* tests that say the same share one; LEAF_NONE: each
				 object has an answer of its own */
	bool per_rcpt;
	unsigned cost;
};

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST, NODE_LEAST };

struct node {
	enum node_kind kind;
	struct place place;
	bool own_line;  /* began a line: kept by the printer at the top of a condition */
	bool unless;    /* of NODE_NOT: so it was written */
	unsigned least; /* of NODE_LEAST: so many of those below */
	struct remarks remarks;
	struct node *first; /* what it joins or counts; of NODE_NOT the one */
	struct node *next;  /* neighbour below the same parent */
	struct test *test;

	/* the checker fills: the same children, cheapest first */
	struct node **order;
	size_t n_order;
	unsigned cost;
	const struct step *step; /* the same as it is evaluated; NULL while loading */
};

/* A node as it is evaluated. A message looks at nearly all of all rules: they lie side by side, and
 * the tree, of which each node takes cache lines of its own, is left alone. */
struct step {
	unsigned char kind;   /* enum node_kind */
	bool per_rcpt;        /* of a test */
	unsigned short least; /* of NODE_LEAST */
	unsigned n;           /* steps below, cheapest first; of a test its leaf */
	union {
		const struct step *below;
		const struct test *test;
	};
};

/* a value times a factor as points: text.spam * 0.5 at most 4 */
struct scaled {
	struct operand value;
	int64_t factor_milli;
	bool has_least, has_most;
	int64_t least_milli, most_milli;
};

enum clause_kind {
	CLAUSE_REASON,
	CLAUSE_WHEN,
	CLAUSE_UNLESS,
	CLAUSE_POINTS,
	CLAUSE_UNKNOWN,
	CLAUSE_OBSERVE,
	CLAUSE_ROLLOUT,
	CLAUSE_SAID_BY,
	CLAUSE_OFF,
	CLAUSE_GIVEN,
	CLAUSE_EXPECT_RULE,
	CLAUSE_EXPECT_POINTS,
	CLAUSE_EXPECT_REASON,
};

enum given { GIVEN_VALUE, GIVEN_YES, GIVEN_NO, GIVEN_UNKNOWN, GIVEN_ABSENT };

struct clause {
	enum clause_kind kind;
	struct place place;
	struct remarks remarks;
	struct clause *next;

	const char *text; /* reason; rule that is expected, or that says it */
	struct place text_place;
	struct node *condition;
	enum axis axis;
	int64_t milli;
	struct scaled *scaled; /* points: a value times a factor; NULL: milli */
	int percent;
	bool by_domain;

	struct operand subject; /* of given */
	struct operand value;   /* of given: OPERAND_TEXTS or OPERAND_NUMBER */
	enum given given;
	bool object; /* given: one of this kind, with these words */
	enum object_kind object_kind;
	struct clause *words; /* each given like a name */
	enum answer answer;   /* expected */
	enum operator op;     /* expected points: OP_IS ... OP_AT_LEAST */
	const char *sentence; /* expected reason */
};

/* ITEM_ADJUST: points added to another file's rule, or it is switched off */
enum item_kind { ITEM_RULE, ITEM_LIST, ITEM_TEST, ITEM_ADJUST };

struct item {
	enum item_kind kind;
	struct place place;
	struct remarks remarks;
	bool blank_before;
	bool override; /* a rule in place of another file's */
	bool extend;   /* entries for another item's list */
	struct item *next;

	const char *name; /* of a rule or list; title of a test; NULL: broken */
	struct place name_place;
	struct clause *clauses, *last_clause;
	const char *file; /* of a list; NULL: texts */
	const char *zone; /* of a list in DNS, whose texts are codes; NULL: no such */
	struct place file_place; /* of either */
	const char *const *texts;
	size_t n_texts;
	bool broken; /* reported: not to be looked into */
};

struct tree {
	const char *file;
	struct item *items;
	struct remark *tail; /* comments after the last item */
};

/* spellings, index by the enum */
extern const char *const operator_words[OP_COUNT];

#endif
