/* What is set holds from the next message on and outlives the daemon: rollout_file. Names are
 * checked against what is in force, so that a slip of the pen is no silent "nothing". */
#include "cmd/control_rollout.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_line.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/number.h"
#include "base/printable.h"
#include "base/suggest.h"
#include "cmd/listing.h"
#include "message/domain.h"

#define WHY_BYTES 200

/* ---- which things there are ---- */

static const char *rule_name(size_t i, const void *table)
{
	return ruleset_rule(table, i)->name;
}

static const char *policy_name(size_t i, const void *table)
{
	return ((const struct options *)table)->policies[i].name;
}

static const char *tenant_name(size_t i, const void *table)
{
	return ((const struct options *)table)->tenants[i].name;
}

struct things {
	const char *(*name)(size_t i, const void *table);
	const void *table;
	size_t n;
};

static struct things things_of(const struct runtime *w, enum rollout_scope scope)
{
	if (scope == ROLLOUT_RULE)
		return (struct things){ rule_name, w->rules, ruleset_count(w->rules) };
	if (scope == ROLLOUT_POLICY)
		return (struct things){ policy_name, w->options, w->options->n_policies };
	return (struct things){ tenant_name, w->options, w->options->n_tenants };
}

static bool is_there(const struct runtime *w, enum rollout_scope scope, const char *name,
		     GString *to)
{
	struct things t = things_of(w, scope);
	const char *near;
	char *safe;

	if (scope == ROLLOUT_DOMAIN && options_tenant(w->options, name) != NULL)
		return true;
	if (scope == ROLLOUT_DOMAIN)
		t.n = 0;
	for (size_t i = 0; i < t.n; i++)
		if (strcmp(t.name(i, t.table), name) == 0)
			return true;
	near = t.n == 0 ? NULL : suggest(name, t.name, t.n, t.table);
	safe = printable(name, LIMIT_RULE_NAME_BYTES);
	g_string_append_printf(to, "error: there is no %s \"%s\"%s%s%s%s\n",
			       rollout_scopes[scope], safe,
			       scope == ROLLOUT_DOMAIN ? " of a tenant" : "",
			       near == NULL ? "" : "; did you mean \"",
			       near == NULL ? "" : near, near == NULL ? "" : "\"?");
	g_free(safe);
	return false;
}

/* ---- status ---- */

static void tell_mode(GString *to, const char *what, enum mode mode, int64_t percent)
{
	g_string_append_printf(to, "%-32s %s", what, mode_names[mode]);
	if (mode != MODE_OBSERVE && percent < 100)
		g_string_append_printf(to, ", at most %" PRId64 "%%", percent);
	g_string_append(to, "\n");
}

static void tell_configured(GString *to, const struct runtime *w)
{
	const struct options *o = w->options;

	g_string_append_printf(to, "wonted.conf and rules, shares by %s:\n",
			       enforce_by_names[o->enforce_by]);
	tell_mode(to, "  all", o->mode, o->enforce_percent);
	for (size_t i = 0; i < o->n_policies; i++) {
		const struct policy *p = &o->policies[i];
		char *what = g_strdup_printf("  policy %s", p->name);

		tell_mode(to, what, p->mode, p->enforce_percent);
		g_free(what);
	}
	for (size_t i = 0; i < ruleset_count(w->rules); i++) {
		const struct rule_info *rule = ruleset_rule(w->rules, i);
		char *what = g_strdup_printf("  rule %s", rule->name);

		if (rule->observe || rule->rollout_percent < 100)
			tell_mode(to, what, rule->observe ? MODE_OBSERVE : MODE_ENFORCE,
				  rule->rollout_percent);
		g_free(what);
	}
}

static void tell_setting(GString *to, const struct rollout_setting *s)
{
	char *what = g_strdup_printf("  %s %s", rollout_scopes[s->scope], s->name);
	char *value = rollout_words(s->scope, s->percent);
	char *since = listing_time(s->since_s), *by = printable(s->by, WHY_BYTES);

	g_string_append_printf(to, "%-32s %-8s since %s  %s\n", g_strchomp(what), value,
			       since, by);
	g_free(what);
	g_free(value);
	g_free(since);
	g_free(by);
}

