/* Persons into a store: looked at first, all of them, then written. What a person was stored
 * under before is read, so that names and addresses that are gone are taken away, and nothing
 * is written that is there already. Nobody is removed but by asking for it, and never more
 * than was allowed: an export that failed halfway must not empty the memory. */
#include <string.h>

#include "base/error.h"
#include "person/people.h"

#define CHUNK 100000 /* persons written at once: 1 GB on their way */

/* one chunk on its way */
struct writing {
	const struct people_import *im;
	struct arena *arena;
	GHashTable *owners; /* address -> struct person * of the whole list */
	GHashTable *ids;    /* ids given already, to whom */
	GHashTable *old;    /* address -> struct person * that the store has there */
	GArray *away;       /* writes that take away: they go first */
	GArray *writes;
	GHashTable
		*by_key; /* name key -> GPtrArray of struct person *, to be put there */
	GHashTable
		*stored; /* id -> struct person *, all of the tenant; NULL: not asked */
	bool look;       /* compare and count, make no writes */
	struct people_imported done;
};

static bool read_old(struct writing *w, const struct person *at, size_t n, GError **e)
{
	GArray *reads = g_array_new(FALSE, FALSE, sizeof(struct store_read));
	bool all = true;
	size_t r = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < at[i].n_addresses; k++) {
			struct store_read read = {
				.key = key_build(w->arena, FAMILY_PERSON, w->im->tenant,
						 at[i].addresses[k], NULL),
			};

			g_array_append_val(reads, read);
		}
	}
	for (size_t from = 0; from < reads->len; from += LIMIT_BATCH_KEYS)
		store_read_many(w->im->store,
				&g_array_index(reads, struct store_read, from),
				MIN(reads->len - from, LIMIT_BATCH_KEYS), 0, w->arena);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < at[i].n_addresses; k++) {
			const struct store_read *read =
				&g_array_index(reads, struct store_read, r++);
			struct person *p = arena_new(w->arena, struct person, 1);

			all &= read->answer != ANSWER_UNKNOWN;
			if (read->answer == ANSWER_YES &&
			    person_decode(w->arena, read->value, p) == ANSWER_YES)
				g_hash_table_insert(
					w->old, (void *)(uintptr_t)at[i].addresses[k], p);
		}
	}
	g_array_free(reads, TRUE);
	if (!all)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "store \"%s\": did not answer; try again",
			    store_url(w->im->store));
	return all;
}

static void add_write(GArray *writes, struct store_write write)
{
	if (write.key.n > 0)
		g_array_append_val(writes, write);
}

/* own: keys live in scratch; taking names apart leaves much behind there */
static GHashTable *keys_of(struct arena *scratch, const struct person *p)
{
	GHashTable *keys = g_hash_table_new(g_str_hash, g_str_equal);
	const char *of_one[LIMIT_NAME_KEYS];

	for (size_t i = 0; i < p->n_names; i++) {
		size_t n = name_keys_write(scratch, p->names[i], of_one);

		for (size_t k = 0; k < n; k++)
			g_hash_table_add(keys, (void *)(uintptr_t)of_one[k]);
	}
	size_t n = p->vip ? name_title_keys(scratch, p->title, of_one) : 0;

	for (size_t k = 0; k < n; k++)
		g_hash_table_add(keys, (void *)(uintptr_t)of_one[k]);
	return keys;
}

/* Many people share a key: it is written once for all of them. */
static void note_names(struct writing *w, const struct person *p, GHashTable *keys)
{
	struct person *kept = arena_new(w->arena, struct person, 1);
	GHashTableIter iter;
	void *key;

	*kept = *p;
	g_hash_table_iter_init(&iter, keys);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		GPtrArray *people = g_hash_table_lookup(w->by_key, key);

		if (people == NULL) {
			people = g_ptr_array_new();
			g_hash_table_insert(w->by_key, arena_strdup(w->arena, key),
					    people);
		}
		g_ptr_array_add(people, kept);
	}
}

static void write_names(struct writing *w)
{
	GHashTableIter iter;
	void *key, *value;

	g_hash_table_iter_init(&iter, w->by_key);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const GPtrArray *people = value;
		struct bytes change = people_value(
			w->arena, (const struct person *const *)people->pdata,
			people->len);

		add_write(w->writes, person_change(w->arena, FAMILY_NAME, w->im->tenant,
						   key, change));
	}
}

/* What an older record stands under, and the new one of that id does not; p is NULL: there is
 * no new one. */
