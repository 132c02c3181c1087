/* wonted store get | scan | stats | verify: looking, never changing. */
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/plural.h"
#include "base/printable.h"
#include "cmd/listing.h"
#include "cmd/progress.h"
#include "cmd/store_record.h"
#include "cmd/store_work.h"
#include "cmd/tenant_store.h"
#include "message/address.h"
#include "store/keys.h"

#define DAMAGED_SHOWN 20

static void print_line(const struct store_record *record)
{
	GString *line = g_string_new(NULL);

	record_print(record, line);
	puts(line->str);
	g_string_free(line, TRUE);
}

/* Addresses as keys have them, whatever case they were typed in. */
static const char *part_of(struct arena *a, const char *typed, const char *kind)
{
	const char *key = NULL;

	if (typed == NULL)
		return NULL;
	if (strcmp(kind, "address") == 0 || strcmp(kind, "mailbox") == 0 ||
	    strcmp(kind, "correspondent") == 0)
		key = address_key(a, typed);
	return key != NULL ? key : typed;
}

static bool check_parts(const struct family_row *row, char **part, GError **e)
{
	unsigned want = (unsigned)(row->part1[0] != '\0') + (row->part2[0] != '\0');

	if (g_strv_length(part) == want && (want < 1 || part[0][0] != '\0') &&
	    (want < 2 || part[1][0] != '\0'))
		return true;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s needs %s%s%s%s%s", row->name,
		    want == 0 ? "no further argument" : "\"", row->part1,
		    want == 2 ? "\" and \"" : "", row->part2, want > 0 ? "\"" : "");
	return false;
}

static bool get_one(struct store *s, struct arena *a, struct bytes key, GError **e)
{
	struct store_read r = { .key = key };

	store_read_many(s, &r, 1, 0, a);
	if (r.answer == ANSWER_YES) {
		print_line(&(struct store_record){ .key = r.key, .value = r.value });
		return true;
	}
	if (r.answer == ANSWER_NO)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "there is no such record: %s",
			    arena_strndup(a, key.at, key.n));
	else
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "store \"%s\" did not answer", store_url(s));
	return false;
}

bool store_get(struct store_command *v, char **argument, GError **e)
{
	enum family f = record_family(argument[0], e);
	struct tenant_store at;
	bool good;

	if (f == FAMILY_COUNT || !check_parts(&key_families[f], argument + 1, e))
		return false;
	good = tenant_store_open(&at, v->options, v->tenant_name, false, e);
	if (good) {
		const char *part1 = part_of(at.arena, argument[1], key_families[f].part1);
		const char *part2 = part1 != NULL ? part_of(at.arena, argument[2],
							    key_families[f].part2)
						  : NULL;

		good = get_one(at.store, at.arena,
			       key_build(at.arena, f, at.tenant->name, part1, part2), e);
	}
	tenant_store_close(&at);
	return good;
}

/* --- scan --- */

struct listing {
	gint64 shown, most;
};

static bool list_one(const struct store_record *record, void *to)
{
	struct listing *l = to;

	print_line(record);
	return ++l->shown != l->most;
}

bool store_list(struct store_command *v, char **argument, GError **e)
{
	enum family f = record_family(argument[0], e);
	struct listing l = { .most = v->most };
	struct tenant_store at;
	bool good;

	if (f == FAMILY_COUNT)
		return false;
	good = tenant_store_open(&at, v->options, v->tenant_name, false, e);
	if (good) {
		struct bytes begin = key_prefix(at.arena, f, at.tenant->name);
		const char *prefix =
			arena_printf(at.arena, "%.*s%s", (int)begin.n, begin.at,
				     v->prefix != NULL ? v->prefix : "");

		good = store_scan(at.store, bytes_of(prefix), list_one, &l, e);
	}
	tenant_store_close(&at);
	return good;
}

/* --- stats --- */

struct sums {
	uint64_t keys[FAMILY_COUNT + 1]; /* the last: no keys of ours */
	uint64_t key_bytes[FAMILY_COUNT + 1], value_bytes[FAMILY_COUNT + 1];
	uint64_t all, damaged;
	struct progress *progress;
	bool decode;
};

