/* Each changes what belongs together: who is proven by DKIM passes DMARC as well. It applies
 * only to what is known to be otherwise: what was not answered is not supposed. What follows
 * for signals is found by the detectors themselves. */
#include "verdict/suppositions.h"

#include <string.h>

#include "preference/preference.h"

static bool is(const struct value *v, bool yes)
{
	return v->known == ANSWER_YES && v->boolean == yes;
}

static bool has_text(const struct value *v)
{
	return v->known == ANSWER_YES && v->text != NULL;
}

static void put(struct value *v, bool yes)
{
	*v = VALUE_OF_BOOL(yes);
}

/* a yes that would not be one any more */
static void clear(struct value *v)
{
	if (v->known == ANSWER_YES)
		put(v, false);
}

/* names of who sent it; without personal data "the sender" */
static const char *sender_of(const struct supposed *s)
{
	const struct value *address = &s->features.at[FEATURE_FROM_ADDRESS];

	return has_text(address) ? address->text : "the sender";
}

static const char *domain_of(const struct supposed *s)
{
	const struct value *domain = &s->features.at[FEATURE_FROM_DOMAIN];

	return has_text(domain) ? domain->text : "the sender's domain";
}

static const char *suppose_proven(struct supposed *s)
{
	struct value *f = s->features.at, *facts = s->facts.at;

	if (!is(&f[FEATURE_AUTH_ALIGNED], false) || !has_text(&f[FEATURE_FROM_DOMAIN]))
		return NULL;
	put(&f[FEATURE_AUTH_ALIGNED], true);
	put(&f[FEATURE_DKIM_PASS], true);
	f[FEATURE_DKIM_RESULT] = value_of_text("pass");
	const char **domains = arena_new(s->arena, const char *, 1);

	domains[0] = f[FEATURE_FROM_DOMAIN].text;
	f[FEATURE_DKIM_DOMAINS] = value_of_list(domains, 1);
	if (has_text(&f[FEATURE_DMARC_POLICY])) {
		put(&f[FEATURE_DMARC_PASS], true);
		f[FEATURE_DMARC_RESULT] = value_of_text("pass");
	}
	clear(&facts[FACT_PAIR_NEW_DKIM]);
	clear(&facts[FACT_SENDER_NEW_DKIM]);
	return domain_of(s);
}

static const char *suppose_unproven(struct supposed *s)
{
	struct value *f = s->features.at;

	if (!is(&f[FEATURE_AUTH_ALIGNED], true))
		return NULL;
	put(&f[FEATURE_AUTH_ALIGNED], false);
	put(&f[FEATURE_DKIM_PASS], false);
	put(&f[FEATURE_SPF_PASS], false);
	f[FEATURE_DKIM_RESULT] = f[FEATURE_SPF_RESULT] = value_of_text("none");
	f[FEATURE_DKIM_DOMAINS] = VALUE_ABSENT;
	if (has_text(&f[FEATURE_DMARC_POLICY])) {
		put(&f[FEATURE_DMARC_PASS], false);
		f[FEATURE_DMARC_RESULT] = value_of_text("fail");
	}
	return domain_of(s);
}

/* facts of one family: pair, sender, domain */
struct family {
	enum fact_id known, first_contact, trusted, solicited, in, out, days;
};

static const struct family families[] = {
	{ FACT_PAIR_KNOWN, FACT_PAIR_FIRST_CONTACT, FACT_PAIR_TRUSTED,
	  FACT_PAIR_SOLICITED, FACT_PAIR_MESSAGES_IN, FACT_PAIR_MESSAGES_OUT,
	  FACT_PAIR_DAYS_KNOWN },
	{ FACT_SENDER_KNOWN, FACT_SENDER_FIRST_CONTACT, FACT_SENDER_TRUSTED,
	  FACT_SENDER_SOLICITED, FACT_SENDER_MESSAGES_IN, FACT_SENDER_MESSAGES_OUT,
	  FACT_SENDER_DAYS_KNOWN },
	{ FACT_DOMAIN_KNOWN, FACT_DOMAIN_FIRST_CONTACT, FACT_DOMAIN_TRUSTED,
	  FACT_DOMAIN_SOLICITED, FACT_DOMAIN_MESSAGES_IN, FACT_DOMAIN_MESSAGES_OUT,
	  FACT_DOMAIN_DAYS_KNOWN },
};

