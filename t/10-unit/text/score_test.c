/* Teaching separates, is seen at once, and is told in pieces of the message. */
#include "text/score.h"

#include <math.h>

#include "10-unit/text/fixture.h"

static void test_separates(void)
{
	char *path = new_path();
	struct text_model *m = new_live(path);

	teach(m, 0, 30);
	g_assert_cmpfloat(spam_of(NULL, m, bad_words, 100), >, 1);
	g_assert_cmpfloat(spam_of(NULL, m, good_words, 100), <, -1);
	text_model_close(&m);
	remove_path(path);
}

static void test_unknown(void)
{
	char *path = new_path();
	struct text_model *m = new_live(path);
	struct arena *a = arena_create();
	struct text_tokens t = tokens_of(a, good_words, 8, 1);
	struct text_models none = { NULL, NULL }, one = { NULL, m };
	struct text_score s;

	text_score(&none, &t, &s);
	for (size_t i = 0; i < AXIS_COUNT; i++)
		g_assert_false(s.known[i]);
	text_score(&one, &t, &s);
	g_assert_false(s.known[AXIS_SPAM]);
	text_learn(m, NULL, &t, TEXT_HAM);
	text_score(&one, &t, &s);
	g_assert_false(s.known[AXIS_SPAM]); /* nothing bad was seen yet */
	text_learn(m, NULL, &t, TEXT_SPAM);
	text_score(&one, &t, &s);
	g_assert_true(s.known[AXIS_SPAM]);
	g_assert_false(s.known[AXIS_GRAYMAIL]);
	arena_destroy(&a);
	text_model_close(&m);
	remove_path(path);
}

/* one label is one update, and another mapping of the file sees it */
static void test_seen_at_once(void)
{
	char *path = new_path();
	struct text_model *m = new_live(path);
	struct text_model *reader;
	GError *e = NULL;
	double before, after;
	struct arena *a = arena_create();
	struct text_tokens t = tokens_of(a, bad_words, 8, 55);

	teach(m, 0, 3);
	reader = text_model_open(path, &e);
	g_assert_no_error(e);
	before = spam_of(NULL, reader, bad_words, 55);
	text_learn(m, NULL, &t, TEXT_SPAM);
	after = spam_of(NULL, reader, bad_words, 55);
	g_assert_cmpfloat(after, >, before);
	g_assert_cmpuint(text_model_head(reader).labels[TEXT_SPAM], ==, 4);
	arena_destroy(&a);
	text_model_close(&m);
	text_model_close(&reader);
	remove_path(path);
}

/* base and delta are summed, and a delta can contradict its base */
static void test_sum(void)
{
	char *path = new_path(), *base_path = g_strconcat(path, ".base", NULL);
	struct text_model *m = new_live(path), *base;
	GError *e = NULL;
	double alone;

	teach(m, 0, 30);
	g_assert_true(text_model_freeze(m, base_path, &e));
	text_model_close(&m);
	g_remove(path);
	base = text_model_open(base_path, &e);
	g_assert_no_error(e);
	m = new_live(path);
	alone = spam_of(base, NULL, bad_words, 200);
	g_assert_cmpfloat(alone, >, 1);
	g_assert_cmpfloat(fabs(spam_of(base, m, bad_words, 200) - alone), <, 1e-9);
	for (unsigned i = 0; i < 40; i++) {
		struct arena *a = arena_create();
		struct text_tokens mine = tokens_of(a, bad_words, 8, i);
		struct text_tokens other = tokens_of(a, good_words, 8, i);

		text_learn(m, base, &mine, TEXT_HAM);
		text_learn(m, base, &other, TEXT_SPAM);
		arena_destroy(&a);
	}
	g_assert_cmpfloat(spam_of(base, m, bad_words, 200), <, 0);
	text_model_close(&m);
	text_model_close(&base);
	g_remove(base_path);
	g_free(base_path);
	remove_path(path);
}

static bool names(const struct text_weight *w, size_t n, const char *word)
{
	bool found = false;

	for (size_t i = 0; i < n; i++)
		found |= memmem(w[i].piece->text.at, w[i].piece->text.n, word,
				strlen(word)) != NULL;
	return found;
}

static void test_pieces(void)
{
	char *path = new_path();
	struct text_model *m = new_live(path);
	struct arena *a = arena_create();
	struct text_models models = { NULL, m };
	struct text_tokens t;
	struct text_weight *all, w[5];
	size_t n;

	teach(m, 0, 30);
	t = tokens_of(a, bad_words, 8, 3);
	all = text_weigh(a, &models, &t, AXIS_SPAM);
	n = text_strongest(all, t.n_pieces, true, w, 5);
	g_assert_cmpuint(n, ==, 5);
	g_assert_true(names(w, n, "pills") || names(w, n, "claim") ||
		      names(w, n, "prize") || names(w, n, "winner"));
	g_assert_false(names(w, n, "meeting"));
	for (size_t i = 1; i < n; i++)
		g_assert_cmpfloat(w[i - 1].log_odds, >=, w[i].log_odds);
	n = text_strongest(all, t.n_pieces, false, w, 5);
	for (size_t i = 0; i < n; i++)
		g_assert_cmpfloat(w[i].log_odds, <, 0);
	arena_destroy(&a);
	text_model_close(&m);
	remove_path(path);
}

