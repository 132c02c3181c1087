/* One batch for all keys of all calls. When the values are more than a batch may have, those that
 * were answered go out, and the rest comes again: so an answer is bounded however much is asked for in
 * one go, and each call is answered from one generation. */
#include "serve/work.h"

#include "base/limits.h"
#include "serve/handlers.h"
#include "serve/limits.h"
#include "serve/reply.h"
#include "store/slot.h"

static struct bytes key_of(const struct call *c, size_t i)
{
	return c->q.word[(size_t)c->row->first + i];
}

static void count_keys(struct serving *s, const struct call *c)
{
	uint64_t hits = 0;

	for (size_t i = 0; i < c->n; i++)
		hits += c->key[i].answer == ANSWER_YES;
	atomic_fetch_add(&s->hits, hits);
	atomic_fetch_add(&s->misses, c->n - hits);
}

/* In a cluster: are all keys of one slot, and is that ours? false: the error was said */
static bool is_ours(struct serving *s, const struct call *c, GString *out)
{
	const struct shard *owner;
	unsigned slot = SLOTS;

	for (size_t i = 0; i < c->n; i++) {
		struct bytes key = key_of(c, i);
		unsigned its = slot_of(key);

		if (store_is_generation(key))
			continue;
		if (slot != SLOTS && its != slot) {
			reply_error(out,
				    "CROSSSLOT Keys in request don't hash to the same "
				    "slot");
			return false;
		}
		slot = its;
	}
	owner = slot == SLOTS ? s->nodes->own : nodes_owner(s->nodes, slot);
	if (owner == s->nodes->own)
		return true;
	reply_error(out, "MOVED %u %s:%u", slot, nodes_first(owner)->host,
		    nodes_first(owner)->port);
	return false;
}

static bool is_answered(const struct call *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->key[i].answer == ANSWER_UNKNOWN)
			return false;
	return true;
}

/* A call alone was not answered: is there nothing, or too much? */
static void say_why(struct serving *s, const struct call *c, GString *out)
{
	struct arena *a = arena_create();
	struct store_read one = { .key = c->key[0].key };

	dataset_read(s->dataset, &one, 1, a);
	if (one.answer == ANSWER_UNKNOWN)
		reply_error(out,
			    "LOADING wonted-store has no data set that it trusts; see "
			    "its log");
	else
		reply_error(out,
			    "ERR the values have more than %zu bytes together; ask for "
			    "fewer keys at once",
			    s->reply_bytes);
	arena_destroy(&a);
}

/* What can't be a key of ours is asked for as one that is not there. */
static struct bytes askable(struct bytes key)
{
	return key.n > 0 && key.n <= LIMIT_KEY_BYTES ? key : bytes_of("!none");
}

static size_t count_left(const struct work *w, guint from)
{
	size_t n = 0;

	for (guint i = from; i < w->calls->len; i++)
		n += g_array_index(w->calls, struct call, i).n;
	return n;
}

/* out   the keys of all calls from one on, which point into them */
static void ask(struct work *w, guint from, struct arena *a)
{
	size_t n = count_left(w, from), at = 0;
	struct store_read *r = arena_new(a, struct store_read, n);

	for (guint i = from; i < w->calls->len; i++) {
		struct call *c = &g_array_index(w->calls, struct call, i);

		c->key = &r[at];
		for (size_t k = 0; k < c->n; k++)
			r[at++].key = askable(key_of(c, k));
	}
	dataset_read(w->s->dataset, r, n, a);
}

/* false: it has to be asked again, alone */
static bool answer_one(struct work *w, struct call *c, bool first)
{
	if (c->n > 0 && w->s->nodes->own != NULL && !is_ours(w->s, c, w->out))
		return true;
	if (is_answered(c)) {
		count_keys(w->s, c);
		handlers[c->row - command_rows].answer(w->s, c, w->out);
		return true;
	}
	if (!first)
		return false;
	say_why(w->s, c, w->out);
	return true;
}

static void run(struct job *j)
{
	struct work *w = (struct work *)j;
	struct arena *a = arena_create();
	guint from = w->answered;

	ask(w, from, a);
	for (guint i = from; i < w->calls->len; i++) {
		if (w->out->len > w->s->reply_bytes ||
		    !answer_one(w, &g_array_index(w->calls, struct call, i), i == from))
			break;
		w->answered = i + 1;
	}
	arena_destroy(&a);
}

struct work *work_new(struct serving *s, void (*done)(struct job *j), void *user)
{
	struct work *w = g_new0(struct work, 1);

	w->job = (struct job){ .run = run, .done = done };
	w->s = s;
	w->a = arena_create();
	w->calls = g_array_new(FALSE, FALSE, sizeof(struct call));
	w->out = g_string_new(NULL);
	w->user = user;
	return w;
}

void work_free(struct work *w)
{
	if (w == NULL)
		return;
	arena_destroy(&w->a);
	g_array_unref(w->calls);
	g_string_free(w->out, TRUE);
	g_free(w);
}

bool work_has_room(const struct work *w, size_t words)
{
	return w->calls->len < LIMIT_SERVE_CALLS && w->keys + words <= LIMIT_SERVE_WORDS;
}

void work_add(struct work *w, const struct command_row *row, const struct request *q)
{
	struct call c = { .row = row, .q = *q };

	if (row->first > 0)
		c.n = row->last < 0 ? q->n - (size_t)row->first
				    : (size_t)(row->last - row->first + 1);
	w->keys += c.n;
	for (size_t i = 0; i < q->n; i++)
		w->job.bytes += sizeof(struct store_read) + q->word[i].n;
	g_array_append_val(w->calls, c);
}

void work_shed(struct work *w)
{
	for (; w->answered < w->calls->len; w->answered++)
		reply_error(w->out,
			    "ERR max number of requests reached; try again later");
}
