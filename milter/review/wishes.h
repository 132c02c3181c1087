/* What a mailbox wants: what was stated and learned, and stating it. For its owner alone. */
#ifndef REVIEW_WISHES_H
#define REVIEW_WISHES_H

#include "preference/received.h"
#include "review/exchange.h"
#include "review/memory.h"

struct wishes {
	const char *tenant, *mailbox; /* canonical */
	const struct policy *policy;
	struct arena *arena;
	struct store *store;
};

/* One entry that says something. */
struct wishes_entry {
	const char *entry;
	struct preference_view view;
	const char *signer; /* of a list that was stated; NULL */
};

/* wishes_open - of who asks
 * own   wishes_close(), in any case
 * err   false: he has no mailbox of his own, or the store is not to be had */
bool wishes_open(const struct exchange *x, struct wishes *w);

/* wishes_close - give back what is in it */
void wishes_close(struct wishes *w);

/* wishes_list - all entries that say something now
 * in    each   what it is given lives as long as w
 * err   false: the store cannot be read; e says why */
bool wishes_list(struct wishes *w,
		 void (*each)(const struct wishes_entry *entry, void *user), void *user,
		 GError **e);

/* wishes_received - what a held message was
 * own   w
 * err   false: it is not remembered (any more), or the store does not answer */
bool wishes_received(const struct wishes *w, const char *message,
		     struct received *received_r);

/* wishes_entry - the one entry that a statement about such a message is for: its list, or
 *                else its sender
 * out   *of_r   which kind; *signer_r   of a list, who signed
 * own   w
 * err   NULL: it has neither */
const char *wishes_entry(const struct wishes *w, const struct received *r,
			 enum preference_entry *of_r, const char **signer_r);

/* wishes_look - what an entry says now, of mail that is as it should be
 * err   PREFERENCE_NONE too where the store does not answer */
void wishes_look(const struct wishes *w, const char *entry,
		 struct preference_view *view_r);

/* wishes_words - an entry as people read it: "the list news.shop.example"
 * own   the caller frees with g_free() */
char *wishes_words(const char *entry);

/* wishes_next - what the next such message will meet, as a sentence without its subject
 * in    kind   PREFERENCE_WANTED or PREFERENCE_JUNK
 * out   static */
const char *wishes_next(const struct wishes *w, enum preference_kind kind);

/* wishes_say - state it, or forget it, and wait a moment until the next message knows
 * out   *words_r   what became of it, for a person: g_free()
 * err   false: it was not taken */
bool wishes_say(const struct exchange *x, const struct wishes *w, struct wish *wish,
		char **words_r);

#endif
