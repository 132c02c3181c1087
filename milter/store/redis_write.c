/* How a batch of changes is written. Each key of a chunk is one change with one outcome,
 * computed here from all the writes that concern it, so that a key is asked and written once.
 * Only merging needs the old value; it is swapped for the new one by the server, so that two
 * writers never undo each other. */
#include "store/redis_write.h"

#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "store/redis_trouble.h"

#define CHUNK \
	512 /* writes whose values are in memory at once, and lock a server at once */
#define TRIES 16 /* of a merge, when another writer is at the same key */

struct change {
	struct redis_command command;
	struct bytes key;
	struct bytes old; /* raw, as it lies there; empty: none */
	size_t first;     /* of its writes */
	bool merges;      /* the first of them is a merge: old counts */
	bool settled;
	struct batch *batch;
};

struct batch {
	struct store *store;
	struct redis_transport *transport;
	const struct store_write *w;
	size_t n;
	size_t *next; /* the next write of the same key; n: there is none */
	struct change *change;
	size_t changes;
	struct arena *a;
	GString *why; /* the first error */
	int64_t now_s;
	bool unsure;
};

static guint hash_bytes(gconstpointer p)
{
	const struct bytes *b = p;
	guint h = 5381;

	for (size_t i = 0; i < b->n; i++)
		h = h * 33 + (unsigned char)b->at[i];
	return h;
}

static gboolean same_bytes(gconstpointer a, gconstpointer b)
{
	return bytes_equal(*(const struct bytes *)a, *(const struct bytes *)b);
}

/* Sorts the writes of a chunk by key, in order. */
static void sort_out(struct batch *b)
{
	GHashTable *by_key = g_hash_table_new(hash_bytes, same_bytes);
	size_t *last = arena_new(b->a, size_t, b->n);

	b->next = arena_new(b->a, size_t, b->n);
	b->change = arena_new(b->a, struct change, b->n);
	b->changes = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct change *c = g_hash_table_lookup(by_key, &b->w[i].key);

		b->next[i] = b->n;
		if (c != NULL) {
			b->next[last[c - b->change]] = i;
		} else {
			c = &b->change[b->changes++];
			c->key = b->w[i].key;
			c->first = i;
			c->merges = b->w[i].kind == STORE_MERGE;
			c->batch = b;
			g_hash_table_insert(by_key, &c->key, c);
		}
		last[c - b->change] = i;
	}
	g_hash_table_unref(by_key);
}

static void note_error(struct batch *b, const char *text)
{
	if (b->why->len == 0)
		g_string_printf(b->why, "\"%.200s\": %s", text,
				redis_troubles[redis_trouble_of(text)].remedy);
}

static void take_old(struct redis_command *o, const redisReply *reply)
{
	struct change *c = o->user;

	c->old = (struct bytes){ 0 };
	if (reply->type == REDIS_REPLY_STRING)
		c->old = (struct bytes){ arena_strndup(c->batch->a, reply->str,
						       (size_t)reply->len),
					 (size_t)reply->len };
	else if (reply->type != REDIS_REPLY_NIL)
		o->done = false;
	if (reply->type == REDIS_REPLY_ERROR)
		note_error(c->batch, reply->str);
}

static void take_outcome(struct redis_command *o, const redisReply *reply)
{
	struct change *c = o->user;

	if (reply->type == REDIS_REPLY_ERROR) {
		note_error(c->batch, reply->str);
		o->done = false;
		return;
	}
	c->settled = o->kind != COMMAND_SWAP ||
		     (reply->type == REDIS_REPLY_INTEGER && reply->integer == 1);
}

static bool ask(struct batch *b, struct change **list, size_t n, bool together)
{
	struct redis_command *o = arena_new(b->a, struct redis_command, n);
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		o[i] = list[i]->command;
		o[i].user = list[i];
	}
	b->transport->ask(b->transport, o, n, together,
			  clock_mono_us() + REDIS_PATIENCE_US);
	for (size_t i = 0; i < n; i++) {
		good = good && o[i].done;
		b->unsure = b->unsure || (o[i].kind != COMMAND_GET && o[i].unsure);
	}
	return good;
}