static void take_away(struct writing *w, const struct person *old, const struct person *p,
		      GHashTable *keys)
{
	struct person gone = { .id = old->id, .gone = true };
	bool same_id = p != NULL && strcmp(old->id, p->id) == 0;
	struct arena *scratch = arena_create();
	GHashTable *old_keys = keys_of(scratch, old);
	const struct person *one = &gone;
	struct bytes value = people_value(w->arena, &one, 1);
	GHashTableIter iter;
	void *key;

	g_hash_table_iter_init(&iter, old_keys);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		if (!same_id || !g_hash_table_contains(keys, key))
			add_write(w->away, person_change(w->arena, FAMILY_NAME,
							 w->im->tenant, key, value));
	g_hash_table_destroy(old_keys);
	arena_destroy(&scratch);
	for (size_t i = 0; i < old->n_addresses; i++) {
		struct store_write del = { .kind = STORE_DELETE };

		if (g_hash_table_contains(w->owners, old->addresses[i]))
			continue;
		del.key = key_build(w->arena, FAMILY_PERSON, w->im->tenant,
				    old->addresses[i], NULL);
		add_write(w->away, del);
	}
}

/* Is every address known, with just this record? */
static bool is_same(struct writing *w, const struct person *p, struct bytes value)
{
	for (size_t i = 0; i < p->n_addresses; i++) {
		const struct person *old = g_hash_table_lookup(w->old, p->addresses[i]);

		if (old == NULL || !bytes_equal(person_value(w->arena, old), value))
			return false;
	}
	return true;
}

/* An older record under one of the addresses is of the same person, unless its id is now an
 * address of somebody else, or somebody else was taken for it before. */
static bool is_mine(struct writing *w, const struct person *old,
		    const struct person *from)
{
	const struct person *owner, *taken;

	if (old == NULL || old->id == NULL)
		return false;
	owner = g_hash_table_lookup(w->owners, old->id);
	taken = g_hash_table_lookup(w->ids, old->id);
	return (owner == NULL || owner == from) && (taken == NULL || taken == from);
}

static const struct person *record_before(struct writing *w, const struct person *from)
{
	for (size_t i = 0; i < from->n_addresses; i++) {
		const struct person *old =
			g_hash_table_lookup(w->old, from->addresses[i]);

		if (is_mine(w, old, from))
			return old;
	}
	return NULL;
}

static void replace_person(struct writing *w, const struct person *from,
			   const struct person *p, struct bytes value)
{
	GHashTable *taken = g_hash_table_new(g_str_hash, g_str_equal);
	struct arena *scratch = arena_create();
	GHashTable *keys = keys_of(scratch, p);

	for (size_t i = 0; i < p->n_addresses; i++) {
		const struct person *old = g_hash_table_lookup(w->old, p->addresses[i]);

		if (is_mine(w, old, from) &&
		    g_hash_table_add(taken, (void *)(uintptr_t)old->id))
			take_away(w, old, p, keys);
		add_write(w->writes, person_change(w->arena, FAMILY_PERSON, w->im->tenant,
						   p->addresses[i], value));
		if (w->im->also != NULL)
			add_write(w->writes,
				  w->im->also(w->arena, p, p->addresses[i], w->im->to));
	}
	note_names(w, p, keys);
	g_hash_table_destroy(taken);
	g_hash_table_destroy(keys);
	arena_destroy(&scratch);
}

static void write_person(struct writing *w, const struct person *from)
{
	const struct person *before = record_before(w, from);
	struct person p = *from;
	struct bytes value;

	p.id = before != NULL ? before->id : from->id;
	p.keyed = NAME_KEYS_VERSION;
	p.since_s =
		before != NULL && before->since_s > 0 ? before->since_s : w->im->now_s;
	g_hash_table_insert(w->ids, g_strdup(p.id), (void *)(uintptr_t)from);
	value = person_value(w->arena, &p);
	if (is_same(w, &p, value)) {
		w->done.same++;
		return;
	}
	*(before != NULL ? &w->done.changed : &w->done.added) += 1;
	if (!w->look)
		replace_person(w, from, &p, value);
	else if (w->im->differs != NULL)
		w->im->differs(before, &p, w->im->to);
}

/* The stored persons that nobody of the list turned out to be. */
static void for_gone(struct writing *w,
		     void (*what)(struct writing *w, const struct person *old))
{
	GHashTableIter iter;
	void *id, *old;

	g_hash_table_iter_init(&iter, w->stored);
	while (g_hash_table_iter_next(&iter, &id, &old))
		if (!g_hash_table_contains(w->ids, id))
			what(w, old);
}

static void note_gone(struct writing *w, const struct person *old)
{
	w->done.gone++;
	if (w->im->differs != NULL)
		w->im->differs(old, NULL, w->im->to);
}

static void take_all_away(struct writing *w, const struct person *old)
{
	take_away(w, old, NULL, NULL);
}