/* ---- the same for programs: a line a row ---- */

static GString *json_begin(const char *source, const char *what, const char *name)
{
	GString *row = listing_json_begin();

	listing_json_text(row, "source", source);
	listing_json_text(row, "what", what);
	listing_json_text(row, "name", name[0] != '\0' ? name : NULL);
	return row;
}

static void json_end(GString *to, GString *row)
{
	json_line_close(row, '}');
	g_string_append_printf(to, "%s\n", row->str);
	g_string_free(row, TRUE);
}

static void json_mode(GString *to, const char *what, const char *name, enum mode mode,
		      int64_t percent)
{
	GString *row = json_begin("configured", what, name);

	listing_json_text(row, "value", mode_names[mode]);
	listing_json_int(row, "percent", mode == MODE_OBSERVE ? 0 : percent);
	json_end(to, row);
}

static void json_configured(GString *to, const struct runtime *w)
{
	const struct options *o = w->options;

	json_mode(to, "all", "", o->mode, o->enforce_percent);
	for (size_t i = 0; i < o->n_policies; i++)
		json_mode(to, "policy", o->policies[i].name, o->policies[i].mode,
			  o->policies[i].enforce_percent);
	for (size_t i = 0; i < ruleset_count(w->rules); i++) {
		const struct rule_info *rule = ruleset_rule(w->rules, i);

		if (rule->observe || rule->rollout_percent < 100)
			json_mode(to, "rule", rule->name,
				  rule->observe ? MODE_OBSERVE : MODE_ENFORCE,
				  rule->rollout_percent);
	}
}

static void json_setting(GString *to, const struct rollout_setting *s)
{
	GString *row = json_begin("set", rollout_scopes[s->scope], s->name);
	char *value = rollout_words(s->scope, s->percent);

	listing_json_text(row, "value", value);
	listing_json_int(row, "percent", s->percent);
	listing_json_int(row, "since_s", s->since_s);
	listing_json_text(row, "by", s->by);
	json_end(to, row);
	g_free(value);
}

static void tell_status_json(const struct runtime *w, GString *to)
{
	struct rollout *r = rollout_current(w->rollout);
	GPtrArray *list = rollout_list(r);

	json_configured(to, w);
	for (guint i = 0; i < list->len; i++)
		json_setting(to, list->pdata[i]);
	g_ptr_array_unref(list);
	rollout_unref(r);
}

static void tell_status(const struct runtime *w, GString *to)
{
	struct rollout *r = rollout_current(w->rollout);
	GPtrArray *list = rollout_list(r);

	tell_configured(to, w);
	g_string_append(to, list->len > 0 ? "set since, and before it:\n"
					  : "nothing else is set\n");
	for (guint i = 0; i < list->len; i++)
		tell_setting(to, list->pdata[i]);
	g_ptr_array_unref(list);
	rollout_unref(r);
}

/* ---- changes ---- */

static bool change(const struct runtime *w, const struct rollout_setting *s, GString *to)
{
	GError *e = NULL;
	bool done = rollout_change(w->rollout, w->options->rollout_file, s, &e);

	if (!done) {
		g_string_append_printf(to, "error: rollout_file: %s\n", e->message);
		g_error_free(e);
	}
	return done;
}

static void set(const struct runtime *w, enum rollout_scope scope, char **word,
		GString *to)
{
	bool named = scope >= ROLLOUT_TENANT && scope <= ROLLOUT_RULE;
	const char *name = named ? word[0] : "", *value = named ? word[1] : word[0];
	struct rollout_setting s = { .scope = scope,
				     .since_s = clock_now_s(),
				     .by = ROLLOUT_OPERATOR };
	bool part = scope >= ROLLOUT_TEXT_MODEL;

	if (!rollout_value(scope, value, &s.percent)) {
		char *safe = printable(value, LIMIT_RULE_NAME_BYTES);

		g_string_append_printf(
			to, "error: \"%s\" is none of %s\n", safe,
			part ? "on, off, default"
			     : "observe, enforce, a share as 10%, default");
		g_free(safe);
		return;
	}
	s.name = name;
	if ((named && s.percent >= 0 && !is_there(w, scope, name, to)) ||
	    !change(w, &s, to))
		return;
	char *words = s.percent < 0 ? g_strdup("as configured")
				    : rollout_words(scope, s.percent);

	g_string_append_printf(to, "%s%s%s: %s from the next message on\n",
			       rollout_scopes[scope], named ? " " : "", name, words);
	log_line(LOG_LEVEL_WARN, "rollout: %s%s%s is %s now, set by hand",
		 rollout_scopes[scope], named ? " " : "", name, words);
	g_free(words);
}

