/* Person records and the sets of candidates under name keys: codecs, changes, and choosing
 * among candidates. How near two names are is name.c's business alone. */
#include "person/person.h"

#include <glib.h>

#define NAMES_MOST 16
#define ADDRESSES_MOST 64
#define NAME_BYTES 200
#define ID_BYTES 320
#define JUDGED_MOST 500 /* candidates for one display name: 10 ms */

static const struct codec_field person_fields[] = {
	CODEC_TEXT_FIELD(person, 1, id, ID_BYTES),
	CODEC_TEXTS_FIELD(person, 2, names, n_names, NAMES_MOST),
	CODEC_TEXTS_FIELD(person, 3, addresses, n_addresses, ADDRESSES_MOST),
	CODEC_TEXT_FIELD(person, 4, title, NAME_BYTES),
	CODEC_BOOL_FIELD(person, 5, vip),
	CODEC_BOOL_FIELD(person, 6, gone),
	CODEC_INT_FIELD(person, 7, since_s),
	CODEC_INT_FIELD(person, 8, keyed),
};

const struct codec person_codec = {
	.name = "person",
	.version = 1,
	.size = sizeof(struct person),
	.fields = person_fields,
	.n_fields = COUNT_OF(person_fields),
};

static const struct codec_field people_fields[] = {
	CODEC_RECORDS_FIELD(people, 1, at, n, LIMIT_CANDIDATES, &person_codec),
	CODEC_BOOL_FIELD(people, 2, more),
};

const struct codec people_codec = {
	.name = "people",
	.version = 1,
	.size = sizeof(struct people),
	.fields = people_fields,
	.n_fields = COUNT_OF(people_fields),
};

enum answer person_decode(struct arena *a, struct bytes value, struct person *person_r)
{
	return codec_decode(&person_codec, value, person_r, a);
}

/* The id is mostly the usual address: a candidate does not say it twice. */
static bool id_is_said(const struct person *p)
{
	return p->id != NULL && p->n_addresses > 0 && strcmp(p->id, p->addresses[0]) == 0;
}

static struct bytes people_encode(struct arena *a, const struct people *all)
{
	struct person *list = g_new(struct person, all->n);
	struct people short_of = { .at = list, .n = all->n, .more = all->more };
	struct bytes value;

	for (size_t i = 0; i < all->n; i++) {
		list[i] = all->at[i];
		if (id_is_said(&list[i]))
			list[i].id = NULL;
	}
	value = codec_encode(&people_codec, &short_of, a);
	g_free(list);
	return value;
}

enum answer people_decode(struct arena *a, struct bytes value, struct people *people_r)
{
	enum answer answer = codec_decode(&people_codec, value, people_r, a);
	struct person *list;

	if (answer != ANSWER_YES || people_r->n == 0)
		return answer;
	list = arena_new(a, struct person, people_r->n);
	memcpy(list, people_r->at, people_r->n * sizeof(*list));
	for (size_t i = 0; i < people_r->n; i++)
		if (list[i].id == NULL && list[i].n_addresses > 0)
			list[i].id = list[i].addresses[0];
	people_r->at = list;
	return answer;
}

bool person_has_address(const struct person *p, const char *key)
{
	for (size_t i = 0; i < p->n_addresses; i++)
		if (strcmp(p->addresses[i], key) == 0)
			return true;
	return false;
}

/* --- changes --- */

struct bytes person_value(struct arena *a, const struct person *p)
{
	return codec_encode(&person_codec, p, a);
}

/* A candidate is what a judgement and its words need, and no more: there are many of them.
 * Only a VIP's title makes a difference to the reader. */
static struct person candidate_of(const struct person *p)
{
	struct person candidate = *p;

	if (!p->vip)
		candidate.title = NULL;
	candidate.since_s = candidate.keyed = 0;
	return candidate;
}

/* VIPs first, then by id, so that the same people give the same bytes */
static int compare_people(const void *pa, const void *pb)
{
	const struct person *a = pa, *b = pb;

	if (a->vip != b->vip)
		return a->vip ? -1 : 1;
	return g_strcmp0(a->id, b->id);
}

struct bytes people_value(struct arena *a, const struct person *const *list, size_t n)
{
	struct person *candidates = g_new(struct person, n);
	struct bytes value;

	for (size_t i = 0; i < n; i++)
		candidates[i] = candidate_of(list[i]);
	qsort(candidates, n, sizeof(*candidates), compare_people);
	value = people_encode(a, &(struct people){
					 .at = candidates,
					 .n = MIN(n, LIMIT_CANDIDATES),
					 .more = n > LIMIT_CANDIDATES,
				 });
	g_free(candidates);
	return value;
}

static bool same_id(const struct person *p, const struct person *q)
{
	return g_strcmp0(p->id, q->id) == 0;
}

static bool merge_people(struct bytes old, struct bytes change, struct arena *a,
			 struct bytes *new_r)
{
	struct people have = { 0 }, delta;
	struct person *list;
	size_t n = 0;

