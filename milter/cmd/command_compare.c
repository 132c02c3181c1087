/* `wonted compare`: two journals of the same mail, as of two filters beside each other. Messages are
 * found in both by Message-ID and recipient: ids and queue ids differ between machines. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/sorted.h"
#include "cmd/command.h"
#include "cmd/filter.h"
#include "cmd/listing.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/recorded.h"
#include "message/address.h"

enum { SHOWN = 10, TEXT_BYTES = 100, ROWS_SHOWN = 20 };

static const char *const name = "wonted compare";

struct wanted {
	char *since, *until;
	int64_t since_s, until_s;
	int limit;
	gboolean json;
};

/* what one journal says of a message to a recipient */
struct said {
	enum verdict verdict;
	enum action action;
	char *rule;   /* NULL: none decided */
	char *id;     /* of the message */
	int64_t seen; /* how often in the other journal */
};

/* agreement in some respect */
struct agreed {
	char *name;
	int64_t same, differ;
};

struct comparison {
	const struct wanted *wanted;
	const char *folders[2];
	GHashTable *first; /* "message-id\nrecipient" -> struct said */
	GHashTable *verdicts, *rules, *domains; /* name -> struct agreed */
	int64_t both, same, alone[2], nameless, left_out;
	GPtrArray *differing; /* pairs of ids, the first wanted->limit */
};

/* ---- small things ---- */

static void said_free(void *data)
{
	struct said *s = data;

	g_free(s->rule);
	g_free(s->id);
	g_free(s);
}

static void agreed_free(void *data)
{
	struct agreed *a = data;

	g_free(a->name);
	g_free(a);
}

static void count(GHashTable *table, const char *of, bool same)
{
	struct agreed *a = g_hash_table_lookup(table, of);

	if (a == NULL) {
		a = g_new0(struct agreed, 1);
		a->name = g_strdup(of);
		g_hash_table_insert(table, a->name, a);
	}
	a->same += same;
	a->differ += !same;
}

static const char *key_of(struct arena *a, const struct recorded *r, size_t i)
{
	const struct value *id = &r->features.at[FEATURE_MESSAGE_ID];
	const char *to =
		r->rcpts[i].address == NULL ? NULL : address_key(a, r->rcpts[i].address);

	if (!r->has_features || id->known != ANSWER_YES || to == NULL ||
	    r->rcpts[i].verdict >= VERDICT_COUNT)
		return NULL;
	return arena_printf(a, "%s\n%s", id->text, to);
}

/* ---- the first journal, then the second ---- */

static void keep(struct comparison *c, struct arena *a, const struct recorded *r)
{
	for (size_t i = 0; i < r->n_rcpts; i++) {
		const struct recorded_rcpt *to = &r->rcpts[i];
		const char *key = key_of(a, r, i);
		struct said *s;

		if (key == NULL || g_hash_table_size(c->first) >= LIMIT_COMPARED) {
			c->nameless += key == NULL;
			c->left_out += key != NULL;
			continue;
		}
		s = g_new0(struct said, 1);
		*s = (struct said){ .verdict = to->verdict,
				    .action = to->action,
				    .rule = g_strdup(to->decisive),
				    .id = g_strdup(r->id) };
		g_hash_table_replace(c->first, g_strdup(key), s);
	}
}

static void note_differing(struct comparison *c, const struct said *s, const char *id)
{
	if ((int)c->differing->len / 2 >= c->wanted->limit)
		return;
	g_ptr_array_add(c->differing, g_strdup(s->id));
	g_ptr_array_add(c->differing, g_strdup(id));
}

