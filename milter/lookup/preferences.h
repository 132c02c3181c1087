/* What preferences are asked about a message. */
#ifndef LOOKUP_PREFERENCES_H
#define LOOKUP_PREFERENCES_H

#include "lookup/lookup.h"
#include "preference/preference.h"

/* preference_subject_of - sender, list, and what of them is proven
 * in    s   who is a shared domain: it signs for nobody, and has no preference as a domain;
 *           NULL: nobody is known to be
 * own   a, and f
 * err   what is not known is not proven */
void preference_subject_of(struct arena *a, const struct lookup_setup *s,
			   const struct features *f,
			   struct preference_subject *subject_r);

#endif