static bool read_old(struct batch *b)
{
	struct change **list = arena_new(b->a, struct change *, b->changes);
	size_t n = 0;

	for (size_t i = 0; i < b->changes; i++) {
		struct change *c = &b->change[i];

		if (!c->merges || c->settled)
			continue;
		c->command = (struct redis_command){ .key = c->key,
						     .kind = COMMAND_GET,
						     .answer = take_old };
		list[n++] = c;
	}
	return n == 0 || ask(b, list, n, false);
}

/* What a key will hold; false: all its writes leave it as it is. */
static bool decide(struct batch *b, struct change *c)
{
	struct bytes value = redis_value_of(c->old, b->now_s), raw = { 0 };
	bool changed = false;
	int64_t expires_s = 0;

	for (size_t i = c->first; i < b->n; i = b->next[i]) {
		const struct store_write *w = &b->w[i];
		struct bytes new = w->value;

		if (w->kind == STORE_MERGE && !w->merge(value, w->value, b->a, &new))
			continue;
		changed = true;
		expires_s = stamp_make(w, b->now_s);
		if (w->kind == STORE_DELETE || (w->kind == STORE_MERGE && new.n == 0)) {
			raw = value = (struct bytes){ 0 };
			continue;
		}
		raw = redis_value_in(new, expires_s, b->a);
		value = (struct bytes){ raw.at + STAMP_BYTES, new.n };
	}
	c->command = (struct redis_command){
		.key = c->key,
		.kind = c->merges    ? COMMAND_SWAP
			: raw.n == 0 ? COMMAND_DELETE
				     : COMMAND_SET,
		.value = raw,
		.old = c->old,
		/* what is over already is cleared away at once */
		.ttl_s = expires_s == 0 ? 0 : MAX(expires_s - b->now_s, 1),
		.answer = take_outcome,
	};
	return changed;
}

static bool write_new(struct batch *b)
{
	struct change **list = arena_new(b->a, struct change *, b->changes);
	size_t n = 0;

	for (size_t i = 0; i < b->changes; i++) {
		struct change *c = &b->change[i];

		if (c->settled)
			continue;
		if (decide(b, c))
			list[n++] = c;
		else
			c->settled = true;
	}
	return n == 0 || ask(b, list, n, true);
}

static bool all_settled(const struct batch *b)
{
	for (size_t i = 0; i < b->changes; i++) {
		if (!b->change[i].settled)
			return false;
	}
	return true;
}

static bool write_chunk(struct batch *b)
{
	sort_out(b);
	for (int i = 0; i < TRIES; i++) {
		if (!read_old(b) || !write_new(b))
			return false;
		b->unsure = true; /* what comes after a chunk that was written */
		if (all_settled(b))
			return true;
	}
	g_string_assign(b->why, "another writer kept changing the same keys");
	return false;
}

void redis_transport_blame(struct redis_transport *transport,
			   const struct redis_server *s, const struct redis_link *l)
{
	if (l->down == REDIS_UP)
		return;
	g_free(transport->why);
	transport->why = g_strdup_printf("%s: %s", s->address->text, l->why);
}

enum store_wrote redis_write(struct store *s, struct redis_transport *transport,
			     const struct store_write *w, size_t n, GError **e)
{
	struct batch b = { .store = s, .transport = transport, .now_s = s->now_s() };
	bool good = true;

	b.why = g_string_new(NULL);
	for (size_t i = 0; good && i < n; i += CHUNK) {
		b.a = arena_create();
		b.w = w + i;
		b.n = MIN(n - i, CHUNK);
		good = write_chunk(&b);
		arena_destroy(&b.a);
	}
	if (!good)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "store \"%s\": cannot write: %s", s->url,
			    b.why->len > 0 ? b.why->str
			    : transport->why != NULL
				    ? transport->why
				    : "no server is known for some keys");
	g_string_free(b.why, TRUE);
	g_clear_pointer(&transport->why, g_free);
	return good ? STORE_WROTE : b.unsure ? STORE_UNCERTAIN : STORE_FAILED;
}
