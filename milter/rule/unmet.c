#include "rule/unmet.h"

#include <string.h>

#include "base/limits.h"
#include "rule/ruleset.h"

enum given_by {
	BY_PREFERENCES,
	BY_CLAMD,
	BY_DECODERS,
	BY_MODEL,
	BY_SEALERS,
	BY_TENANTS,
};

/* the names, or those that begin so and with a dot, and what gives them */
static const struct {
	const char *name;
	enum given_by by;
	const char *why;
} giving[] = {
	{ "preference.", BY_PREFERENCES, "preferences is no" },
	{ "message.virus", BY_CLAMD, "clamd names no socket" },
	{ "message.virus_unchecked", BY_CLAMD, "clamd names no socket" },
	{ "links.coded", BY_DECODERS, "decode_workers is 0" },
	{ "attachments.links", BY_DECODERS, "decode_workers is 0" },
	{ "text.threat", BY_MODEL, "use_text_model is no" },
	{ "text.spam", BY_MODEL, "use_text_model is no" },
	{ "text.graymail", BY_MODEL, "use_text_model is no" },
	{ "text.pieces", BY_MODEL, "use_text_model is no" },
	{ "arc.trusted", BY_SEALERS, "trusted_arc_sealers names nobody" },
	{ "tenant.", BY_TENANTS, "there is no tenant" },
	{ "person.", BY_TENANTS, "there is no tenant" },
	{ "pair.", BY_TENANTS, "there is no tenant" },
	{ "sender.", BY_TENANTS, "there is no tenant" },
	{ "domain.", BY_TENANTS, "there is no tenant" },
};

static bool is_given(const struct options *o, enum given_by by)
{
	switch (by) {
	case BY_PREFERENCES:
		return o->preferences;
	case BY_CLAMD:
		return o->clamd[0] != '\0';
	case BY_DECODERS:
		return o->decode_workers > 0;
	case BY_MODEL:
		return o->use_text_model;
	case BY_SEALERS:
		return o->trusted_arc_sealers.n > 0;
	case BY_TENANTS:
		return o->n_tenants > 0;
	}
	return true;
}

/* why a name has no value here; NULL: it may have one */
static const char *why_not(const struct options *o, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(giving); i++) {
		size_t n = strlen(giving[i].name);
		bool all = giving[i].name[n - 1] == '.';

		if ((all ? strncmp(name, giving[i].name, n)
			 : strcmp(name, giving[i].name)) == 0 &&
		    !is_given(o, giving[i].by))
			return giving[i].why;
	}
	return NULL;
}

static void warn_of(struct ruleset *rs, const struct rule *rule, const struct operand *o,
		    const struct options *options)
{
	const char *name = o->kind == OPERAND_NAME ? ruleset_row(rs, o->name)->name : "",
		   *why = why_not(options, name);

	if (why != NULL && rs->warnings->len < LIMIT_RULE_ERRORS)
		g_ptr_array_add(
			rs->warnings,
			arena_printf(rs->arena,
				     "%s:%u:%u: rule %s asks for %s, which has no value "
				     "here: %s in wonted.conf",
				     o->place.file, o->place.line, o->place.column,
				     rule->info.name, name, why));
}

void unmet_warn(struct ruleset *rs, const struct options *o)
{
	for (guint i = 0; i < rs->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(rs->rules, i);

		if (rule->info.off || layer_of(rule->info.file) == LAYER_SHIPPED)
			continue;
		for (size_t k = 0; k < rule->n_tests; k++) {
			const struct test *t = rule->tests[k];

			if (t->op == OP_EACH)
				continue;
			warn_of(rs, rule, &t->left, o);
			if (t->op >= OP_IS)
				warn_of(rs, rule, &t->right, o);
		}
	}
}