static void answer_set(const struct runtime *w, char **word, guint n, GString *to)
{
	enum rollout_scope scope = rollout_scope_find(word[0]);
	guint wanted = scope >= ROLLOUT_TENANT && scope <= ROLLOUT_RULE ? 3 : 2;

	if (scope == ROLLOUT_SCOPES) {
		char *scopes[ROLLOUT_SCOPES + 1] = { NULL };

		memcpy(scopes, rollout_scopes, sizeof(rollout_scopes));
		char *all = g_strjoinv(", ", scopes);
		char *safe = printable(word[0], LIMIT_RULE_NAME_BYTES);

		g_string_append_printf(to, "error: \"%s\" is none of %s\n", safe, all);
		g_free(safe);
		g_free(all);
	} else if (n != wanted) {
		g_string_append_printf(to, "error: write %s%s VALUE\n",
				       rollout_scopes[scope], wanted == 3 ? " NAME" : "");
	} else {
		set(w, scope, word + 1, to);
	}
}

static bool said_since(const struct runtime *w, enum rollout_scope scope,
		       const char *name, int64_t since_s, GString *to)
{
	struct rollout *r = rollout_current(w->rollout);
	const struct rollout_setting *s = rollout_find(r, scope, name);
	bool said = s != NULL && (s->percent == 0 || s->since_s >= since_s);

	if (said)
		g_string_append_printf(to, "kept %" PRId64 "\n", s->since_s);
	rollout_unref(r);
	return said;
}

/* word: SCOPE NAME SINCE WHY */
static void answer_guard(const struct runtime *w, struct metrics *m, char **word,
			 GString *to)
{
	enum rollout_scope scope = rollout_scope_find(word[0]);
	int64_t since_s = 0;
	char *by = g_strconcat(ROLLOUT_GUARD, word[3], NULL);
	const struct rollout_setting s = {
		.scope = scope, .name = word[1], .since_s = clock_now_s(), .by = by
	};

	if ((scope != ROLLOUT_RULE && scope != ROLLOUT_POLICY) ||
	    !number_parse(word[2], 0, INT64_MAX, &since_s)) {
		g_string_append(to, "error: write rule|policy NAME SINCE WHY\n");
	} else if (is_there(w, scope, word[1], to) &&
		   !said_since(w, scope, word[1], since_s, to) && change(w, &s, to)) {
		metrics_add(m, METRIC_ROLLOUT_FALLBACKS, 1);
		log_line(
			LOG_LEVEL_ERROR,
			"guard: %s %s is only observed from now on: %s. See \"wonted "
			"rules "
			"list --worst\"; when it is repaired, \"wonted rollout set %s %s "
			"default\"",
			word[0], word[1], word[3], word[0], word[1]);
		g_string_append(to, "observed\n");
	}
	g_free(by);
}

bool control_rollout(const struct runtime *w, struct metrics *m, const char *word,
		     GString *to)
{
	char **part = g_strsplit(word, " ", 6);
	guint n = g_strv_length(part);
	bool ours = n >= 2 && strcmp(part[0], "rollout") == 0;

	if (ours && n == 2 && strcmp(part[1], "status") == 0)
		tell_status(w, to);
	else if (ours && n == 3 && strcmp(part[1], "status") == 0 &&
		 strcmp(part[2], "json") == 0)
		tell_status_json(w, to);
	else if (ours && n >= 4 && strcmp(part[1], "set") == 0)
		answer_set(w, part + 2, n - 2, to);
	else if (ours && n == 6 && strcmp(part[1], "guard") == 0)
		answer_guard(w, m, part + 2, to);
	else
		ours = false;
	g_strfreev(part);
	return ours;
}
