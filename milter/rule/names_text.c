/* The manual of names is printed from the tables, so it cannot lie. */
#include <string.h>

#include "base/json_line.h"
#include "feature/objects.h"
#include "rule/rule.h"

static const char *type_word(enum value_type type)
{
	switch (type) {
	case VALUE_BOOL:
		return "yes or no";
	case VALUE_INT:
		return "number";
	case VALUE_TEXT:
		return "text";
	case VALUE_LIST:
		return "list";
	}
	return "";
}

static const char *scope_word(enum scope scope)
{
	return scope == SCOPE_RCPT ? "recipient" : "message";
}

static void add_row(GString *out, const struct name_row *row, const char *of,
		    bool markdown)
{
	char *type =
		row->unit[0] == '\0' || strcmp(row->unit, "s") != 0
			? g_strconcat(type_word(row->type),
				      row->unit[0] == '\0' ? "" : " of ", row->unit, NULL)
			: g_strdup("number of seconds");

	if (markdown)
		g_string_append_printf(out, "| `%s` | %s | %s | %s |\n", row->name, type,
				       of, row->doc);
	else
		g_string_append_printf(out, "%-26s %-21s %-10s %s\n", row->name, type, of,
				       row->doc);
	g_free(type);
}

static void add_heading(GString *out, const char *title, bool markdown)
{
	g_string_append_printf(out, "%s%s%s\n\n", out->len == 0 ? "" : "\n",
			       markdown ? "### " : "", title);
	if (markdown)
		g_string_append(out, "| name | type | of the | meaning |\n"
				     "|---|---|---|---|\n");
}

static void add_member(GString *out, const char *name, const char *text)
{
	json_line_name(out, name);
	json_line_text(out, text);
}

static void add_json(GString *out, const char *kind, const struct name_row *row,
		     const char *of)
{
	json_line_open(out, '{');
	add_member(out, "name", row->name);
	add_member(out, "kind", kind);
	add_member(out, "type", type_word(row->type));
	add_member(out, "unit", row->unit);
	add_member(out, "of", of);
	add_member(out, "meaning", row->doc);
	json_line_close(out, '}');
	g_string_append_c(out, '\n');
}

char *rule_names_json(void)
{
	static const char *const kinds[] = { "feature", "fact", "signal" };
	const struct name_table *const tables[] = { &feature_names, &fact_names,
						    detector_names() };
	GString *out = g_string_new(NULL);

	for (size_t t = 0; t < G_N_ELEMENTS(tables); t++)
		for (size_t r = 0; r < tables[t]->n; r++)
			add_json(out, kinds[t], &tables[t]->rows[r],
				 scope_word(tables[t]->rows[r].scope));
	for (size_t i = 0; i < OBJECT_WORD_COUNT; i++)
		add_json(out, "word", &object_words.rows[i],
			 object_name(object_word_kind((enum object_word)i), false));
	return g_string_free(out, FALSE);
}

char *rule_names_text(bool markdown)
{
	static const char *const titles[] = {
		"Features: taken from the message and its session",
		"Facts: what the store and the configuration know",
		"Signals: what detectors found; in a reason, {name} says it in words",
	};
	const struct name_table *const tables[] = { &feature_names, &fact_names,
						    detector_names() };
	GString *out = g_string_new(NULL);

	for (size_t t = 0; t < G_N_ELEMENTS(tables); t++) {
		add_heading(out, titles[t], markdown);
		for (size_t r = 0; r < tables[t]->n; r++)
			add_row(out, &tables[t]->rows[r],
				scope_word(tables[t]->rows[r].scope), markdown);
	}
	add_heading(out, "Words of one link, attachment or recipient: any link (...)",
		    markdown);
	for (size_t i = 0; i < OBJECT_WORD_COUNT; i++)
		add_row(out, &object_words.rows[i],
			object_name(object_word_kind((enum object_word)i), false),
			markdown);
	return g_string_free(out, FALSE);
}
