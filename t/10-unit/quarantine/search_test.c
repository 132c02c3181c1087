/* Holds are found by their words and facets, by those alone who may see them; at a cost that
 * grows with the page and not with what is held; in an index of whatever version. */
#include "quarantine/search.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "base/clock.h"
#include "quarantine/scope.h"

#include "lib/effort.h"
#include "lib/tree.h"

enum { FEW = 500, MANY = 8000, TIMES = 30, DEARER = 4 };

static char *folder;

static struct index *open_new(void)
{
	char *path = g_build_filename(folder, "index.sqlite", NULL);
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	GError *e = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		char *old = g_strconcat(path, suffixes[i], NULL);

		g_unlink(old);
		g_free(old);
	}
	struct index *x = index_open(path, &e);

	g_assert_no_error(e);
	g_free(path);
	return x;
}

static void put(struct index *x, const struct hold *h)
{
	GError *e = NULL;

	index_put(x, h, &e);
	g_assert_no_error(e);
}

struct asked {
	struct hold_scope scope;
	struct hold_filter filter;
};

static bool take_id(const struct hold *h, void *user)
{
	g_string_append_printf(user, "%s ", h->id);
	return true;
}

static void assert_found(struct index *x, const struct asked *a, const char *want)
{
	const struct index_query query = { .scope = &a->scope, .filter = &a->filter };
	GString *got = g_string_new(NULL);
	GError *e = NULL;

	index_list(x, &query, take_id, got, &e);
	g_assert_no_error(e);
	g_assert_cmpstr(got->str, ==, want);
	g_string_free(got, TRUE);
}

static const struct hold_scope all = { .kind = HOLD_SCOPE_ALL };

static void put_three(struct index *x)
{
	const struct hold_rcpt for_both[] = {
		{ .address = "Ann@one.example",
		  .verdict = "spam",
		  .rule = "sells",
		  .hits = "sells spam 8000" },
		{ .address = "zoe@one.example", .verdict = "spam" },
	};
	const struct hold_rcpt for_bob = { .address = "bob@one.example",
					   .verdict = "malicious",
					   .rule = "asks",
					   .hits = "asks threat 9000\nsells spam 1000" };

	put(x, &(struct hold){ .id = "a",
			       .mail_from = "bounce@shop.example",
			       .from = "news@shop.example",
			       .name = "Garden Señora",
			       .subject = "Seeds for spring",
			       .reasons = "It sells",
			       .tenant = "one",
			       .text = "Invoices are due: naïve \"quotes\" AND NOT",
			       .campaign = "c1",
			       .received_s = 100,
			       .rcpts = for_both,
			       .n_rcpts = 2 });
	put(x, &(struct hold){ .id = "b",
			       .mail_from = "",
			       .from = "eve@evil.example",
			       .subject = "Invoice",
			       .reasons = "It asks for money",
			       .tenant = "one",
			       .text = "pay today",
			       .received_s = 100,
			       .rcpts = &for_bob,
			       .n_rcpts = 1 });
	put(x, &(struct hold){ .id = "c",
			       .mail_from = "x@else.example",
			       .tenant = "two",
			       .campaign = "c1",
			       .received_s = 90,
			       .rcpts = &for_bob,
			       .n_rcpts = 1 });
}

static void found_by_words(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "invoice", "b " },
		{ "invoice*", "b a " },
		{ "naive", "a " },
		{ "senora spring", "a " },
		{ "\"seeds for\"", "a " },
		{ "\"for seeds\"", "" },
		{ "money", "b " },
		{ "ann@one.example", "a " },
		{ "AND", "a " },
		{ "NOT OR (", "" },
		{ "facets : none", "" },
		{ "\"", "" },
		{ "'; DROP TABLE", "" },
		{ "!!!", "" },
		{ "*", "" },
		{ "\xff\xfe", "" },
		{ "quotes\"", "a " },
		{ "body:pay", "" },
	};
	struct index *x = open_new();

	put_three(x);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct asked a = { all, { .text = rows[i].text } };

		assert_found(x, &a, rows[i].want);
	}
	index_close(x);
}