/* of whom nothing was known but that there was a first message, a day ago */
static void meet(struct supposed *s)
{
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		const struct family *of = &families[i];
		struct value *at = s->facts.at;

		if (!is(&at[of->first_contact], true))
			continue;
		put(&at[of->first_contact], false);
		put(&at[of->known], true);
		at[of->in] = at[of->days] = VALUE_OF_INT(1);
	}
}

static const char *suppose_contact(struct supposed *s)
{
	if (!is(&s->facts.at[FACT_PAIR_FIRST_CONTACT], true))
		return NULL;
	meet(s);
	return sender_of(s);
}

/* providers of free mail are no organisation that anybody knows */
static bool is_shared(const struct supposed *s)
{
	return ruleset_list_covers(s->rules, "free_mail", domain_of(s));
}

static const char *suppose_written_to(struct supposed *s)
{
	struct value *at = s->facts.at;

	if (!is(&at[FACT_PAIR_SOLICITED], false) || is(&at[FACT_TENANT_OWNS_FROM], true))
		return NULL;
	meet(s);
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		const struct family *of = &families[i];

		if (at[of->solicited].known != ANSWER_YES ||
		    (of->known == FACT_DOMAIN_KNOWN && is_shared(s)))
			continue;
		put(&at[of->solicited], true);
		put(&at[of->trusted], true);
		put(&at[of->known], true);
		if (at[of->out].known == ANSWER_YES)
			at[of->out].number = MAX(at[of->out].number, 1);
	}
	return sender_of(s);
}

static const char *suppose_stranger(struct supposed *s)
{
	struct value *at = s->facts.at;

	if (!is(&at[FACT_PAIR_KNOWN], true) && !is(&at[FACT_SENDER_KNOWN], true))
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		const struct family *of = &families[i];

		clear(&at[of->known]);
		clear(&at[of->trusted]);
		clear(&at[of->solicited]);
		if (at[of->first_contact].known == ANSWER_YES)
			put(&at[of->first_contact], true);
		at[of->in] = at[of->out] = VALUE_OF_INT(0);
		at[of->days] = VALUE_ABSENT;
	}
	return sender_of(s);
}

static const char *suppose_list_trusted(struct supposed *s)
{
	if (!has_text(&s->features.at[FEATURE_LIST_ID]) ||
	    !is(&s->facts.at[FACT_LIST_TRUSTED], false))
		return NULL;
	put(&s->facts.at[FACT_LIST_KNOWN], true);
	put(&s->facts.at[FACT_LIST_TRUSTED], true);
	return s->features.at[FEATURE_LIST_ID].text;
}

static const char *suppose_person_listed(struct supposed *s)
{
	const struct value *from = &s->features.at[FEATURE_FROM_ADDRESS];
	struct value *all = &s->facts.at[FACT_PERSON_ADDRESSES];
	size_t n = all->known == ANSWER_YES ? all->n_items : 0;

	if (!is(&s->facts.at[FACT_PERSON_MATCHED], true) || !has_text(from) ||
	    all->known == ANSWER_UNKNOWN)
		return NULL;
	const char **items = arena_new(s->arena, const char *, n + 1);

	for (size_t i = 0; i < n; i++) {
		items[i] = all->items[i];
		if (strcmp(items[i], from->text) == 0)
			return NULL;
	}
	items[n] = from->text;
	*all = value_of_list(items, n + 1);
	put(&s->facts.at[FACT_PERSON_IS_SENDER], true);
	return from->text;
}

static const char *suppose_answers(struct supposed *s)
{
	struct value *f = s->features.at, *facts = s->facts.at;

	if (!has_text(&f[FEATURE_REPLY_TO_ORG]) || !has_text(&f[FEATURE_FROM_ORG]) ||
	    strcmp(f[FEATURE_REPLY_TO_ORG].text, f[FEATURE_FROM_ORG].text) == 0)
		return NULL;
	f[FEATURE_REPLY_TO_ADDRESS] = f[FEATURE_REPLY_TO_DOMAIN] =
		f[FEATURE_REPLY_TO_ORG] = f[FEATURE_REPLY_TO_ADDRESSES] = VALUE_ABSENT;
	clear(&facts[FACT_PAIR_NEW_REPLY_TO]);
	clear(&facts[FACT_SENDER_NEW_REPLY_TO]);
	clear(&facts[FACT_TENANT_OWNS_REPLY_TO]);
	return sender_of(s);
}

