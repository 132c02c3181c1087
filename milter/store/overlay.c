/* overlay:BATCH|LMDB - a snapshot, and what was changed since in an LMDB beside it. What is
 * written goes to the LMDB alone, with the number of the change; a deletion is a record, too, and so
 * is what has expired, or the snapshot's value would come to light again.
 *
 * Each file of changes has a name. A snapshot that was built from it says up to which change it
 * contains them: those are not looked at any more, and when every reader has had time to take that
 * snapshot the writer drops them. A reader whose snapshot is older than what was dropped knows
 * nothing, rather than something of the day before. */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/number.h"
#include "base/random.h"
#include "base/store_url.h"
#include "store/backend.h"
#include "store/lmdb_snapshot.h"

#define STATE_KEY "!overlay"   /* "NAME CHANGE": what it is called, and its last change */
#define DROPPED_KEY "!dropped" /* the change up to which all were dropped */
#define GRACE_S 3600           /* in which readers take a new snapshot, large as it is */
#define DROPS_A_WRITE 20000
#define RECORDS_A_PAGE 500

enum { HEAD_KIND = 0, HEAD_CHANGE = 1, HEAD_STAMP = 9 };
enum { KIND_VALUE = 'v', KIND_TOMBSTONE = 't' };

struct overlay {
	struct store base;
	struct store *batch, *changes;
	char *name; /* of a file of changes that has none yet */
	/* the writer's alone */
	char seen[STORE_GENERATION_BYTES]; /* the newest snapshot, and since when */
	int64_t seen_since_s;
};

/* --- records --- */

struct change {
	int64_t number;
	bool tombstone;
	uint32_t stamp;
	struct bytes value;
};

/* false: not one of ours */
static bool decode(struct bytes raw, struct change *c_r)
{
	uint64_t number = 0;

	if (raw.n < OVERLAY_HEAD_BYTES ||
	    (raw.at[HEAD_KIND] != KIND_VALUE && raw.at[HEAD_KIND] != KIND_TOMBSTONE))
		return false;
	for (int i = 0; i < 8; i++)
		number |= (uint64_t)(unsigned char)raw.at[HEAD_CHANGE + i] << (8 * i);
	*c_r = (struct change){ .number = (int64_t)MIN(number, (uint64_t)INT64_MAX),
				.tombstone = raw.at[HEAD_KIND] == KIND_TOMBSTONE,
				.stamp = stamp_get(raw.at + HEAD_STAMP),
				.value = { raw.at + OVERLAY_HEAD_BYTES,
					   raw.n - OVERLAY_HEAD_BYTES } };
	return true;
}

static struct bytes encode(const struct change *c, struct arena *a)
{
	char *raw = arena_alloc_raw(a, OVERLAY_HEAD_BYTES + c->value.n);

	raw[HEAD_KIND] = c->tombstone ? KIND_TOMBSTONE : KIND_VALUE;
	for (int i = 0; i < 8; i++)
		raw[HEAD_CHANGE + i] = (char)((uint64_t)c->number >> (8 * i) & 0xff);
	stamp_put(raw + HEAD_STAMP, c->stamp);
	if (c->value.n > 0)
		memcpy(raw + OVERLAY_HEAD_BYTES, c->value.at, c->value.n);
	return (struct bytes){ raw, OVERLAY_HEAD_BYTES + c->value.n };
}

static bool is_absent(const struct change *c, int64_t now_s)
{
	return c->tombstone || stamp_over(c->stamp, now_s);
}

/* "NAME CHANGE"; false: there is none */
static bool decode_state(struct bytes text, struct manifest_applied *state_r)
{
	char *copy = g_strndup(text.n > 0 ? text.at : "", text.n);
	char **word = g_strsplit(copy, " ", 3);
	bool good = g_strv_length(word) == 2 &&
		    strlen(word[0]) == MANIFEST_NAME_BYTES - 1 &&
		    number_parse(word[1], 0, INT64_MAX, &state_r->change);

	if (good)
		g_strlcpy(state_r->overlay, word[0], MANIFEST_NAME_BYTES);
	g_strfreev(word);
	g_free(copy);
	return good;
}