static void found_by_facets(void)
{
	struct index *x = open_new();
	const struct asked rows[] = {
		{ all, { .from = "@shop.example" } },
		{ all, { .from = "NEWS@shop.example" } },
		{ all, { .from = "garden" } },
		{ all, { .parts.rcpt = "@one.example" } },
		{ all, { .parts.rule = "sells" } },
		{ all, { .parts.decided_by = "sells" } },
		{ all, { .parts.verdict = "malicious" } },
		{ all, { .campaign = "c1" } },
		{ all, { .since_s = 100 } },
		{ all, { .before_id = "b", .before_s = 100 } },
		{ { .kind = HOLD_SCOPE_TENANT, .tenant = "two" }, { .since_s = 0 } },
		{ all, { .parts.rule = "sells", .parts.rcpt = "zoe@one.example" } },
		{ all, { .state = HOLD_RELEASED } },
		{ all, { .all_states = true } },
	};
	static const char *const want[] = { "a ", "a ",   "a ",   "b a c ", "b a c ",
					    "a ", "b c ", "a c ", "b a ",   "a c ",
					    "c ", "",     "",     "b a c " };

	put_three(x);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		assert_found(x, &rows[i], want[i]);
	index_close(x);
}

/* whom else a message went to is not to be searched for by one of them */
static void a_mailbox_searches_its_own(void)
{
	const struct hold_scope ann = { .kind = HOLD_SCOPE_MAILBOX,
					.tenant = "one",
					.mailbox = "ann@one.example" };
	struct index *x = open_new();

	put_three(x);
	assert_found(x, &(struct asked){ ann, { .text = "spring" } }, "a ");
	assert_found(x, &(struct asked){ ann, { .text = "zoe" } }, "");
	assert_found(x, &(struct asked){ ann, { .text = "zoe@one.example" } }, "");
	assert_found(x, &(struct asked){ ann, { .text = "invoice" } }, "");
	assert_found(x, &(struct asked){ ann, { .text = "invoice* OR pay" } }, "");
	index_close(x);
}

static void what_is_over_is_forgotten(void)
{
	struct index *x = open_new();
	GError *e = NULL;

	put_three(x);
	g_assert_true(index_close_hold(x, "b", HOLD_EXPIRED, &e));
	assert_found(x, &(struct asked){ all, { .text = "pay", .all_states = true } },
		     "");
	assert_found(x, &(struct asked){ all, { .text = "money", .all_states = true } },
		     "b ");
	assert_found(x, &(struct asked){ all, { .text = "money" } }, "");
	assert_found(x, &(struct asked){ all, { .state = HOLD_EXPIRED } }, "b ");
	g_assert_true(index_remove(x, "a", &e));
	assert_found(x, &(struct asked){ all, { .text = "spring" } }, "");
	assert_found(x, &(struct asked){ all, { .all_states = true } }, "b c ");
	index_close(x);
}

static void run_sql(const char *sql)
{
	char *path = g_build_filename(folder, "index.sqlite", NULL);
	sqlite3 *db = NULL;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
	g_free(path);
}

/* what a version before knew, and its files are gone */
static void older_ones_are_made_new(void)
{
	struct index *x = open_new();
	char *path = g_build_filename(folder, "index.sqlite", NULL);
	GError *e = NULL;

	put_three(x);
	index_close(x);
	run_sql("DROP TABLE texts; DROP TABLE docs; PRAGMA user_version=2");
	x = index_open(path, &e);
	g_assert_no_error(e);
	g_assert_true(index_is_older(x));
	index_refill(x);
	g_assert_true(index_set_version(x, &e));
	assert_found(x, &(struct asked){ all, { .text = "money" } }, "b ");
	assert_found(x, &(struct asked){ all, { .since_s = 0 } }, "b a c ");
	g_assert_false(index_is_older(x));
	index_close(x);
	run_sql("PRAGMA user_version=4");
	g_assert_null(index_open(path, &e));
	g_assert_nonnull(strstr(e->message, "made by a later wonted"));
	g_clear_error(&e);
	g_free(path);
}

/* ---- cost ---- */

static void fill(struct index *x, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		char id[32], address[64], subject[64];
		struct hold_rcpt rcpt = { .address = address,
					  .verdict = "spam",
					  .rule = "common",
					  .hits = "common spam 8000" };

		if (i % 300 == 7) {
			rcpt.rule = "rare";
			rcpt.hits = "rare spam 8000";
		}
		g_snprintf(id, sizeof(id), "%08zx", i);
		g_snprintf(address, sizeof(address), "u%zu@one.example", i % 50);
		g_snprintf(subject, sizeof(subject), "Offer %zu of the week%s", i,
			   i % 300 == 7 ? " marzipan" : "");
		put(x, &(struct hold){ .id = id,
				       .mail_from = "news@shop.example",
				       .from = "news@shop.example",
				       .subject = subject,
				       .reasons = "It sells",
				       .tenant = "one",
				       .text = "Buy now and pay later, only today",
				       .received_s = 1000 + (int64_t)i,
				       .rcpts = &rcpt,
				       .n_rcpts = 1 });
	}
}