static void match(struct comparison *c, struct arena *a, const struct recorded *r)
{
	for (size_t i = 0; i < r->n_rcpts; i++) {
		const struct recorded_rcpt *to = &r->rcpts[i];
		const char *key = key_of(a, r, i), *domain;
		struct said *s = key == NULL ? NULL : g_hash_table_lookup(c->first, key);

		c->nameless += key == NULL;
		c->alone[1] += key != NULL && s == NULL;
		if (s == NULL || s->seen++ > 0)
			continue;
		bool same = s->verdict == to->verdict && s->action == to->action;

		domain = address_domain(address_key(a, to->address));
		c->both++;
		c->same += same;
		count(c->verdicts,
		      arena_printf(a, "%s -> %s", verdict_names[s->verdict],
				   verdict_names[to->verdict]),
		      same);
		count(c->domains, domain != NULL ? domain : "-", same);
		if (s->rule != NULL)
			count(c->rules, s->rule, g_strcmp0(s->rule, to->decisive) == 0);
		if (to->decisive != NULL && g_strcmp0(s->rule, to->decisive) != 0)
			count(c->rules, to->decisive, false);
		if (!same)
			note_differing(c, s, r->id);
	}
}

static bool read_journal(struct comparison *c, int which,
			 void (*take)(struct comparison *c, struct arena *a,
				      const struct recorded *r),
			 GError **e)
{
	struct journal_reader *r = journal_reader_open(c->folders[which], NULL, e);
	enum answer more = r == NULL ? ANSWER_UNKNOWN : ANSWER_YES;
	struct bytes line;

	while (more == ANSWER_YES) {
		struct arena *a = arena_create();
		struct recorded rec;

		more = journal_reader_next(r, &line, e);
		if (more == ANSWER_YES && recorded_read(a, line, &rec, NULL) &&
		    !rec.internal && rec.time_s >= c->wanted->since_s &&
		    (c->wanted->until_s == 0 || rec.time_s < c->wanted->until_s))
			take(c, a, &rec);
		arena_destroy(&a);
	}
	journal_reader_close(&r);
	return more == ANSWER_NO;
}

/* ---- telling ---- */