static int64_t decode_dropped(const struct store_read *r)
{
	int64_t dropped = 0;
	char *text;

	if (r->answer != ANSWER_YES)
		return 0;
	text = g_strndup(r->value.at, r->value.n);
	if (!number_parse(text, 0, INT64_MAX, &dropped))
		dropped = INT64_MAX; /* nobody knows */
	g_free(text);
	return dropped;
}

/* The last change of an overlay that a snapshot contains; 0: none */
static int64_t contained_in(const struct generation *g, const char *overlay)
{
	const struct manifest *m = snapshot_manifest(g);

	for (size_t i = 0; i < m->n_applied; i++)
		if (strcmp(m->applied[i].overlay, overlay) == 0)
			return m->applied[i].change;
	return 0;
}

/* --- reading --- */

/* what holds for a batch, or a page */
struct moment {
	struct generation *g;
	struct manifest_applied state; /* overlay "": there are no changes yet */
	int64_t contained;
	bool known; /* the snapshot has all that was dropped */
};

enum { READ_STATE, READ_DROPPED, READS_BEFORE };

/* Changes first, then the snapshot: what is dropped in between is in every snapshot that can be
 * taken by then, or that is found out here. */
static struct moment take_moment(struct overlay *o, const struct store_read *r)
{
	struct moment m = { .g = snapshot_pin(o->batch) };

	if (r[READ_STATE].answer == ANSWER_YES &&
	    !decode_state(r[READ_STATE].value, &m.state))
		m.state.overlay[0] = '\0';
	m.contained = contained_in(m.g, m.state.overlay);
	m.known = r[READ_STATE].answer != ANSWER_UNKNOWN &&
		  r[READ_DROPPED].answer != ANSWER_UNKNOWN;
	if (m.known && decode_dropped(&r[READ_DROPPED]) > m.contained) {
		m.known = false;
		log_seldom(
			LOG_LEVEL_ERROR, "overlay",
			"store \"%s\": its snapshot is older than the changes that were "
			"dropped from the file beside it: all is unknown until the "
			"newest "
			"one is there",
			o->base.url);
	}
	return m;
}

static void ask_changes(struct overlay *o, struct store_read *c, size_t n,
			int64_t deadline_us, struct arena *a)
{
	c[READ_STATE].key = bytes_of(STATE_KEY);
	c[READ_DROPPED].key = bytes_of(DROPPED_KEY);
	store_forget(c, n);
	o->changes->ops->read_many(o->changes, c, n, deadline_us, a);
}

/* out   true: the snapshot need not be asked */
static bool decide(const struct store_read *found, const struct moment *m, int64_t now_s,
		   struct store_read *r)
{
	struct change c;

	if (found->answer == ANSWER_UNKNOWN)
		return true;
	if (found->answer == ANSWER_NO || bytes_hold(r->key, 0, bytes_of("!")))
		return false;
	if (!decode(found->value, &c))
		return true;
	if (c.number <= m->contained)
		return false;
	r->answer = is_absent(&c, now_s) ? ANSWER_NO : ANSWER_YES;
	if (r->answer == ANSWER_YES) {
		r->value = c.value;
		r->expires_s = c.stamp;
	}
	return true;
}

static void overlay_read_many(struct store *store, struct store_read *r, size_t n,
			      int64_t deadline_us, struct arena *a)
{
	struct overlay *o = (struct overlay *)store;
	struct store_read *c = arena_new(a, struct store_read, n + READS_BEFORE);
	struct store_read *rest = arena_new(a, struct store_read, n);
	size_t *which = arena_new(a, size_t, n), left = 0;
	int64_t now_s = store->now_s();

	for (size_t i = 0; i < n; i++)
		c[READS_BEFORE + i].key = r[i].key;
	ask_changes(o, c, n + READS_BEFORE, deadline_us, a);
	struct moment m = take_moment(o, c);

	for (size_t i = 0; m.known && i < n; i++) {
		if (decide(&c[READS_BEFORE + i], &m, now_s, &r[i]))
			continue;
		rest[left].key = r[i].key;
		which[left++] = i;
	}
	if (left > 0)
		snapshot_read_pinned(o->batch, m.g, rest, left, a);
	for (size_t i = 0; i < left; i++)
		r[which[i]] = rest[i];
	snapshot_unpin(m.g);
}