	if (old.at != NULL && people_decode(a, old, &have) != ANSWER_YES)
		return false;
	if (people_decode(a, change, &delta) != ANSWER_YES)
		return false;
	list = arena_new(a, struct person, have.n + delta.n);
	for (size_t i = 0; i < have.n; i++) {
		bool replaced = false;

		for (size_t k = 0; k < delta.n; k++)
			replaced |= same_id(&have.at[i], &delta.at[k]);
		if (!replaced)
			list[n++] = have.at[i];
	}
	for (size_t k = 0; k < delta.n; k++)
		if (!delta.at[k].gone)
			list[n++] = delta.at[k];
	qsort(list, n, sizeof(*list), compare_people);
	if (n == 0) {
		*new_r = (struct bytes){ 0 };
		return true;
	}
	*new_r = people_encode(
		a, &(struct people){
			   .at = list,
			   .n = MIN(n, LIMIT_CANDIDATES),
			   .more = have.more || delta.more || n > LIMIT_CANDIDATES,
		   });
	return true;
}

struct store_write person_change(struct arena *a, enum family family, const char *tenant,
				 const char *part1, struct bytes value)
{
	return (struct store_write){
		.key = key_build(a, family, tenant, part1, NULL),
		.kind = family == FAMILY_NAME ? STORE_MERGE : STORE_PUT,
		.value = value,
		.ttl_s = key_families[family].ttl_s,
		.merge = family == FAMILY_NAME ? merge_people : NULL,
	};
}

/* --- who is meant --- */

static bool is_nearer(const struct name_judgement *a, const struct name_judgement *b)
{
	if (a->match != b->match)
		return a->match > b->match;
	return a->distance < b->distance;
}

/* a display name, read once to be judged against many */
struct display {
	const struct name_read *name;
	const char *title[NAME_TITLE_KEYS];
	size_t n_title;
};

/* Who writes as "Managing Director" is taken for the one whose title that is. */
static bool bears_title(struct arena *a, const struct display *d, const struct person *p)
{
	const char *keys[NAME_TITLE_KEYS];
	size_t n = p->vip ? name_title_keys(a, p->title, keys) : 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < d->n_title; k++)
			if (strcmp(keys[i], d->title[k]) == 0)
				return true;
	return false;
}

static struct person_match best_name(struct arena *a, const struct display *d,
				     const struct person *p)
{
	struct person_match best = { .person = p };

	for (size_t i = 0; i < p->n_names; i++) {
		struct name_judgement j = name_judge(name_read(a, p->names[i]), d->name);

		if (j.match != NAME_NONE &&
		    (best.name == NULL || is_nearer(&j, &best.judged))) {
			best.name = p->names[i];
			best.judged = j;
		}
	}
	if (best.name == NULL && p->n_names > 0 && bears_title(a, d, p)) {
		best.name = p->names[0];
		best.judged = (struct name_judgement){ NAME_FUZZY, 0, PERSON_HOW_TITLE };
	}
	return best;
}

static int compare_matches(const void *pa, const void *pb)
{
	const struct person_match *a = pa, *b = pb;

	if (a->judged.match != b->judged.match)
		return a->judged.match > b->judged.match ? -1 : 1;
	if (a->person->vip != b->person->vip)
		return a->person->vip ? -1 : 1;
	if (a->judged.distance != b->judged.distance)
		return a->judged.distance < b->judged.distance ? -1 : 1;
	return g_strcmp0(a->person->id, b->person->id);
}

/* Reading takes memory that nobody wants later: only the matches outlive it. */
static void judge_all(const char *display, const struct people *found, size_t n,
		      GArray *matches)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	struct arena *scratch = arena_create();
	struct display d = { .name = name_read(scratch, display) };

	d.n_title = name_title_keys(scratch, display, d.title);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < found[i].n; k++) {
			const struct person *p = &found[i].at[k];
			struct person_match m;

			if (p->id == NULL || g_hash_table_size(seen) >= JUDGED_MOST ||
			    !g_hash_table_add(seen, (void *)(uintptr_t)p->id))
				continue;
			m = best_name(scratch, &d, p);
			if (m.name != NULL)
				g_array_append_val(matches, m);
		}
	}
	arena_destroy(&scratch);
	g_hash_table_destroy(seen);
}

size_t people_match(struct arena *a, const char *display, const struct people *found,
		    size_t n, const struct person_match **match_r)
{
	GArray *matches = g_array_new(FALSE, FALSE, sizeof(struct person_match));
	struct person_match *all;
	size_t n_all;

	judge_all(display, found, n, matches);
	g_array_sort(matches, compare_matches);
	n_all = MIN(matches->len, LIMIT_CANDIDATES);
	all = arena_new(a, struct person_match, n_all);
	if (n_all > 0)
		memcpy(all, matches->data, n_all * sizeof(*all));
	*match_r = all;
	g_array_free(matches, TRUE);
	return n_all;
}