/* lists that were not empty are; out: the first of the first */
static const char *empty(struct supposed *s, const enum feature_id *ids, size_t n)
{
	const struct value *first = &s->features.at[ids[0]];
	const char *item;

	if (first->known != ANSWER_YES || first->n_items == 0)
		return NULL;
	item = first->items[0];
	for (size_t i = 0; i < n; i++)
		if (s->features.at[ids[i]].known == ANSWER_YES)
			s->features.at[ids[i]] = value_of_list(NULL, 0);
	return item;
}

static const char *suppose_no_links(struct supposed *s)
{
	static const enum feature_id lists[] = { FEATURE_LINKS_ORGS, FEATURE_LINKS_HOSTS,
						 FEATURE_LINKS_MISLEADING };
	const char *first = empty(s, lists, G_N_ELEMENTS(lists));

	if (first == NULL)
		return NULL;
	s->features.at[FEATURE_LINKS_COUNT] = VALUE_OF_INT(0);
	clear(&s->facts.at[FACT_PAIR_NEW_LINK]);
	clear(&s->facts.at[FACT_SENDER_NEW_LINK]);
	return first;
}

static const char *suppose_no_attachments(struct supposed *s)
{
	static const enum feature_id lists[] = {
		FEATURE_ATTACHMENTS,           FEATURE_ATTACHMENTS_TYPES,
		FEATURE_ATTACHMENTS_INSIDE,    FEATURE_ATTACHMENTS_INSIDE_TYPES,
		FEATURE_ATTACHMENTS_UNCHECKED, FEATURE_ATTACHMENTS_SCRIPTED
	};
	const char *first = empty(s, lists, G_N_ELEMENTS(lists));

	if (first != NULL)
		clear(&s->features.at[FEATURE_ATTACHMENTS_LOCKED]);
	return first;
}

/* a result that is one of two words is another; out: the word */
static const char *replace(struct value *v, const char *const words[2], const char *with)
{
	const char *was = v->text;

	if (!has_text(v) || (strcmp(was, words[0]) != 0 && strcmp(was, words[1]) != 0))
		return NULL;
	*v = value_of_text(with);
	return was;
}

static const char *suppose_spf(struct supposed *s)
{
	static const char *const failures[] = { "fail", "softfail" };

	return replace(&s->features.at[FEATURE_SPF_RESULT], failures, "none");
}

static const char *suppose_iprev(struct supposed *s)
{
	static const char *const failures[] = { "fail", "permerror" };

	return replace(&s->features.at[FEATURE_IPREV_RESULT], failures, "pass");
}

static const char *suppose_text(struct supposed *s)
{
	static const enum feature_id axes[] = { FEATURE_TEXT_THREAT, FEATURE_TEXT_SPAM,
						FEATURE_TEXT_GRAYMAIL };
	const char *words = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(axes); i++) {
		struct value *v = &s->features.at[axes[i]];

		if (v->known != ANSWER_YES || v->number <= 0)
			continue;
		words = arena_printf(s->arena, "%s%s%s %.1f", words == NULL ? "" : words,
				     words == NULL ? "" : ", ",
				     feature_names.rows[axes[i]].name,
				     (double)v->number / 1000);
		v->number = 0;
	}
	return words;
}

static const char *preferred(struct supposed *s)
{
	return has_text(&s->facts.at[FACT_PREFERENCE_KIND])
		       ? s->facts.at[FACT_PREFERENCE_KIND].text
		       : NULL;
}

static const char *suppose_preferred(struct supposed *s)
{
	const char *wanted = preference_names[PREFERENCE_WANTED];

	if (s->facts.at[FACT_PREFERENCE_KIND].known == ANSWER_UNKNOWN ||
	    g_strcmp0(preferred(s), wanted) == 0)
		return NULL;
	s->facts.at[FACT_PREFERENCE_KIND] = value_of_text(wanted);
	return sender_of(s);
}

static const char *suppose_no_preference(struct supposed *s)
{
	const struct value *entry = &s->facts.at[FACT_PREFERENCE_ENTRY];

	if (preferred(s) == NULL)
		return NULL;
	s->facts.at[FACT_PREFERENCE_KIND] = VALUE_ABSENT;
	return has_text(entry) ? entry->text : sender_of(s);
}

const struct supposition_kind suppositions[WHATIF_COUNT] = {
#define WHATIF(name, excuses_, words_)             \
	[WHATIF_##name] = { .words = (words_),     \
			    .excuses = (excuses_), \
			    .apply = suppose_##name },
#include "verdict/whatifs.def"
#undef WHATIF
};