/* --- scanning: two sorted halves, page by page --- */

struct half {
	struct arena *a; /* of the page */
	struct store_record *page;
	size_t n, at;
	GString *next; /* where the following page begins */
	bool last;
};

static bool put_into_page(const struct store_record *record, void *to)
{
	struct half *h = to;
	struct store_record *copy;

	if (h->n == RECORDS_A_PAGE) {
		g_string_truncate(h->next, 0);
		g_string_append_len(h->next, record->key.at, (gssize)record->key.n);
		h->last = false;
		return false;
	}
	copy = &h->page[h->n++];
	*copy = *record;
	copy->key.at = arena_strndup(h->a, record->key.at, record->key.n);
	copy->value.at = record->value.n == 0
				 ? ""
				 : arena_strndup(h->a, record->value.at, record->value.n);
	return true;
}

static void half_begin(struct half *h, struct bytes from)
{
	*h = (struct half){ .next = g_string_new(NULL) };
	g_string_append_len(h->next, from.n > 0 ? from.at : "", (gssize)from.n);
}

static void half_end(struct half *h)
{
	arena_destroy(&h->a);
	g_string_free(h->next, TRUE);
}

struct merging {
	struct overlay *o;
	const struct store_scan *scan;
	struct moment m;
	struct half changes, batch;
	int64_t now_s;
};

/* NULL: there is no more, or *good_r is false and e says why */
static const struct store_record *peek(struct merging *g, struct half *h, bool *good_r,
				       GError **e)
{
	struct store_scan page = { .prefix = g->scan->prefix,
				   .from = { h->next->str, h->next->len },
				   .see = put_into_page,
				   .to = h };

	if (h->at < h->n)
		return &h->page[h->at];
	if (h->last || !*good_r)
		return NULL;
	char *from = g_memdup2(h->next->str, h->next->len + 1);

	page.from.at = from;
	arena_destroy(&h->a);
	h->a = arena_create();
	h->page = arena_new(h->a, struct store_record, RECORDS_A_PAGE);
	h->n = h->at = 0;
	h->last = true;
	*good_r = h == &g->changes ? store_scan_sorted(g->o->changes, &page, e)
				   : snapshot_scan_pinned(g->o->batch, g->m.g, &page, e);
	g_free(from);
	return *good_r && h->n > 0 ? &h->page[0] : NULL;
}

static int compare_keys(struct bytes a, struct bytes b)
{
	int order = memcmp(a.at, b.at, MIN(a.n, b.n));

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

/* One record of the changes; false: the scan was stopped */
static bool see_change(struct merging *g, const struct store_record *r, bool *newer_r)
{
	struct store_record shown = { .key = r->key };
	struct change c;

	*newer_r = !bytes_hold(r->key, 0, bytes_of("!")) && decode(r->value, &c) &&
		   c.number > g->m.contained;
	if (!*newer_r || is_absent(&c, g->now_s))
		return true;
	shown.value = c.value;
	shown.expires_s = c.stamp;
	return g->scan->see(&shown, g->scan->to);
}

static bool merge_halves(struct merging *g, GError **e)
{
	bool good = true, go_on = true;

	while (go_on) {
		const struct store_record *c = peek(g, &g->changes, &good, e);
		const struct store_record *b = peek(g, &g->batch, &good, e);
		int order = c == NULL ? 1 : b == NULL ? -1 : compare_keys(c->key, b->key);
		bool newer = false;

		if (!good || (c == NULL && b == NULL))
			break;
		if (order <= 0) {
			go_on = see_change(g, c, &newer);
			g->changes.at++;
		}
		if (order >= 0) {
			if (!newer && go_on)
				go_on = g->scan->see(b, g->scan->to);
			g->batch.at++;
		}
	}
	return good;
}

static bool overlay_scan_sorted(struct store *store, const struct store_scan *scan,
				GError **e)
{
	struct overlay *o = (struct overlay *)store;
	struct merging g = { .o = o, .scan = scan, .now_s = store->now_s() };
	struct store_read before[READS_BEFORE] = { 0 };
	struct arena *a = arena_create();
	bool good;

	ask_changes(o, before, READS_BEFORE, 0, a);
	g.m = take_moment(o, before);
	half_begin(&g.changes, scan->from);
	half_begin(&g.batch, scan->from);
	good = g.m.known && merge_halves(&g, e);
	if (!g.m.known)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "store \"%s\": its snapshot is older than what was dropped",
			    store->url);
	half_end(&g.changes);
	half_end(&g.batch);
	snapshot_unpin(g.m.g);
	arena_destroy(&a);
	return good;
}

