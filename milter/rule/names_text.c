/* The manual of names is printed from the tables, so it cannot lie. */
#include <string.h>

#include "base/json_line.h"
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

static void add_row(GString *out, const struct name_row *row, bool markdown)
{
	char *type =
		row->unit[0] == '\0' || strcmp(row->unit, "s") != 0
			? g_strconcat(type_word(row->type),
				      row->unit[0] == '\0' ? "" : " of ", row->unit, NULL)
			: g_strdup("number of seconds");

	if (markdown)
		g_string_append_printf(out, "| `%s` | %s | %s | %s |\n", row->name, type,
				       scope_word(row->scope), row->doc);
	else
		g_string_append_printf(out, "%-26s %-21s %-10s %s\n", row->name, type,
				       scope_word(row->scope), row->doc);
	g_free(type);
}

static void add_member(GString *out, const char *name, const char *text)
{
	json_line_name(out, name);
	json_line_text(out, text);
}

char *rule_names_json(void)
{
	static const char *const kinds[] = { "feature", "fact", "signal" };
	const struct name_table *const tables[] = { &feature_names, &fact_names,
						    detector_names() };
	GString *out = g_string_new(NULL);

	for (size_t t = 0; t < G_N_ELEMENTS(tables); t++) {
		for (size_t r = 0; r < tables[t]->n; r++) {
			const struct name_row *row = &tables[t]->rows[r];

			json_line_open(out, '{');
			add_member(out, "name", row->name);
			add_member(out, "kind", kinds[t]);
			add_member(out, "type", type_word(row->type));
			add_member(out, "unit", row->unit);
			add_member(out, "of", scope_word(row->scope));
			add_member(out, "meaning", row->doc);
			json_line_close(out, '}');
			g_string_append_c(out, '\n');
		}
	}
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
		g_string_append_printf(out, "%s%s%s\n\n", t == 0 ? "" : "\n",
				       markdown ? "### " : "", titles[t]);
		if (markdown)
			g_string_append(out, "| name | type | of the | meaning |\n"
					     "|---|---|---|---|\n");
		for (size_t r = 0; r < tables[t]->n; r++)
			add_row(out, &tables[t]->rows[r], markdown);
	}
	return g_string_free(out, FALSE);
}
