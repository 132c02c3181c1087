/* A small set of names for tests of rules, and rule sets from text. */
#ifndef RULE_FIXTURE_H
#define RULE_FIXTURE_H

#include <string.h>

#include "rule/rule.h"

#define FX(name, type, scope, unit, needs)                                          \
	{                                                                           \
		name, VALUE_##type, SCOPE_##scope, unit, "0.1", false, needs, "doc" \
	}

static const struct name_row fx_features_rows[] = {
	FX("subject", TEXT, MESSAGE, "", 0),
	FX("text", TEXT, MESSAGE, "", 0),
	FX("from.address", TEXT, MESSAGE, "", 0),
	FX("from.domain", TEXT, MESSAGE, "", 0),
	FX("links.hosts", LIST, MESSAGE, "", 0),
	FX("attachments", LIST, MESSAGE, "", 0),
	FX("size", INT, MESSAGE, "bytes", 0),
	FX("rcpt.count", INT, MESSAGE, "recipients", 0),
	FX("date.skew", INT, MESSAGE, "s", 0),
	FX("dkim.pass", BOOL, MESSAGE, "", 0),
	FX("bulk", BOOL, MESSAGE, "", 0),
};

static const struct name_row fx_facts_rows[] = {
	FX("rcpt.address", TEXT, RCPT, "", 0),
	FX("tenant.name", TEXT, RCPT, "", 0),
	FX("pair.known", BOOL, RCPT, "", 1 << 4),
	FX("pair.days_known", INT, RCPT, "days", 1 << 4),
	FX("pair.messages_in", INT, RCPT, "messages", 1 << 4),
	FX("person.name", TEXT, RCPT, "", 1 << 3),
	FX("person.addresses", LIST, RCPT, "", 1 << 3),
};

static const struct name_row fx_signals_rows[] = {
	FX("own_domain_spoof", BOOL, RCPT, "", 1 << 8),
	FX("first_contact", BOOL, RCPT, "", 1 << 5),
};

static const struct former_name fx_former[] = { { 10, "mass" } };

static const struct name_table fx_features = { .what = "feature",
					       .rows = fx_features_rows,
					       .n = G_N_ELEMENTS(fx_features_rows),
					       .former = fx_former,
					       .n_former = G_N_ELEMENTS(fx_former) };
static const struct name_table fx_facts = { .what = "fact",
					    .rows = fx_facts_rows,
					    .n = G_N_ELEMENTS(fx_facts_rows) };
static const struct name_table fx_signals = { .what = "signal",
					      .rows = fx_signals_rows,
					      .n = G_N_ELEMENTS(fx_signals_rows) };
static const struct name_table *const fx_tables[] = { &fx_features, &fx_facts,
						      &fx_signals };

/* texts as exact-size heap copies, so that a read too far is seen */
static inline struct bytes fx_exact(const char *text)
{
	return (struct bytes){ .at = g_memdup2(text, strlen(text)), .n = strlen(text) };
}

static inline void fx_exact_free(struct bytes b)
{
	g_free((gpointer)(uintptr_t)b.at);
}

/* rules in "r.rules", rtest (may be NULL) in "r.rtest", and one list file "lists/l.txt" */
static inline struct ruleset *fx_load(const char *rules, const char *rtest, GError **e)
{
	struct rule_text texts[] = {
		{ "r.rules", fx_exact(rules) },
		{ "r.rtest", fx_exact(rtest == NULL ? "" : rtest) },
		{ "lists/l.txt",
		  fx_exact("# a list\nexample.com\nExample.ORG # two\n\n") },
	};
	struct ruleset_source source = { .texts = texts,
					 .n_texts = G_N_ELEMENTS(texts),
					 .tables = fx_tables,
					 .n_tables = G_N_ELEMENTS(fx_tables) };
	struct ruleset *rs = ruleset_load_texts(&source, e);

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		fx_exact_free(texts[i].text);
	return rs;
}

/* loads, or fails the test with the errors */
static inline struct ruleset *fx_must_load(const char *rules, const char *rtest)
{
	GError *e = NULL;
	struct ruleset *rs = fx_load(rules, rtest, &e);

	g_assert_no_error(e);
	return rs;
}

#endif