static bool write_all(struct writing *w, GError **e)
{
	if (w->writes->len > 0)
		g_array_append_vals(w->away, w->writes->data, w->writes->len);
	return w->away->len == 0 ||
	       store_write_many(w->im->store,
				(const struct store_write *)(void *)w->away->data,
				w->away->len, e) == STORE_WROTE;
}

static void free_list(void *list)
{
	g_ptr_array_free(list, TRUE);
}

/* in    last   who is gone goes with it */
static bool do_chunk(struct writing *w, const struct person *at, size_t n, bool last,
		     GError **e)
{
	bool good;

	w->arena = arena_create();
	w->old = g_hash_table_new(g_str_hash, g_str_equal);
	w->away = g_array_new(FALSE, FALSE, sizeof(struct store_write));
	w->writes = g_array_new(FALSE, FALSE, sizeof(struct store_write));
	w->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_list);
	good = read_old(w, at, n, e);
	for (size_t i = 0; good && i < n; i++)
		write_person(w, &at[i]);
	if (good && last && w->stored != NULL)
		for_gone(w, w->look ? note_gone : take_all_away);
	write_names(w);
	good = good && (w->look || write_all(w, e));
	g_hash_table_destroy(w->by_key);
	g_array_free(w->writes, TRUE);
	g_array_free(w->away, TRUE);
	g_hash_table_destroy(w->old);
	arena_destroy(&w->arena);
	return good;
}

static bool do_all(struct writing *w, const struct people_list *list, bool look,
		   GError **e)
{
	size_t from = 0, n;

	w->look = look;
	w->done = (struct people_imported){ .stored = w->done.stored };
	g_hash_table_remove_all(w->ids);
	do {
		n = MIN(list->n - from, (size_t)CHUNK);
		if (!do_chunk(w, list->at + from, n, from + n == list->n, e))
			return false;
		from += n;
		if (!look && w->im->progress != NULL)
			w->im->progress(from, list->n, w->im->to);
	} while (from < list->n);
	return true;
}

/* --- who is stored --- */

struct seeing {
	struct arena *arena;
	GHashTable *stored;
	bool damaged;
};

/* A person stands there once for each address, and any of them tells all. */
static bool see_person(const struct store_record *record, void *to)
{
	struct seeing *s = to;
	struct person *p = arena_new(s->arena, struct person, 1);

	if (person_decode(s->arena, record->value, p) != ANSWER_YES || p->id == NULL)
		s->damaged = true;
	else
		g_hash_table_insert(s->stored, (void *)(uintptr_t)p->id, p);
	return !s->damaged;
}

static bool read_stored(struct writing *w, struct arena *whole, GError **e)
{
	struct seeing s = { .arena = whole,
			    .stored = g_hash_table_new(g_str_hash, g_str_equal) };

	w->stored = s.stored;
	if (!store_scan(w->im->store, key_prefix(whole, FAMILY_PERSON, w->im->tenant),
			see_person, &s, e))
		return false;
	w->done.stored = g_hash_table_size(s.stored);
	if (s.damaged)
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_STORE,
			"store \"%s\": a person's record cannot be read: it is damaged, "
			"or of a newer version than this program",
			store_url(w->im->store));
	return !s.damaged;
}

static bool removes_too_many(const struct writing *w, GError **e)
{
	size_t gone = w->done.gone, stored = w->done.stored;
	size_t allowed = stored * w->im->max_removed_percent / 100;

	if (gone <= allowed)
		return false;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "%zu of the %zu people of tenant \"%s\" would go, and no more than "
		    "%u %% may: nothing was written. If it is right, allow %zu %%",
		    gone, stored, w->im->tenant, w->im->max_removed_percent,
		    (gone * 100 + stored - 1) / stored);
	return true;
}

static void note_owners(struct writing *w, const struct people_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->at[i].n_addresses; k++)
			g_hash_table_insert(w->owners,
					    (void *)(uintptr_t)list->at[i].addresses[k],
					    (void *)(uintptr_t)&list->at[i]);
}

bool people_write(const struct people_import *im, const struct people_list *list,
		  bool dry_run, struct people_imported *done_r, GError **e)
{
	struct arena *whole = arena_create();
	struct writing w = {
		.im = im,
		.owners = g_hash_table_new(g_str_hash, g_str_equal),
		.ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	bool good = !im->remove || read_stored(&w, whole, e);

	note_owners(&w, list);
	good = good && do_all(&w, list, true, e) && !removes_too_many(&w, e);
	*done_r = w.done;
	if (good && !dry_run && w.done.same < list->n + w.done.gone) {
		good = do_all(&w, list, false, e);
		w.done.gone = done_r->gone;
		*done_r = w.done;
	}
	if (w.stored != NULL)
		g_hash_table_destroy(w.stored);
	g_hash_table_destroy(w.ids);
	g_hash_table_destroy(w.owners);
	arena_destroy(&whole);
	return good;
}
