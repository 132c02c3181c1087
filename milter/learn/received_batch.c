/* One record a recipient, under the mailbox that is meant. */
#include "learn/received_batch.h"

#include "base/limits.h"
#include "lookup/preferences.h"
#include "message/address.h"
#include "preference/received.h"

/* one message for one recipient */
struct entry {
	const char *id;
	const struct received *received;
};

struct received_batch {
	const struct canonical_source *source;
	struct arena *arena;
	GArray *addresses; /* struct behavior_address, of each entry */
	GArray *entries;
};

struct received_batch *received_batch_create(const struct canonical_source *source)
{
	struct received_batch *b = g_new0(struct received_batch, 1);

	b->source = source;
	b->arena = arena_create();
	b->addresses = g_array_new(FALSE, FALSE, sizeof(struct behavior_address));
	b->entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
	return b;
}

static const struct received *received_of(struct arena *a, const struct recorded *r)
{
	struct received *one = arena_new(a, struct received, 1);
	const char **signers = arena_new(a, const char *, LIMIT_SIGNERS);
	struct preference_subject subject;

	preference_subject_of(a, NULL, &r->features, &subject);
	for (size_t i = 0; i < subject.n_signers; i++)
		signers[i] = arena_strdup(a, subject.signers[i]);
	*one = (struct received){
		.time_s = r->time_s,
		.message_id = preference_mark(r->features.at[FEATURE_MESSAGE_ID].text),
		.sender = arena_strdup(a, subject.sender),
		.org = arena_strdup(a, subject.org),
		.list_id = arena_strdup(a, subject.list_id),
		.proven = subject.proven,
		.signers = signers,
		.n_signers = subject.n_signers,
	};
	return one;
}

void received_batch_add(struct received_batch *b, const struct recorded *r)
{
	const struct options *o = b->source->options;
	const struct received *one = NULL;

	if (r->internal || r->id == NULL || *r->id == '\0' || !r->has_features ||
	    g_strcmp0(r->told, "reject") == 0 || g_strcmp0(r->told, "defer") == 0)
		return;
	for (size_t i = 0; i < r->n_rcpts; i++) {
		const char *address = r->rcpts[i].address;
		const char *key = address == NULL ? NULL : address_key(b->arena, address);
		const struct tenant *t =
			key == NULL ? NULL : options_tenant(o, address_domain(key));

		if (t == NULL)
			continue;
		one = one != NULL ? one : received_of(b->arena, r);
		const struct behavior_address whose = {
			.tenant = t->name, .address = options_mailbox(o, b->arena, key)
		};
		const struct entry entry = { arena_strdup(b->arena, r->id), one };

		g_array_append_val(b->addresses, whose);
		g_array_append_val(b->entries, entry);
	}
}

bool received_batch_write(struct received_batch *b, GError **e)
{
	struct behavior_address *at =
		(struct behavior_address *)(void *)b->addresses->data;
	struct store_write *w = arena_new(b->arena, struct store_write, b->entries->len);

	if (b->entries->len == 0)
		return true;
	if (!canonical_find(at, b->addresses->len, b->arena, (void *)(uintptr_t)b->source,
			    e))
		return false;
	for (guint i = 0; i < b->entries->len; i++) {
		const struct entry *one = &g_array_index(b->entries, struct entry, i);

		w[i] = received_write(b->arena, at[i].tenant,
				      at[i].mailbox != NULL ? at[i].mailbox
							    : at[i].address,
				      one->id, one->received);
	}
	return store_write_many(b->source->store, w, b->entries->len, e) == STORE_WROTE;
}

void received_batch_destroy(struct received_batch **b)
{
	g_array_free((*b)->addresses, TRUE);
	g_array_free((*b)->entries, TRUE);
	arena_destroy(&(*b)->arena);
	g_free(*b);
	*b = NULL;
}
