/* The order in which the sources of features are asked, and the one feature that is a
 * question: any header. Each feature is taken by exactly one of the from_*.c. Nothing here
 * may ask a store, or judge. */
#include "feature/feature.h"

#include <glib.h>

#include "base/limits.h"
#include "feature/extract.h"

static extractor *const extractors[] = EXTRACTORS;

static void take_authors(const struct source *s, struct features *f)
{
	size_t n = MIN(s->message->n_from, (size_t)LIMIT_AUTHORS);
	struct features *all = n < 2 ? NULL : arena_new(s->arena, struct features, n);

	if (all == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		all[i] = *f;
		features_of_author(s, i, all[i].at);
	}
	f->authors = all;
	f->n_authors = n;
}

void features_take(struct arena *a, const struct message *m, const struct envelope *e,
		   const struct auth_results *auth, struct features *f_r)
{
	const struct source s = { .arena = a,
				  .message = m,
				  .envelope = e,
				  .auth = auth,
				  .subject = disguise_look(a, bytes_of(m->subject)),
				  .text = disguise_look(a, bytes_of(m->text)) };

	*f_r = (struct features){ .message = m,
				  .envelope = e,
				  .plain_subject = text_value(a, s.subject.plain.at).text,
				  .plain_text = text_value(a, s.text.plain.at).text };
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		f_r->at[i] = VALUE_UNKNOWN;
	for (size_t i = 0; i < COUNT_OF(extractors); i++)
		extractors[i](&s, f_r->at);
	f_r->at[FEATURE_VIRUS] = VALUE_ABSENT; /* until somebody has looked */
	f_r->at[FEATURE_VIRUS_UNCHECKED] = VALUE_ABSENT;
	f_r->at[FEATURE_DNS_LISTS_FOUND] = VALUE_ABSENT; /* until any are asked */
	f_r->at[FEATURE_DNS_LISTS_UNANSWERED] = VALUE_ABSENT;
	take_authors(&s, f_r);
}

const char *feature_plain(struct arena *a, const struct features *f, enum feature_id id)
{
	if (f->message != NULL && id == FEATURE_SUBJECT)
		return f->plain_subject;
	if (f->message != NULL && id == FEATURE_TEXT)
		return f->plain_text;
	return disguise_look(a, bytes_of(f->at[id].text)).plain.at;
}

struct value feature_header(struct arena *a, const struct features *f, const char *name,
			    size_t nth)
{
	if (f->message == NULL)
		return VALUE_UNKNOWN;

	const struct header *h = message_header(f->message, name, nth);

	return h == NULL ? VALUE_ABSENT : value_of_text(header_text(a, h));
}
