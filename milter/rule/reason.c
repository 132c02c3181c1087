/* Reasons hold words of strangers: each value is cut and made printable on its own, so that
 * none can push the rule's own words out or pass for them. A link in them is none any more,
 * wherever the reason is shown. */
#include "rule/reason.h"

#include <string.h>

#include "base/limits.h"
#include "base/printable.h"

#define ITEMS_SHOWN 3

static void add_text(GString *out, const char *text, size_t most)
{
	char *safe = printable(text, most);
	gsize from = out->len;

	g_string_append(out, safe);
	g_free(safe);
	for (char *at = out->str + from; (at = strstr(at, "://")) != NULL;) {
		gsize colon = (gsize)(at - out->str);

		g_string_insert_c(out, (gssize)colon, '[');
		g_string_insert_c(out, (gssize)colon + 2, ']');
		at = out->str + colon + 3;
	}
}

/* what is not there, and what could not be found out */
static void add_nothing(GString *out, enum answer known)
{
	g_string_append(out, known == ANSWER_UNKNOWN ? "(unknown)" : "(none)");
}

static void add_items(GString *out, const struct value *v)
{
	for (size_t i = 0; i < v->n_items && i < ITEMS_SHOWN; i++) {
		g_string_append(out, i == 0 ? "" : ", ");
		add_text(out, v->items[i], LIMIT_REASON_VALUE_BYTES);
	}
	if (v->n_items > ITEMS_SHOWN)
		g_string_append_printf(out, " and %zu more", v->n_items - ITEMS_SHOWN);
	if (v->n_items == 0)
		add_nothing(out, ANSWER_NO);
}

static void add_number(GString *out, const struct value *v, const char *unit)
{
	size_t n = strlen(unit);

	if (strcmp(unit, "points") == 0) { /* kept in thousandths */
		g_string_append_printf(
			out, "%s%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " points",
			v->number < 0 ? "-" : "", ABS(v->number) / 1000,
			ABS(v->number) % 1000 / 100);
		return;
	}
	if (v->number == 1 && g_str_has_suffix(unit, "sses"))
		n -= 2;
	else if (v->number == 1 && n > 1 && unit[n - 1] == 's')
		n -= g_str_has_suffix(unit, "xes") ? 2 : 1;
	g_string_append_printf(out, "%" G_GINT64_FORMAT "%s%.*s", v->number,
			       n == 0 ? "" : " ", (int)n, unit);
}

static void add_value(GString *out, const struct value *v, const struct name_row *row)
{
	enum value_type type = row == NULL ? VALUE_LIST : row->type;

	if (v->known != ANSWER_YES)
		add_nothing(out, v->known);
	else if (type == VALUE_LIST)
		add_items(out, v);
	else if (type == VALUE_INT)
		add_number(out, v, row->unit);
	else if (v->text != NULL && type == VALUE_BOOL) /* of a signal: its words */
		add_text(out, v->text, LIMIT_REASON_WORDS_BYTES);
	else if (v->text != NULL)
		add_text(out, v->text, LIMIT_REASON_VALUE_BYTES);
	else if (type == VALUE_BOOL)
		g_string_append(out, v->boolean ? "yes" : "no");
	else
		add_nothing(out, ANSWER_NO);
}

/* not more than a reason may be, and no half letter at its end */
static const char *keep(struct arena *a, GString *out)
{
	const char *end, *kept;

	if (out->len > LIMIT_REASON_BYTES) {
		g_string_truncate(out, LIMIT_REASON_BYTES - 3);
		g_utf8_validate(out->str, (gssize)out->len, &end);
		g_string_truncate(out, (gsize)(end - out->str));
		g_string_append(out, "...");
	}
	kept = arena_strndup(a, out->str, out->len);
	g_string_free(out, TRUE);
	return kept;
}

const char *value_words(struct arena *a, const struct value *v,
			const struct name_row *row)
{
	GString *out = g_string_new(NULL);

	add_value(out, v, row);
	return keep(a, out);
}

/* what the first test that found something found */
static void add_found(GString *out, struct run *run, const struct rule *rule)
{
	const char *found = NULL;

	for (size_t i = 0; i < rule->n_tests; i++) {
		if (run_test(run, rule->tests[i], &found) != ANSWER_YES || found == NULL)
			continue;
		add_text(out, found, LIMIT_REASON_VALUE_BYTES);
		return;
	}
	add_nothing(out, ANSWER_NO);
}

/* Detectors' words are clauses. One that begins a reason begins a sentence, unless it begins
 * with a name that is written so: an address, a host. */
static void begin_sentence(const struct rule *rule, const struct run *run, GString *out)
{
	const struct piece *first = rule->pieces;
	size_t n = strspn(out->str, "abcdefghijklmnopqrstuvwxyz");
	bool clause = rule->n_pieces > 0 && first->kind == PIECE_NAME &&
		      ruleset_row(run_ruleset(run), first->name)->type == VALUE_BOOL &&
		      run_value(run, first->name).text != NULL;

	if (clause && n > 0 &&
	    (out->str[n] == ' ' || out->str[n] == ',' || out->str[n] == '\0'))
		out->str[0] = g_ascii_toupper(out->str[0]);
}

const char *reason_fill(struct run *run, const struct rule *rule)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < rule->n_pieces; i++) {
		const struct piece *piece = &rule->pieces[i];

		if (piece->kind == PIECE_WORDS) {
			g_string_append(out, piece->words);
		} else if (piece->kind == PIECE_FOUND) {
			add_found(out, run, rule);
		} else {
			struct value v = run_value(run, piece->name);

			add_value(out, &v, ruleset_row(run_ruleset(run), piece->name));
		}
	}
	begin_sentence(rule, run, out);
	return keep(run_arena(run), out);
}