static bool overlay_scan(struct store *store, struct bytes prefix,
			 bool (*see)(const struct store_record *record, void *to),
			 void *to, GError **e)
{
	const struct store_scan scan = { .prefix = prefix, .see = see, .to = to };

	return overlay_scan_sorted(store, &scan, e);
}

/* --- writing --- */

/* One batch of changes. Its number is found where its first record is written, which is that of
 * the state: "!" comes before all other keys, and LMDB is given them in their order. */
struct writing {
	struct moment m;
	const char *name;
	int64_t number;
	int64_t now_s;
};

/* what the merge function is given in the place of a value */
struct pending {
	struct writing *batch;
	const struct store_write *w;
	const struct store_read *old; /* in the snapshot */
};

static const struct pending *pending_of(struct bytes change)
{
	g_assert(change.n == sizeof(struct pending));
	return (const struct pending *)(const void *)change.at;
}

static bool merge_state(struct bytes old, struct bytes change, struct arena *a,
			struct bytes *new_r)
{
	struct writing *b = pending_of(change)->batch;
	struct manifest_applied state;

	if (!decode_state(old, &state)) {
		state.change = 0;
		g_strlcpy(state.overlay, b->name, sizeof(state.overlay));
	}
	b->number = state.change + 1;
	*new_r = bytes_of(
		arena_printf(a, "%s %" G_GINT64_FORMAT, state.overlay, b->number));
	return true;
}

static struct bytes current_value(const struct pending *p, struct bytes old)
{
	struct change c;

	if (decode(old, &c) && c.number > p->batch->m.contained)
		return is_absent(&c, p->batch->now_s) ? (struct bytes){ 0 } : c.value;
	return p->old->answer == ANSWER_YES ? p->old->value : (struct bytes){ 0 };
}

static bool merge_change(struct bytes old, struct bytes change, struct arena *a,
			 struct bytes *new_r)
{
	const struct pending *p = pending_of(change);
	struct change c = { .number = p->batch->number,
			    .tombstone = p->w->kind == STORE_DELETE,
			    .value = p->w->value };

	g_assert(c.number > 0);
	if (p->w->kind == STORE_MERGE) {
		if (!p->w->merge(current_value(p, old), p->w->value, a, &c.value))
			return false;
		c.tombstone = c.value.n == 0;
	}
	if (c.tombstone)
		c.value = (struct bytes){ 0 };
	else
		c.stamp = stamp_make(p->w, p->batch->now_s);
	*new_r = encode(&c, a);
	return true;
}

static struct store_write merged(const struct pending *p, struct bytes key,
				 bool (*merge)(struct bytes old, struct bytes change,
					       struct arena *a, struct bytes *new_r))
{
	return (struct store_write){ .key = key,
				     .kind = STORE_MERGE,
				     .value = { (const char *)p, sizeof(*p) },
				     .merge = merge };
}

