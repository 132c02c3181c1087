/* Messages and models for the tests of the text module. */
#ifndef T_TEXT_FIXTURE_H
#define T_TEXT_FIXTURE_H

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "text/score.h"

static const char *const good_words[] = { "meeting", "agenda", "tuesday",  "report",
					  "thanks",  "draft",  "comments", "office" };
static const char *const bad_words[] = { "prize", "winner", "claim",     "casino",
					 "cheap", "pills",  "unsecured", "lottery" };

/* a short message of words of one kind; own: it differs from others by some words */
static inline struct text_tokens tokens_of(struct arena *a, const char *const *words,
					   unsigned n, unsigned seed)
{
	GString *raw = g_string_new("From: Some One <one@sender.example>\r\nTo: "
				    "ann@own.example\r\nSubject: ");
	struct message_limits limits = { .max_bytes = 1 << 20 };
	struct text_tokens t;
	char *kept;

	for (unsigned i = 0; i < 12; i++) {
		g_string_append_printf(raw, "%s ", words[(seed * 7 + i * i) % n]);
		if (i == 2)
			g_string_append(raw, "\r\n\r\nHello, ");
	}
	g_string_append_printf(raw, "number%u\r\n", seed);
	kept = arena_strndup(a, raw->str, raw->len);
	text_tokens_take(a, message_parse(a, (struct bytes){ kept, raw->len }, &limits),
			 TEXT_GROUPS_ALL, &t);
	g_string_free(raw, TRUE);
	return t;
}

static inline char *new_path(void)
{
	char *folder = g_dir_make_tmp("wonted-text-XXXXXX", NULL);
	char *path = g_build_filename(folder, "delta", NULL);

	g_free(folder);
	return path;
}

static inline void remove_path(char *path)
{
	char *folder = g_path_get_dirname(path);

	g_remove(path);
	g_rmdir(folder);
	g_free(folder);
	g_free(path);
}

static inline struct text_model *new_live(const char *path)
{
	GError *e = NULL;
	struct text_model *m;

	g_assert_true(text_model_create(path, TEXT_GROUPS_ALL, &e));
	m = text_model_open_live(path, &e);
	g_assert_no_error(e);
	return m;
}

static inline void teach(struct text_model *live, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		struct arena *a = arena_create();
		struct text_tokens good = tokens_of(a, good_words, 8, i);
		struct text_tokens bad = tokens_of(a, bad_words, 8, i);

		text_learn(live, NULL, &good, TEXT_HAM);
		text_learn(live, NULL, &bad, TEXT_SPAM);
		arena_destroy(&a);
	}
}

static inline double spam_of(const struct text_model *base,
			     const struct text_model *delta, const char *const *words,
			     unsigned seed)
{
	struct arena *a = arena_create();
	struct text_tokens t = tokens_of(a, words, 8, seed);
	struct text_models models = { base, delta };
	struct text_score s;

	text_score(&models, &t, &s);
	arena_destroy(&a);
	return s.log_odds[AXIS_SPAM];
}

#endif