static bool sum_one(const struct store_record *record, void *to)
{
	const struct bytes key = record->key, value = record->value;
	struct sums *sums = to;
	struct arena *a = arena_create();
	struct key_parts parts;
	size_t f = key_split(a, key, &parts) ? (size_t)parts.family : FAMILY_COUNT;

	sums->keys[f]++;
	sums->key_bytes[f] += key.n;
	sums->value_bytes[f] += value.n;
	progress_show(sums->progress, ++sums->all, 0, 0);
	if (sums->decode && record_read(key, value, NULL) != ANSWER_YES &&
	    sums->damaged++ < DAMAGED_SHOWN) {
		char *safe = printable(arena_strndup(a, key.at, key.n), 600);

		fprintf(stderr, "cannot read the record of %s\n", safe);
		g_free(safe);
	}
	arena_destroy(&a);
	return true;
}

static bool sum_all(struct store *s, struct sums *sums, GError **e)
{
	bool good;

	sums->progress = progress_create("records");
	good = store_scan(s, (struct bytes){ .at = "", .n = 0 }, sum_one, sums, e);
	progress_destroy(&sums->progress);
	return good;
}

static const char *family_of(size_t f)
{
	return f < FAMILY_COUNT ? key_families[f].name : "(foreign)";
}

static void json_sums(const struct sums *sums)
{
	for (size_t f = 0; f <= FAMILY_COUNT; f++) {
		if (sums->keys[f] == 0)
			continue;
		GString *out = listing_json_begin();

		listing_json_text(out, "family", family_of(f));
		listing_json_int(out, "records", (int64_t)sums->keys[f]);
		listing_json_int(out, "key_bytes", (int64_t)sums->key_bytes[f]);
		listing_json_int(out, "value_bytes", (int64_t)sums->value_bytes[f]);
		listing_json_print(out);
	}
}

static void print_sums(const struct sums *sums)
{
	uint64_t key_bytes = 0, value_bytes = 0;

	printf("%-12s %12s %14s %14s\n", "family", "records", "bytes of keys",
	       "of values");
	for (size_t f = 0; f <= FAMILY_COUNT; f++) {
		key_bytes += sums->key_bytes[f];
		value_bytes += sums->value_bytes[f];
		if (sums->keys[f] > 0)
			printf("%-12s %12" G_GUINT64_FORMAT " %14" G_GUINT64_FORMAT
			       " %14" G_GUINT64_FORMAT "\n",
			       family_of(f), sums->keys[f], sums->key_bytes[f],
			       sums->value_bytes[f]);
	}
	printf("%-12s %12" G_GUINT64_FORMAT " %14" G_GUINT64_FORMAT
	       " %14" G_GUINT64_FORMAT "\n",
	       "all", sums->all, key_bytes, value_bytes);
}

bool store_stats(struct store_command *v, char **argument, GError **e)
{
	struct store *s = configured_store_open(v->options, false, e);
	struct sums sums = { 0 };
	bool good = s != NULL && sum_all(s, &sums, e);

	(void)argument;
	if (good && v->json)
		json_sums(&sums);
	else if (good)
		print_sums(&sums);
	store_close(&s);
	return good;
}

static void print_verified(const struct store_command *v, const struct sums *sums,
			   const struct store_sound *sound)
{
	if (v->json) {
		GString *out = listing_json_begin();

		listing_json_int(out, "pages", (int64_t)sound->pages);
		listing_json_int(out, "entries", (int64_t)sound->entries);
		listing_json_int(out, "records", (int64_t)sums->all);
		listing_json_int(out, "damaged", (int64_t)sums->damaged);
		listing_json_print(out);
		return;
	}
	printf("%" G_GUINT64_FORMAT " %s read, %" G_GUINT64_FORMAT " damaged\n",
	       sums->all, plural(sums->all, "record", "records"), sums->damaged);
}

/* The pages first: a scan trusts them. */
bool store_verify(struct store_command *v, char **argument, GError **e)
{
	struct store *s = configured_store_open(v->options, false, e);
	struct sums sums = { .decode = true };
	struct store_sound sound = { 0 };
	bool good = s != NULL && store_sound(s, &sound, e);

	(void)argument;
	if (good && sound.pages > 0 && !v->json)
		printf("%" G_GUINT64_FORMAT " pages with %" G_GUINT64_FORMAT
		       " entries are sound\n",
		       sound.pages, sound.entries);
	good = good && sum_all(s, &sums, e);
	if (good)
		print_verified(v, &sums, &sound);
	if (good && sums.damaged > 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "%" G_GUINT64_FORMAT
			    " %s of \"%s\" cannot be read; unknown until written again",
			    sums.damaged, plural(sums.damaged, "record", "records"),
			    store_url(s));
		good = false;
	}
	store_close(&s);
	return good;
}
