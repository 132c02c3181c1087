/* What several detectors ask of the evidence. What would clear a sender must be proven, or
 * be something that only the tenant's own memory knows. */
#include "detect/evidence.h"

#include <glib.h>
#include <stdarg.h>
#include <string.h>

#include "base/printable.h"
#include "message/domain.h"

enum { SHOWN_BYTES_MOST = 80 };

bool value_has_item(const struct value *list, const char *text)
{
	if (list->known != ANSWER_YES || text == NULL)
		return false;
	for (size_t i = 0; i < list->n_items; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

const char *shown(const struct evidence *e, const char *text)
{
	char *made = printable(text == NULL ? "nothing" : text, SHOWN_BYTES_MOST);
	const char *kept = arena_strdup(e->arena, made);

	g_free(made);
	return kept;
}

enum answer say(const struct evidence *e, const char **words_r, const char *format, ...)
{
	va_list args;

	va_start(args, format);

	char *made = g_strdup_vprintf(format, args);

	va_end(args);
	*words_r = arena_strdup(e->arena, made);
	g_free(made);
	return ANSWER_YES;
}

enum answer proven(const struct evidence *e, enum fact_id id)
{
	enum answer known = fact_answer(e, id);

	return known == ANSWER_YES ? feature_answer(e, FEATURE_AUTH_ALIGNED) : known;
}

static enum answer spf_proves(const struct evidence *e, const char *org)
{
	const char *domain = feature_text(e, FEATURE_SPF_DOMAIN);
	enum answer pass = feature_answer(e, FEATURE_SPF_PASS);

	if (pass != ANSWER_YES || domain == NULL)
		return pass == ANSWER_UNKNOWN ? pass : ANSWER_NO;
	return strcmp(domain_org(domain), org) == 0 ? ANSWER_YES : ANSWER_NO;
}

static enum answer dkim_proves(const struct evidence *e, const char *org)
{
	const struct value *domains = &e->features->at[FEATURE_DKIM_DOMAINS];

	for (size_t i = 0; domains->known == ANSWER_YES && i < domains->n_items; i++)
		if (strcmp(domain_org(domains->items[i]), org) == 0)
			return ANSWER_YES;
	return feature_answer(e, FEATURE_DKIM_PASS) == ANSWER_UNKNOWN ? ANSWER_UNKNOWN
								      : ANSWER_NO;
}

enum answer from_known_list(const struct evidence *e)
{
	const char *id = feature_text(e, FEATURE_LIST_ID);

	if (id == NULL)
		return e->features->at[FEATURE_LIST_ID].known;

	const char *org = domain_org(id);

	return answer_and(answer_or(spf_proves(e, org), dkim_proves(e, org)),
			  fact_answer(e, FACT_LIST_KNOWN));
}

enum answer sent_to_many(const struct evidence *e)
{
	return answer_and(answer_or(feature_answer(e, FEATURE_LIST_MAIL),
				    feature_answer(e, FEATURE_BULK)),
			  feature_answer(e, FEATURE_DKIM_PASS));
}
