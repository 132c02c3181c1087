/* The parser of .rtest files: what is given, and what is expected. */
#include <glib.h>

#include "rule/parse.h"

static bool take_answer(struct parser *p, enum answer *answer_r)
{
	if (parser_word(p, "yes"))
		*answer_r = ANSWER_YES;
	else if (parser_word(p, "no"))
		*answer_r = ANSWER_NO;
	else if (parser_word(p, "unknown"))
		*answer_r = ANSWER_UNKNOWN;
	else
		return false;
	parser_take(p);
	return true;
}

/* a name and what it is given */
static void take_value(struct parser *p, struct clause *clause)
{
	enum answer answer;

	clause->subject = parser_subject(p);
	clause->value.place = p->now.place;
	if (p->failed)
		return;
	if (parser_word(p, "absent")) {
		clause->given = GIVEN_ABSENT;
		parser_take(p);
	} else if (take_answer(p, &answer)) {
		clause->given = answer == ANSWER_YES  ? GIVEN_YES
				: answer == ANSWER_NO ? GIVEN_NO
						      : GIVEN_UNKNOWN;
	} else if (p->now.kind == TOKEN_NUMBER) {
		clause->value = parser_number(p);
		return;
	} else if (p->now.kind != TOKEN_TEXT) {
		parser_fail(p, "its value: a text, a number, yes, no, unknown or absent");
		return;
	}
	if (p->now.kind == TOKEN_TEXT) {
		clause->value.kind = OPERAND_TEXTS;
		clause->value.texts = parser_texts(p, &clause->value.n_texts);
	}
}

/* link host "x.example" text "pay now": one object after the other, as they are given */
static void take_object(struct parser *p, struct clause *clause)
{
	struct clause **tail = &clause->words;

	clause->object = true;
	clause->subject.place = p->now.place;
	clause->subject.text = p->now.text;
	parser_take(p);
	if (parser_word(p, "unknown")) {
		clause->given = GIVEN_UNKNOWN;
		parser_take(p);
		return;
	}
	do {
		*tail = arena_new(p->arena, struct clause, 1);
		(*tail)->kind = CLAUSE_GIVEN;
		take_value(p, *tail);
		tail = &(*tail)->next;
	} while (!p->failed && p->now.kind == TOKEN_WORD &&
		 !word_is_reserved(p->now.text));
}

static void take_given(struct parser *p, struct clause *clause)
{
	if (p->now.kind == TOKEN_WORD &&
	    object_kind_of(p->now.text, false, &clause->object_kind))
		take_object(p, clause);
	else
		take_value(p, clause);
}

static void take_expected_rule(struct parser *p, struct clause *clause, bool answer)
{
	parser_take(p);
	clause->text_place = p->now.place;
	clause->text = p->now.text;
	if (p->now.kind != TOKEN_WORD || word_is_reserved(p->now.text)) {
		parser_fail(p, "the name of a rule");
		return;
	}
	parser_take(p);
	if (!answer)
		clause->sentence = parser_text(p, "the reason between \" and \"");
	else if (!take_answer(p, &clause->answer))
		parser_fail(p, "yes, no or unknown");
}

static void take_expect(struct parser *p, struct clause *clause)
{
	if (parser_word(p, "rule")) {
		clause->kind = CLAUSE_EXPECT_RULE;
		take_expected_rule(p, clause, true);
		return;
	}
	if (parser_word(p, "reason")) {
		clause->kind = CLAUSE_EXPECT_REASON;
		take_expected_rule(p, clause, false);
		return;
	}
	clause->kind = CLAUSE_EXPECT_POINTS;
	if (p->now.kind != TOKEN_WORD ||
	    word_find(axis_names, AXIS_COUNT, p->now.text) < 0) {
		parser_fail(p, "rule, reason, threat, spam or graymail");
		return;
	}
	clause->axis = parser_axis(p);
	if (!parser_compare(p, &clause->op))
		clause->op = OP_IS;
	clause->milli = parser_points(p);
}

void parse_rtest_item(struct parser *p, struct item *item)
{
	item->name_place = p->now.place;
	item->name = parser_text(p, "what is tested, between \" and \"");
	while (!p->failed) {
		if (parser_word(p, "given")) {
			struct clause *clause = parser_clause(p, item, CLAUSE_GIVEN);

			parser_take(p);
			take_given(p, clause);
		} else if (parser_word(p, "expect")) {
			struct clause *clause =
				parser_clause(p, item, CLAUSE_EXPECT_RULE);

			parser_take(p);
			take_expect(p, clause);
		} else {
			return;
		}
	}
}
