/* Words resolve here and only here, against the tables the set was given. Units convert
 * exactly or not at all. */
#include "rule/name.h"

#include <string.h>

#include "base/limits.h"
#include "base/number.h"
#include "base/suggest.h"

static void warn_of_former(struct ruleset *rs, const char *word, struct place place,
			   const char *now)
{
	if (rs->warnings->len < LIMIT_RULE_ERRORS)
		g_ptr_array_add(
			rs->warnings,
			arena_printf(rs->arena,
				     "%s:%u:%u: %s is called %s now: write that; "
				     "the next release does not know the old name",
				     place.file, place.line, place.column, word, now));
}

bool name_find(struct ruleset *rs, const char *word, struct place place,
	       struct name_at *at_r)
{
	for (size_t t = 0; t < rs->n_tables; t++) {
		bool former;
		size_t row = name_table_find(rs->tables[t], word, &former);

		if (row == SIZE_MAX)
			continue;
		*at_r = (struct name_at){ .table = t, .row = row };
		if (former)
			warn_of_former(rs, word, place, rs->tables[t]->rows[row].name);
		return true;
	}
	return false;
}

static const char *name_of(size_t i, const void *table)
{
	return g_ptr_array_index((GPtrArray *)(uintptr_t)table, i);
}

static void add_keys(GPtrArray *names, GHashTable *from)
{
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, from);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_ptr_array_add(names, key);
}

const char *name_suggest(const struct ruleset *rs, const char *wrong, bool lists)
{
	GPtrArray *names = g_ptr_array_new();
	const char *text = "", *near;

	for (size_t t = 0; t < rs->n_tables; t++)
		for (size_t r = 0; r < rs->tables[t]->n; r++)
			g_ptr_array_add(names,
					(gpointer)(uintptr_t)rs->tables[t]->rows[r].name);
	if (lists)
		add_keys(names, rs->lists);
	near = suggest(wrong, name_of, names->len, names);
	if (near != NULL)
		text = arena_printf(rs->arena, "; did you mean \"%s\"?", near);
	g_ptr_array_unref(names);
	return text;
}

bool name_check(struct ruleset *rs, const char *word, struct place place,
		struct name_at *at_r)
{
	if (name_find(rs, word, place, at_r))
		return true;
	report_error(rs->errors, place, "there is no name %s%s", quoted(rs->arena, word),
		     name_suggest(rs, word, false));
	return false;
}

const char *name_words_of(const struct ruleset *rs, enum object_kind kind)
{
	GString *text = g_string_new(NULL);
	const char *kept;

	for (size_t i = 0; i < OBJECT_WORD_COUNT; i++)
		if (object_word_kind((enum object_word)i) == kind)
			g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
					       object_words.rows[i].name);
	kept = arena_strdup(rs->arena, text->str);
	g_string_free(text, TRUE);
	return kept;
}

const char *name_kind(const struct ruleset *rs, const struct name_row *row)
{
	switch (row->type) {
	case VALUE_BOOL:
		return "a yes or no";
	case VALUE_INT:
		return arena_printf(rs->arena, "a number of %s",
				    strcmp(row->unit, "s") == 0 ? "seconds" : row->unit);
	case VALUE_TEXT:
		return "a text";
	case VALUE_LIST:
		return "a list of texts";
	}
	return "";
}

/* a way to write a unit, and how many of the row's unit it is */
struct unit {
	const char *of, *word;
	int64_t factor;
};

static const struct unit units[] = {
	{ "s", "s", 1 },         { "s", "second", 1 },           { "s", "seconds", 1 },
	{ "s", "minute", 60 },   { "s", "minutes", 60 },         { "s", "hour", 3600 },
	{ "s", "hours", 3600 },  { "s", "day", 86400 },          { "s", "days", 86400 },
	{ "s", "week", 604800 }, { "s", "weeks", 604800 },       { "days", "day", 1 },
	{ "days", "days", 1 },   { "days", "week", 7 },          { "days", "weeks", 7 },
	{ "bytes", "byte", 1 },  { "bytes", "bytes", 1 },        { "bytes", "kB", 1024 },
	{ "bytes", "KB", 1024 }, { "bytes", "MB", 1024 * 1024 },
};

/* factor of a unit, 0 if it does not fit; a count takes its own word, in singular too */
static int64_t unit_factor(const char *of, const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(units[i].of, of) == 0 && strcmp(units[i].word, word) == 0)
			return units[i].factor;
	size_t n = strlen(of), n_word = strlen(word);

	if (n == 0 || strncmp(of, word, n_word) != 0)
		return 0;
	return n == n_word || strcmp(of + n_word, "s") == 0 ||
	       strcmp(of + n_word, "es") == 0;
}

static const char *units_allowed(const struct ruleset *rs, const char *of)
{
	GString *text = g_string_new(NULL);
	const char *kept;

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(units[i].of, of) == 0)
			g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
					       units[i].word);
	if (text->len == 0)
		g_string_append(text, of[0] == '\0' ? "no unit" : of);
	kept = arena_strdup(rs->arena, text->str);
	g_string_free(text, TRUE);
	return kept;
}

bool name_number(struct ruleset *rs, struct operand *o, const char *unit)
{
	int64_t factor = 1, number;
	bool measured = strcmp(unit, "s") == 0 || strcmp(unit, "days") == 0 ||
			strcmp(unit, "bytes") == 0;

	if (o->unit != NULL) {
		factor = unit_factor(unit, o->unit);
		if (factor == 0) {
			report_error(rs->errors, o->unit_place,
				     "%s does not fit: here goes %s",
				     quoted(rs->arena, o->unit), units_allowed(rs, unit));
			return false;
		}
	}
	if (strcmp(unit, "points") == 0) {
		if (milli_parse(o->text, &o->number))
			return true;
		report_error(rs->errors, o->place,
			     "%s are no points: a number with at most three decimals",
			     quoted(rs->arena, o->text));
		return false;
	}
	if (!number_parse(o->text, INT64_MIN / 1048576, INT64_MAX / 1048576, &number)) {
		report_error(rs->errors, o->place, "%s is not a whole number",
			     quoted(rs->arena, o->text));
		return false;
	}
	if (o->unit == NULL && measured && number != 0) {
		report_error(rs->errors, o->place, "%s of what? Add one of: %s", o->text,
			     units_allowed(rs, unit));
		return false;
	}
	o->number = number * factor;
	return true;
}