static enum store_wrote write_changes(struct overlay *o, struct writing *b,
				      const struct store_write *w, size_t n, GError **e)
{
	struct arena *a = arena_create();
	struct store_write *all = arena_new(a, struct store_write, n + 1);
	struct store_read *old = arena_new(a, struct store_read, n);
	struct pending *p = arena_new(a, struct pending, n + 1);
	enum store_wrote wrote = STORE_FAILED;
	bool known = true;

	for (size_t i = 0; i < n; i++)
		old[i].key = w[i].key;
	snapshot_read_pinned(o->batch, b->m.g, old, n, a);
	p[n] = (struct pending){ .batch = b };
	all[0] = merged(&p[n], bytes_of(STATE_KEY), merge_state);
	for (size_t i = 0; i < n; i++) {
		known = known && old[i].answer != ANSWER_UNKNOWN &&
			!bytes_hold(w[i].key, 0, bytes_of("!"));
		p[i] = (struct pending){ b, &w[i], &old[i] };
		all[i + 1] = merged(&p[i], w[i].key, merge_change);
	}
	if (known)
		wrote = store_write_many(o->changes, all, n + 1, e);
	else
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_STORE,
			"store \"%s\": its snapshot can't be read, so nothing is changed",
			o->base.url);
	arena_destroy(&a);
	return wrote;
}

/* --- dropping --- */

struct dropping {
	int64_t contained;
	GPtrArray *keys; /* of GBytes */
};

static bool find_contained(const struct store_record *r, void *to)
{
	struct dropping *d = to;
	struct change c;

	if (!bytes_hold(r->key, 0, bytes_of("!")) && decode(r->value, &c) &&
	    c.number <= d->contained)
		g_ptr_array_add(d->keys, g_bytes_new(r->key.at, r->key.n));
	return d->keys->len < DROPS_A_WRITE;
}

/* Has this snapshot stood there long enough for all readers? */
static bool is_settled(struct overlay *o, int64_t now_s)
{
	struct store_generation now;

	if (!store_generation(o->batch, &now))
		return false;
	if (strcmp(now.id, o->seen) != 0) {
		g_strlcpy(o->seen, now.id, sizeof(o->seen));
		o->seen_since_s = now_s;
	}
	return now_s - o->seen_since_s >= GRACE_S;
}

static void unref_bytes(void *b)
{
	g_bytes_unref(b);
}

/* The mark is written with the first deletions, in one transaction. */
static bool drop_keys(struct overlay *o, const struct dropping *d, GError **e)
{
	char *mark = g_strdup_printf("%" G_GINT64_FORMAT, d->contained);
	struct store_write *w = g_new0(struct store_write, d->keys->len + 1);
	bool done;

	w[0] = (struct store_write){ .key = bytes_of(DROPPED_KEY),
				     .value = bytes_of(mark) };
	for (guint i = 0; i < d->keys->len; i++) {
		w[i + 1].kind = STORE_DELETE;
		w[i + 1].key.at = g_bytes_get_data(d->keys->pdata[i], &w[i + 1].key.n);
	}
	done = store_write_many(o->changes, w, d->keys->len + 1, e) == STORE_WROTE;
	g_free(w);
	g_free(mark);
	return done;
}

/* Some of what the snapshot contains; the next write drops more. */
static bool drop_some(struct overlay *o, const struct moment *m, int64_t now_s,
		      GError **e)
{
	struct dropping d = { .contained = m->contained,
			      .keys = g_ptr_array_new_with_free_func(unref_bytes) };
	const struct store_scan all = { .see = find_contained, .to = &d };
	bool good = true;

	if (m->contained > 0 && is_settled(o, now_s)) {
		good = store_scan_sorted(o->changes, &all, e) &&
		       (d.keys->len == 0 || drop_keys(o, &d, e));
		if (good && d.keys->len == 0)
			o->seen_since_s =
				INT64_MAX; /* nothing more, until the next one */
	}
	g_ptr_array_unref(d.keys);
	return good;
}