static int compare_agreed(const void *left, const void *right)
{
	const struct agreed *a = *(void *const *)left, *b = *(void *const *)right;

	if (a->differ != b->differ)
		return a->differ > b->differ ? -1 : 1;
	if (a->same != b->same)
		return a->same > b->same ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void print_table(const char *what, GHashTable *table)
{
	GPtrArray *list = sorted_values(table, compare_agreed);

	printf("by %s:\n", what);
	for (guint i = 0; i < list->len && i < ROWS_SHOWN; i++) {
		const struct agreed *row = list->pdata[i];

		printf("  %8" PRId64 " %8" PRId64 "  ", row->same, row->differ);
		listing_put_text(row->name, TEXT_BYTES);
		putchar('\n');
	}
	if (list->len > ROWS_SHOWN)
		printf("  and %u more\n", list->len - ROWS_SHOWN);
	g_ptr_array_unref(list);
}

static void explain(const char *folder, const char *id)
{
	char *line = NULL, *text = NULL;
	GError *e = NULL;

	if (journal_find(folder, id, &line, &e) &&
	    record_explain(line, false, &text, &e)) {
		printf("--- %s\n%s", folder, text);
	} else {
		printf("--- %s: %s\n", folder, e->message);
		g_error_free(e);
	}
	g_free(text);
	g_free(line);
}

static void print_all(const struct comparison *c)
{
	printf("in both: %" PRId64 ", agreed: %" PRId64 " (%.2f%%)\n"
	       "only in %s: %" PRId64 "\nonly in %s: %" PRId64 "\n"
	       "without Message-ID, recipient or verdict: %" PRId64 "\n",
	       c->both, c->same,
	       c->both == 0 ? 0.0 : 100 * (double)c->same / (double)c->both,
	       c->folders[0], c->alone[0], c->folders[1], c->alone[1], c->nameless);
	if (c->left_out > 0)
		printf("not compared, over %d: %" PRId64 "; narrow with --since\n",
		       LIMIT_COMPARED, c->left_out);
	puts("      SAME   DIFFER");
	print_table("verdict", c->verdicts);
	print_table("rule", c->rules);
	print_table("domain", c->domains);
	for (guint i = 0; i + 1 < c->differing->len; i += 2) {
		printf("\n=== differs:\n");
		explain(c->folders[0], c->differing->pdata[i]);
		explain(c->folders[1], c->differing->pdata[i + 1]);
	}
}

/* ---- the same for programs: what all came to, then a line a row ---- */

static void json_table(const char *what, GHashTable *table)
{
	GPtrArray *list = sorted_values(table, compare_agreed);

	for (guint i = 0; i < list->len; i++) {
		const struct agreed *row = list->pdata[i];
		GString *out = listing_json_begin();

		listing_json_text(out, "by", what);
		listing_json_text(out, "name", row->name);
		listing_json_int(out, "same", row->same);
		listing_json_int(out, "differ", row->differ);
		listing_json_print(out);
	}
	g_ptr_array_unref(list);
}

static void json_all(const struct comparison *c)
{
	GString *out = listing_json_begin();

	listing_json_int(out, "both", c->both);
	listing_json_int(out, "agreed", c->same);
	listing_json_int(out, "only_first", c->alone[0]);
	listing_json_int(out, "only_second", c->alone[1]);
	listing_json_int(out, "nameless", c->nameless);
	listing_json_int(out, "left_out", c->left_out);
	listing_json_print(out);
	json_table("verdict", c->verdicts);
	json_table("rule", c->rules);
	json_table("domain", c->domains);
	for (guint i = 0; i + 1 < c->differing->len; i += 2) {
		out = listing_json_begin();
		listing_json_text(out, "by", "message");
		listing_json_text(out, "first_id", c->differing->pdata[i]);
		listing_json_text(out, "second_id", c->differing->pdata[i + 1]);
		listing_json_print(out);
	}
}

static void count_alone(struct comparison *c)
{
	GHashTableIter iter;
	gpointer said;

	g_hash_table_iter_init(&iter, c->first);
	while (g_hash_table_iter_next(&iter, NULL, &said))
		c->alone[0] += ((struct said *)said)->seen == 0;
}

static int compare(struct wanted *w, char **folders)
{
	int64_t now_s = clock_now_s();
	struct comparison c = { .wanted = w, .folders = { folders[0], folders[1] } };
	GError *e = NULL;
	bool good;

	c.first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, said_free);
	c.verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, agreed_free);
	c.rules = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, agreed_free);
	c.domains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, agreed_free);
	c.differing = g_ptr_array_new_with_free_func(g_free);
	good = filter_time("--since", w->since, now_s, &w->since_s, &e) &&
	       filter_time("--until", w->until, now_s, &w->until_s, &e) &&
	       read_journal(&c, 0, keep, &e) && read_journal(&c, 1, match, &e);
	if (good) {
		count_alone(&c);
		(w->json ? json_all : print_all)(&c);
	}
	g_ptr_array_unref(c.differing);
	g_hash_table_unref(c.domains);
	g_hash_table_unref(c.rules);
	g_hash_table_unref(c.verdicts);
	g_hash_table_unref(c.first);
	return good ? EXIT_DONE : command_fail(name, e);
}

int command_compare(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct wanted w = { .limit = SHOWN };
	const GOptionEntry entries[] = {
		{ "since", 0, 0, G_OPTION_ARG_STRING, &w.since,
		  "Received since then: a date, or how long ago (3d, 12h)", "TIME" },
		{ "until", 0, 0, G_OPTION_ARG_STRING, &w.until, "Received before then",
		  "TIME" },
		{ "limit", 'n', 0, G_OPTION_ARG_INT, &w.limit,
		  "Explain so many that differ; 10 if not said", "N" },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &w.json,
		  "As lines of JSON: counts, then a line a row, then the ids of those "
		  "that differ",
		  NULL },
		G_OPTION_ENTRY_NULL
	};
	int status = EXIT_USAGE;

	if (command_options(
		    &args, entries,
		    "How far two filters agree that got the same mail: by verdict, "
		    "rule and domain, and\nthe first messages that differ with both "
		    "explanations. Both journals need journal_pii.")) {
		status = compare(&w, args.argv + 1);
		command_options_free(&args);
	}
	g_free(w.since);
	g_free(w.until);
	return status;
}