/* the strongest of those whose words were not named yet, looked for again and again */
static size_t strongest_plainly(const struct text_weight *all, size_t n, bool positive,
				struct text_weight *kept_r, size_t most)
{
	for (size_t kept = 0; kept < most; kept++) {
		const struct text_weight *best = NULL;

		for (size_t i = 0; i < n; i++) {
			double weight = positive ? all[i].log_odds : -all[i].log_odds;
			bool said = all[i].piece->text.n == 0;

			for (size_t k = 0; k < kept; k++)
				said |= strcmp(kept_r[k].piece->where,
					       all[i].piece->where) == 0 &&
					bytes_equal(kept_r[k].piece->text,
						    all[i].piece->text);
			if (!said && weight > (best == NULL ? 0 : fabs(best->log_odds)))
				best = &all[i];
		}
		if (best == NULL)
			return kept;
		kept_r[kept] = *best;
	}
	return most;
}

static void test_strongest(void)
{
	static const char *const words[] = { "prize", "claim", "", "meeting", "pills" };
	static const char *const places[] = { "text", "subject" };
	struct text_piece pieces[20];
	struct text_weight all[40], found[6], wanted[6];

	for (size_t i = 0; i < 20; i++)
		pieces[i] = (struct text_piece){ places[i % 2], bytes_of(words[i / 4]) };
	for (int turn = 0; turn < 2000; turn++) {
		size_t n = (size_t)g_test_rand_int_range(0, 41);
		size_t most = (size_t)g_test_rand_int_range(0, 7);

		for (size_t i = 0; i < n; i++)
			all[i] = (struct text_weight){
				&pieces[g_test_rand_int_range(0, 20)],
				g_test_rand_int_range(-5, 6) / 2.0,
			};
		for (int positive = 0; positive < 2; positive++) {
			size_t k = text_strongest(all, n, positive, found, most);

			g_assert_cmpuint(
				k, ==, strongest_plainly(all, n, positive, wanted, most));
			for (size_t i = 0; i < k; i++) {
				g_assert_true(found[i].piece == wanted[i].piece);
				g_assert_cmpfloat(found[i].log_odds, ==,
						  wanted[i].log_odds);
			}
		}
	}
	/* what is no number is not strong */
	all[0] = (struct text_weight){ &pieces[0], NAN };
	g_assert_cmpuint(text_strongest(all, 1, true, found, 1), ==, 0);
}

/* a reader in one thread, the learner in another: never anything but a number */
static void *read_on(void *path)
{
	GError *e = NULL;
	struct text_model *m = text_model_open(path, &e);

	g_assert_no_error(e);
	for (unsigned i = 0; i < 200; i++) {
		double s = spam_of(NULL, m, i % 2 == 0 ? good_words : bad_words, i);

		g_assert_true(isfinite(s) && fabs(s) < 1000);
	}
	text_model_close(&m);
	return NULL;
}

static void test_concurrent(void)
{
	char *path = new_path();
	struct text_model *m = new_live(path);
	GThread *t = g_thread_new("reader", read_on, path);

	teach(m, 0, 50);
	g_thread_join(t);
	text_model_close(&m);
	remove_path(path);
}

/* a delta full of rubbish says something bounded */
static void test_rubbish(void)
{
	char *path = new_path(), *content;
	struct text_model *m = new_live(path);
	gsize n;
	GError *e = NULL;
	double s;

	text_model_close(&m);
	g_assert_true(g_file_get_contents(path, &content, &n, NULL));
	memset(content + offsetof(struct text_head, labels), 0xff,
	       n - offsetof(struct text_head, labels));
	g_assert_true(g_file_set_contents(path, content, (gssize)n, NULL));
	g_free(content);
	m = text_model_open(path, &e);
	g_assert_no_error(e);
	s = spam_of(NULL, m, bad_words, 1);
	g_assert_true(isfinite(s));
	text_model_close(&m);
	remove_path(path);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/text/score/separates", test_separates);
	g_test_add_func("/text/score/unknown", test_unknown);
	g_test_add_func("/text/score/seen-at-once", test_seen_at_once);
	g_test_add_func("/text/score/sum", test_sum);
	g_test_add_func("/text/score/pieces", test_pieces);
	g_test_add_func("/text/score/strongest", test_strongest);
	g_test_add_func("/text/score/concurrent", test_concurrent);
	g_test_add_func("/text/score/rubbish", test_rubbish);
	return g_test_run();
}