static bool count_row(const struct hold *h, void *user)
{
	size_t *n = user;

	(void)h;
	++*n;
	return true;
}

struct work {
	struct index *index;
	struct asked asked;
};

static void look(const void *of, size_t n)
{
	const struct work *w = of;
	const struct index_query query = { .scope = &w->asked.scope,
					   .filter = &w->asked.filter };

	for (size_t i = 0; i < n; i++) {
		size_t rows = 0;

		g_assert_true(index_list(w->index, &query, count_row, &rows, NULL));
		g_assert_cmpuint(rows, >, 0);
		g_assert_cmpuint(rows, <=, query.filter->most);
	}
}

static const struct asked questions[] = {
	{ { .kind = HOLD_SCOPE_ALL }, { .most = 50 } },
	{ { .kind = HOLD_SCOPE_ALL }, { .most = 50, .all_states = true } },
	{ { .kind = HOLD_SCOPE_TENANT, .tenant = "one" }, { .most = 50 } },
	{ { .kind = HOLD_SCOPE_MAILBOX, .tenant = "one", .mailbox = "u7@one.example" },
	  { .most = 20 } },
	{ { .kind = HOLD_SCOPE_ALL }, { .most = 50, .text = "buy" } },
	{ { .kind = HOLD_SCOPE_ALL }, { .most = 3, .text = "marzipan" } },
	{ { .kind = HOLD_SCOPE_ALL }, { .most = 3, .parts.rule = "rare" } },
	{ { .kind = HOLD_SCOPE_ALL }, { .most = 50, .from = "@shop.example" } },
	{ { .kind = HOLD_SCOPE_MAILBOX, .tenant = "one", .mailbox = "u7@one.example" },
	  { .most = 3, .text = "marzipan" } },
};

static void a_page_costs_a_page(void)
{
	struct index *x = open_new();
	int64_t few_us[G_N_ELEMENTS(questions)];

	index_refill(x);
	fill(x, 0, FEW);
	for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
		const struct work w = { x, questions[i] };

		few_us[i] = effort_us(look, &w, TIMES);
	}
	fill(x, FEW, MANY);
	for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
		const struct work w = { x, questions[i] };
		int64_t many_us = effort_us(look, &w, TIMES);

		g_test_message("question %zu: %" G_GINT64_FORMAT
			       " us of %d holds, %" G_GINT64_FORMAT " us of %d",
			       i, few_us[i], FEW, many_us, MANY);
		g_assert_cmpint(many_us, <, DEARER * few_us[i] + EFFORT_NOISE_US);
	}
	index_close(x);
}

static void campaigns(void)
{
	static const char text[] =
		"Dear Ann, your parcel 12345 could not be delivered today because the "
		"address was incomplete. Please confirm your delivery address within two "
		"days, otherwise the parcel goes back. https://one.example/a?1";
	static const char other[] =
		"Dear Roberta, your parcel 99 could not be delivered today because the "
		"address was incomplete.\nPlease confirm your delivery address within "
		"two "
		"days, otherwise the parcel goes back. https://two.example/b?2";
	char *one = search_campaign(text), *two = search_campaign(other);
	char *none = search_campaign("Too short for anybody to tell");
	char *more =
		search_campaign("The harbour master wishes everybody a peaceful summer "
				"season with plenty pleasant sailing weather around "
				"every island.");

	g_assert_cmpstr(one, ==, two);
	g_assert_null(none);
	g_assert_cmpstr(one, !=, more);
	g_free(one);
	g_free(two);
	g_free(more);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("wonted-search-XXXXXX", NULL);
	g_test_add_func("/search/words", found_by_words);
	g_test_add_func("/search/facets", found_by_facets);
	g_test_add_func("/search/mailbox", a_mailbox_searches_its_own);
	g_test_add_func("/search/over", what_is_over_is_forgotten);
	g_test_add_func("/search/versions", older_ones_are_made_new);
	g_test_add_func("/search/cost", a_page_costs_a_page);
	g_test_add_func("/search/campaigns", campaigns);
	int status = g_test_run();

	tree_remove(folder);
	g_free(folder);
	return status;
}
