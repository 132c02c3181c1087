/* One question for all addresses of a batch. What does not answer is never taken for "no
 * alias": the batch waits. */
#include "learn/canonical.h"

#include "base/error.h"
#include "base/log.h"
#include "mailbox/mailbox.h"
#include "message/address.h"
#include "store/keys.h"

/* foreign senders have no mailbox here */
static bool is_ours(const struct canonical_source *source,
		    const struct behavior_address *one)
{
	const struct tenant *t =
		options_tenant(source->options, address_domain(one->address));

	return t != NULL && strcmp(t->name, one->tenant) == 0;
}

static void take(struct behavior_address *one, struct bytes value, struct arena *a)
{
	struct mailbox box;
	const char *canonical;

	if (mailbox_decode(a, value, &box) != ANSWER_YES) {
		log_seldom(LOG_LEVEL_WARN, "learn-mailbox",
			   "the record of mailbox %s cannot be read; if it is an alias, "
			   "its correspondents are kept apart from its mailbox's: import "
			   "it again",
			   one->address);
		return;
	}
	canonical = mailbox_canonical(&box, one->address);
	if (strcmp(canonical, one->address) != 0)
		one->mailbox = canonical;
}

bool canonical_find(struct behavior_address *at, size_t n, struct arena *a, void *source,
		    GError **e)
{
	const struct canonical_source *l = source;
	struct store_read *reads = arena_new(a, struct store_read, n);
	struct behavior_address **asked = arena_new(a, struct behavior_address *, n);
	size_t n_asked = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_ours(l, &at[i]))
			continue;
		reads[n_asked].key =
			key_build(a, FAMILY_MAILBOX, at[i].tenant, at[i].address, NULL);
		asked[n_asked++] = &at[i];
	}
	if (n_asked > 0)
		store_read_many(l->store, reads, n_asked, 0, a);
	for (size_t i = 0; i < n_asked; i++) {
		if (reads[i].answer == ANSWER_UNKNOWN) {
			g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
				    "store \"%s\": did not answer which mailboxes are "
				    "meant; nothing was written, try again",
				    store_url(l->store));
			return false;
		}
		if (reads[i].answer == ANSWER_YES)
			take(asked[i], reads[i].value, a);
	}
	return true;
}
