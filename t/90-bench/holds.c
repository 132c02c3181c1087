/* Lists and searches of many holds, beside bare SQLite queries of the same rows.
 * Usage: holds [NUMBER], 100,000 if not said */
#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>

#include "base/clock.h"
#include "quarantine/index.h"
#include "quarantine/scope.h"

enum { USUAL = 100000, PAGE = 50, TIMES = 200, RARE_EVERY = 200, MAILBOXES = 500 };

static void fill(struct index *x, size_t n)
{
	index_refill(x);
	for (size_t i = 0; i < n; i++) {
		bool rare = i % RARE_EVERY == 7;
		char *id = g_strdup_printf("%08zx", i);
		char *to = g_strdup_printf("u%zu@one.example", i % MAILBOXES);
		char *subject = g_strdup_printf("Offer %zu of the week%s", i,
						rare ? " marzipan" : "");
		const struct hold_rcpt rcpt = { .address = to,
						.verdict = "spam",
						.rule = "sells",
						.hits = "sells spam 8000" };
		const struct hold h = { .id = id,
					.mail_from = "news@shop.example",
					.from = "news@shop.example",
					.subject = subject,
					.reasons = "It sells",
					.tenant = "one",
					.text = "Buy now and pay later, only today",
					.received_s = 1000 + (int64_t)i / 10,
					.rcpts = &rcpt,
					.n_rcpts = 1 };

		g_assert_true(index_put(x, &h, NULL));
		g_free(subject);
		g_free(to);
		g_free(id);
	}
}

static bool count_row(const struct hold *h, void *user)
{
	size_t *n = user;

	(void)h;
	++*n;
	return true;
}

/* of one of them, in microseconds */
static double list_us(struct index *x, const struct hold_scope *scope, const char *text)
{
	const struct hold_filter filter = { .most = PAGE, .text = text };
	const struct index_query query = { .scope = scope, .filter = &filter };
	int64_t begin_us = clock_mono_us();

	for (int i = 0; i < TIMES; i++) {
		size_t rows = 0;

		g_assert_true(index_list(x, &query, count_row, &rows, NULL));
		g_assert_cmpuint(rows, ==, PAGE);
	}
	return (double)(clock_mono_us() - begin_us) / TIMES;
}

static double bare_us(sqlite3 *db, const char *sql)
{
	int64_t begin_us = clock_mono_us();

	for (int i = 0; i < TIMES; i++) {
		sqlite3_stmt *s = NULL;
		size_t rows = 0;

		g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &s, NULL), ==, SQLITE_OK);
		for (; sqlite3_step(s) == SQLITE_ROW; rows++)
			for (int c = 0; c < sqlite3_column_count(s); c++)
				sqlite3_column_text(s, c);
		sqlite3_finalize(s);
		g_assert_cmpuint(rows, ==, PAGE);
	}
	return (double)(clock_mono_us() - begin_us) / TIMES;
}

#define ROW                                                                            \
	"SELECT h.*, r.address, r.verdict, r.state, p.rule, p.hits, p.threat, p.spam," \
	" p.graymail FROM "
#define JOIN                                                                   \
	" CROSS JOIN docs k ON k.nr=s.nr CROSS JOIN holds h ON h.id=k.id JOIN" \
	" rcpts r ON r.id=h.id LEFT JOIN points p ON p.id=r.id AND p.nr=r.nr"
#define FOUND(words)                                                   \
	ROW "(SELECT rowid AS nr FROM texts WHERE texts MATCH '" words \
	    "' ORDER BY rowid DESC LIMIT 50) s" JOIN

static void compare(struct index *x, sqlite3 *db)
{
	const struct hold_scope all = { .kind = HOLD_SCOPE_ALL };
	const struct {
		const char *what, *text, *sql;
	} rows[] = {
		{ "list", NULL,
		  ROW "(SELECT nr FROM docs ORDER BY nr DESC LIMIT 50) s" JOIN },
		{ "search, a common word", "buy", FOUND("buy") },
		{ "search, a rare word", "marzipan", FOUND("marzipan") },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		double ours_us = list_us(x, &all, rows[i].text);
		double theirs_us = bare_us(db, rows[i].sql);

		printf("%-24s %8.0f us   bare SQLite %8.0f us   x %.1f\n", rows[i].what,
		       ours_us, theirs_us, ours_us / theirs_us);
	}
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? (size_t)g_ascii_strtoull(argv[1], NULL, 10) : USUAL;
	char *folder = g_dir_make_tmp("wonted-holds-XXXXXX", NULL);
	char *path = g_build_filename(folder, "index.sqlite", NULL);
	struct index *x = index_open(path, NULL);
	sqlite3 *db = NULL;

	fill(x, n);
	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	printf("%zu holds, pages of %d\n", n, PAGE);
	compare(x, db);
	sqlite3_close(db);
	index_close(x);
	g_unlink(path);
	g_rmdir(folder);
	g_free(path);
	g_free(folder);
	return 0;
}
