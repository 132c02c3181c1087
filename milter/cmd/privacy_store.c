/* Records of the memory: those of an address by their key, and those of others that name it. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "behavior/behavior.h"
#include "cmd/privacy.h"
#include "cmd/store_record.h"
#include "cmd/tenant_store.h"
#include "learn/writer_lock.h"
#include "person/person.h"

#define WRITER_LOCK_MS 20000
#define BATCH_MOST 1000

static bool is_part(const struct privacy *p, const char *part)
{
	const char *bare = part[0] == '?' ? part + 1 : part; /* of a preference */

	return g_strcmp0(bare, p->sought.part) == 0;
}

static bool is_theirs(const struct privacy *p, const struct key_parts *parts)
{
	return is_part(p, parts->part1) || is_part(p, parts->part2);
}

/* line   of the record, as it is printed; NULL: it is none of theirs */
static bool is_about(const struct privacy *p, const struct store_record *record,
		     GString *line)
{
	struct arena *a = arena_create();
	struct key_parts parts;
	bool ours = key_split(a, record->key, &parts);
	bool about =
		ours && (p->tenant == NULL || strcmp(parts.tenant, p->tenant->name) == 0);

	if (about) {
		record_print(record, line);
		about = is_theirs(p, &parts) ||
			sought_in(&p->sought, (struct bytes){ line->str, line->len });
	}
	arena_destroy(&a);
	return about;
}

static bool look_at(const struct store_record *record, void *to)
{
	struct privacy *p = to;
	GString *line = g_string_new(NULL);

	if (is_about(p, record, line) && privacy_found(p)) {
		if (p->json)
			privacy_json(p, "record", line->str);
		else
			printf("  %s\n", line->str);
	}
	g_string_free(line, TRUE);
	return true;
}

bool privacy_look_store(struct privacy *p, GError **e)
{
	struct store *s = configured_store_open(p->options, false, e);
	bool good = s != NULL &&
		    store_scan(s, (struct bytes){ .at = "", .n = 0 }, look_at, p, e);

	store_close(&s);
	return good;
}

/* ---- erasing ---- */

/* The families whose records are others' too: of these only the address goes. It is a pure
 * function of the stored value and the address, so that no store can lose what somebody else
 * writes meanwhile. */
static bool without_address(const struct sought *s, const char *text)
{
	return text == NULL || !sought_in(s, bytes_of(text));
}

static bool is_other(const struct sought *s, const struct person *who)
{
	for (size_t i = 0; i < who->n_addresses; i++)
		if (!without_address(s, who->addresses[i]))
			return false;
	return without_address(s, who->id);
}

static struct bytes people_without(struct bytes old, const struct sought *s,
				   struct arena *a)
{
	struct people people;
	struct person *at;
	size_t n = 0;

	if (people_decode(a, old, &people) != ANSWER_YES)
		return old;
	at = arena_new(a, struct person, people.n);
	for (size_t i = 0; i < people.n; i++)
		if (is_other(s, &people.at[i]))
			at[n++] = people.at[i];
	people.at = at;
	people.n = n;
	return n == 0 ? (struct bytes){ .at = "", .n = 0 }
		      : codec_encode(&people_codec, &people, a);
}

static void set_without(struct usual_set *set, const struct sought *s)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		if (without_address(s, set->at[i].text))
			set->at[n++] = set->at[i];
	set->n = n;
}

static struct bytes history_without(struct bytes old, const struct sought *s,
				    struct arena *a)
{
	struct history h;

	if (history_decode(a, old, &h) != ANSWER_YES)
		return old;
	bool had = h.usual[USUAL_ADDRESS].n > 0;

	for (size_t i = 0; i < USUAL_COUNT; i++)
		set_without(&h.usual[i], s);
	/* a display name that nobody else has used is theirs */
	if (had && h.usual[USUAL_ADDRESS].n == 0)
		return (struct bytes){ .at = "", .n = 0 };
	return codec_encode(&history_codec, &h, a);
}

static bool merge_people(struct bytes old, struct bytes change, struct arena *a,
			 struct bytes *new_r)
{
	struct sought s;

	*new_r = old;
	if (old.at != NULL && sought_make(a, arena_strndup(a, change.at, change.n), &s))
		*new_r = people_without(old, &s, a);
	return true;
}

static bool merge_history(struct bytes old, struct bytes change, struct arena *a,
			  struct bytes *new_r)
{
	struct sought s;

	*new_r = old;
	if (old.at != NULL && sought_make(a, arena_strndup(a, change.at, change.n), &s))
		*new_r = history_without(old, &s, a);
	return true;
}

struct erasing {
	struct privacy *privacy;
	GArray *writes; /* struct store_write */
};

static bool take(const struct store_record *record, void *to)
{
	struct erasing *x = to;
	struct arena *a = x->privacy->arena;
	GString *line = g_string_new(NULL);
	struct key_parts parts;

	if (is_about(x->privacy, record, line) && key_split(a, record->key, &parts)) {
		const struct family_row *row = &key_families[parts.family];
		struct store_write w = {
			.key = { arena_strndup(a, record->key.at, record->key.n),
				 record->key.n },
			.kind = STORE_DELETE,
		};

		if (!is_theirs(x->privacy, &parts) &&
		    (strcmp(row->codec, "people") == 0 ||
		     strcmp(row->codec, "history") == 0)) {
			w.kind = STORE_MERGE;
			w.value = bytes_of(x->privacy->sought.address);
			w.expires_s = record->expires_s;
			w.merge = strcmp(row->codec, "people") == 0 ? merge_people
								    : merge_history;
		}
		g_array_append_val(x->writes, w);
	}
	g_string_free(line, TRUE);
	return true;
}

static bool write_all(struct store *s, const GArray *writes, GError **e)
{
	for (guint i = 0; i < writes->len; i += BATCH_MOST)
		if (store_write_many(s, &g_array_index(writes, struct store_write, i),
				     MIN(BATCH_MOST, writes->len - i), e) != STORE_WROTE)
			return false;
	return true;
}

bool privacy_erase_store(struct privacy *p, GError **e)
{
	struct store *s = configured_store_open(p->options, true, e);
	struct erasing x = { p, g_array_new(FALSE, FALSE, sizeof(struct store_write)) };
	int lock;
	bool good =
		s != NULL && writer_lock_acquire(store_url(s), WRITER_LOCK_MS, &lock, e);

	if (good) {
		good = store_scan(s, (struct bytes){ .at = "", .n = 0 }, take, &x, e) &&
		       write_all(s, x.writes, e);
		writer_lock_release(lock);
	}
	g_array_free(x.writes, TRUE);
	store_close(&s);
	return good;
}