static enum store_wrote
overlay_write_many(struct store *store, const struct store_write *w, size_t n, GError **e)
{
	struct overlay *o = (struct overlay *)store;
	struct writing b = { .name = o->name, .now_s = store->now_s() };
	struct store_read before[READS_BEFORE] = { 0 };
	struct arena *a = arena_create();
	enum store_wrote wrote = STORE_FAILED;

	ask_changes(o, before, READS_BEFORE, 0, a);
	b.m = take_moment(o, before);
	if (!b.m.known)
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_STORE,
			"store \"%s\": its snapshot is older than what was dropped, or "
			"its changes can't be read",
			store->url);
	b.number = b.m.state.change + 1;
	if (b.m.known && drop_some(o, &b.m, b.now_s, e))
		wrote = write_changes(o, &b, w, n, e);
	snapshot_unpin(b.m.g);
	arena_destroy(&a);
	return wrote;
}

/* --- the rest --- */

static bool overlay_generation(struct store *s, struct store_generation *generation_r)
{
	return store_generation(((struct overlay *)s)->batch, generation_r);
}

static enum answer overlay_renew(struct store *s, GError **e)
{
	return store_renew(((struct overlay *)s)->batch, e);
}

/* The snapshot's, and what is here: asked before it is read. */
static size_t overlay_applied(struct store *s, struct manifest_applied *applied_r)
{
	struct overlay *o = (struct overlay *)s;
	struct store_read before[READS_BEFORE] = { 0 };
	struct arena *a = arena_create();
	size_t n, i = 0;

	ask_changes(o, before, READS_BEFORE, 0, a);
	struct moment m = take_moment(o, before);

	n = snapshot_manifest(m.g)->n_applied;
	memcpy(applied_r, snapshot_manifest(m.g)->applied, n * sizeof(*applied_r));
	while (i < n && strcmp(applied_r[i].overlay, m.state.overlay) != 0)
		i++;
	if (m.state.overlay[0] != '\0' && i < MANIFEST_APPLIED) {
		applied_r[i] = m.state;
		n = MAX(n, i + 1);
	}
	snapshot_unpin(m.g);
	arena_destroy(&a);
	return n;
}

static bool overlay_sound(struct store *s, struct store_sound *sound_r, GError **e)
{
	struct overlay *o = (struct overlay *)s;
	struct store_sound batch, changes;
	bool good =
		store_sound(o->batch, &batch, e) && store_sound(o->changes, &changes, e);

	if (good)
		*sound_r = (struct store_sound){ batch.pages + changes.pages,
						 batch.entries + changes.entries };
	return good;
}

static void overlay_close(struct store *s)
{
	struct overlay *o = (struct overlay *)s;

	store_close(&o->batch);
	store_close(&o->changes);
	g_free(o->name);
	g_free(o);
}

static bool open_halves(struct overlay *o, const char *rest,
			const struct store_setup *setup, store_opener *below, GError **e)
{
	char **half = g_strsplit(rest, "|", 3);
	struct store_setup reader = *setup;
	const char *path;
	bool good = g_strv_length(half) == 2 &&
		    store_url_kind(half[0], &path) == STORE_URL_lmdb_snapshot &&
		    store_url_kind(half[1], &path) == STORE_URL_lmdb;

	reader.write = false;
	if (good) {
		o->batch = below(half[0], &reader, e);
		o->changes = o->batch == NULL ? NULL : below(half[1], setup, e);
	} else {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "store \"overlay:%s\": write %s", rest,
			    store_urls[STORE_URL_overlay].form);
	}
	g_strfreev(half);
	return o->changes != NULL;
}

static struct store *overlay_open(const char *rest, const struct store_setup *setup,
				  store_opener *below, GError **e)
{
	struct overlay *o = g_new0(struct overlay, 1);

	o->base.ops = &store_overlay;
	if (!open_halves(o, rest, setup, below, e)) {
		overlay_close(&o->base);
		return NULL;
	}
	o->name = random_hex((MANIFEST_NAME_BYTES - 1) / 2);
	return &o->base;
}

const struct store_ops store_overlay = {
	.open_over = overlay_open,
	.read_many = overlay_read_many,
	.write_many = overlay_write_many,
	.scan = overlay_scan,
	.scan_sorted = overlay_scan_sorted,
	.generation = overlay_generation,
	.renew = overlay_renew,
	.applied = overlay_applied,
	.sound = overlay_sound,
	.close = overlay_close,
};
