/* The text model by hand: taught from folders or an index of labelled messages in the order of
 * their delivery, measured as the TREC spam track did, looked into. A base is only made
 * anew; a delta is taught in place while filters read it. */
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json_line.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/printable.h"
#include "cmd/command.h"
#include "cmd/listing.h"
#include "cmd/progress.h"
#include "cmd/text_index.h"
#include "text/measure.h"
#include "text/score.h"

struct text_work {
	struct command_args args;
	char *base, *write_base, *feedback;
	gboolean json, content;
	int passes;
	/* feedback: every nth label is told, this many messages late */
	size_t every, late;
	struct text_models models;
	struct text_model *live;
	struct text_index *index;
	GArray *measured;
	GError *e;
};

/* a message whose label is told later */
struct waiting {
	struct arena *arena;
	struct text_tokens tokens;
	enum text_label label;
};

static bool is_bad(enum text_label label)
{
	return label == TEXT_SPAM || label == TEXT_THREAT;
}

/* "immediate", "delayed:N" or "partial:N" */
static bool read_feedback(struct text_work *w)
{
	const char *colon = w->feedback == NULL ? NULL : strchr(w->feedback, ':');
	int64_t n = 0;

	w->every = 1;
	if (w->feedback == NULL || strcmp(w->feedback, "immediate") == 0)
		return true;
	if (colon != NULL && number_parse(colon + 1, 1, 1000000, &n) &&
	    g_str_has_prefix(w->feedback, "delayed:")) {
		w->late = (size_t)n;
		return true;
	}
	if (colon != NULL && n > 0 && g_str_has_prefix(w->feedback, "partial:")) {
		w->every = (size_t)n;
		return true;
	}
	fputs("wonted text: --feedback is immediate, delayed:N (told N messages later) "
	      "or "
	      "partial:N (every Nth is told)\n",
	      stderr);
	return false;
}

/* ---- one message ---- */

static struct waiting *read_one(struct text_work *w, const struct text_indexed *one)
{
	struct waiting *it;
	struct arena *a;
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	char *raw;
	size_t n;

	if (!file_read(one->path, LIMIT_MESSAGE_BYTES, &raw, &n, &w->e))
		return NULL;
	a = arena_create();
	it = arena_new(a, struct waiting, 1);
	it->arena = a;
	it->label = one->label;
	arena_defer(a, g_free, raw);
	text_tokens_take(a, message_parse(a, (struct bytes){ raw, n }, &limits),
			 text_groups(&w->models), &it->tokens);
	return it;
}

static void forget(struct waiting *it)
{
	struct arena *a = it->arena;

	arena_destroy(&a);
}

static double unwanted(const struct text_score *s)
{
	return s->log_odds[AXIS_SPAM];
}

static void note(struct text_work *w, const struct text_indexed *one,
		 const struct text_score *s)
{
	struct measured m = { .score = unwanted(s),
			      .bad = is_bad(one->label),
			      .source = one->source };

	g_array_append_val(w->measured, m);
}

/* ---- results ---- */

static void tell_number(GString *out, const char *name, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	json_line_name(out, name);
	if (value < 0)
		json_line_null(out);
	else
		g_string_append(out, g_ascii_formatd(text, sizeof(text), "%.4f", value));
}

static double share(const size_t counts[2])
{
	size_t n = counts[0] + counts[1];

	return n == 0 ? -1 : 100 * (double)counts[1] / (double)n;
}

/* what one source lost of its good, and lets through of its bad, at two thresholds */
static void source_json(const struct text_work *w, GString *out, unsigned source,
			const double thresholds[2])
{
	static const char *const names[2][2] = {
		{ "good_lost_at_0.1_percent", "bad_found_at_0.1_percent" },
		{ "good_lost_at_1_percent", "bad_found_at_1_percent" },
	};

	json_line_open(out, '{');
	listing_json_text(out, "source", text_index_source(w->index, source));
	for (size_t i = 0; i < 2; i++) {
		size_t counts[2][2];

		measure_above((const struct measured *)(void *)w->measured->data,
			      w->measured->len, source, thresholds[i], counts);
		if (i == 0) {
			listing_json_int(out, "good",
					 (int64_t)(counts[0][0] + counts[0][1]));
			listing_json_int(out, "bad",
					 (int64_t)(counts[1][0] + counts[1][1]));
		}
		tell_number(out, names[i][0], share(counts[0]));
		tell_number(out, names[i][1], share(counts[1]));
	}
	json_line_close(out, '}');
}

static void results_json(struct text_work *w, const struct measure *m,
			 const double thresholds[2])
{
	GString *out = listing_json_begin();

	listing_json_int(out, "good", (int64_t)m->good);
	listing_json_int(out, "bad", (int64_t)m->bad);
	tell_number(out, "1-AUC_percent", m->not_auc_percent);
	tell_number(out, "missed_at_0.1_percent", m->missed_at_01_percent);
	tell_number(out, "missed_at_1_percent", m->missed_at_1_percent);
	json_line_name(out, "sources");
	json_line_open(out, '[');
	for (unsigned i = 0; i < text_index_sources(w->index); i++)
		source_json(w, out, i, thresholds);
	json_line_close(out, ']');
	listing_json_print(out);
}

static void print_share(const size_t counts[2])
{
	double percent = share(counts);

	if (percent < 0)
		fputs("         -", stdout);
	else
		printf("  %6.2f %%", percent);
}

static void source_text(const struct text_work *w, unsigned source,
			const double thresholds[2])
{
	const struct measured *at = (const struct measured *)(void *)w->measured->data;
	char *name = printable(text_index_source(w->index, source), 24);
	size_t one[2][2], ten[2][2];

	measure_above(at, w->measured->len, source, thresholds[0], one);
	measure_above(at, w->measured->len, source, thresholds[1], ten);
	printf("%-24s %7zu %7zu", name, one[0][0] + one[0][1], one[1][0] + one[1][1]);
	print_share(one[0]);
	print_share(one[1]);
	print_share(ten[0]);
	print_share(ten[1]);
	putchar('\n');
	g_free(name);
}

static void results(struct text_work *w)
{
	struct measured *at = (struct measured *)(void *)w->measured->data;
	struct measure m = measure_all(at, w->measured->len);
	const double thresholds[2] = { measure_threshold(at, w->measured->len, 0.001),
				       measure_threshold(at, w->measured->len, 0.01) };

	if (w->json) {
		results_json(w, &m, thresholds);
		return;
	}
	printf("%zu good, %zu bad", m.good, m.bad);
	if (m.not_auc_percent >= 0)
		printf("; (1-AUC)%% %.4f; missed %.2f %% at 0.1 %% of good lost, %.2f %% "
		       "at 1 %%",
		       m.not_auc_percent, m.missed_at_01_percent, m.missed_at_1_percent);
	printf("\n%-24s %7s %7s  %-18s  %-18s\n%-24s %7s %7s  %8s  %8s  %8s  %8s\n", "",
	       "", "", " at 0.1 % of all", " at 1 % of all", "source", "good", "bad",
	       "lost", "found", "lost", "found");
	for (unsigned i = 0; i < text_index_sources(w->index); i++)
		source_text(w, i, thresholds);
}

/* ---- train and eval ---- */

static void tell_late(struct text_work *w, GQueue *waiting, size_t late)
{
	while (waiting->length > late) {
		struct waiting *it = g_queue_pop_head(waiting);

		text_learn(w->live, w->models.base, &it->tokens, it->label);
		forget(it);
	}
}

/* each message is scored before its label is told */
static bool run_stream(struct text_work *w, bool note_scores, struct progress *p)
{
	GQueue waiting = G_QUEUE_INIT;
	size_t n = text_index_count(w->index);

	for (size_t i = 0; i < n && w->e == NULL; i++) {
		const struct text_indexed *one = text_index_at(w->index, i);
		struct waiting *it = read_one(w, one);
		struct text_score s;

		progress_show(p, i + 1, (int64_t)i, (int64_t)n);
		if (it == NULL)
			break;
		text_score(&w->models, &it->tokens, &s);
		if (note_scores)
			note(w, one, &s);
		if (w->live != NULL && i % w->every == 0)
			g_queue_push_tail(&waiting, it);
		else
			forget(it);
		tell_late(w, &waiting, w->late);
	}
	tell_late(w, &waiting, 0);
	return w->e == NULL;
}

static bool run_passes(struct text_work *w)
{
	struct progress *p = progress_create("messages");
	bool done = true;

	w->measured = g_array_new(FALSE, FALSE, sizeof(struct measured));
	for (int i = 0; i < w->passes && done; i++)
		done = run_stream(w, i == 0, p);
	progress_destroy(&p);
	return done;
}

static bool open_base(struct text_work *w)
{
	if (w->base == NULL)
		return true;
	w->models.base = text_model_open(w->base, &w->e);
	return w->models.base != NULL;
}

static bool open_delta(struct text_work *w, const char *path)
{
	unsigned groups = w->content ? TEXT_GROUPS_CONTENT : TEXT_GROUPS_ALL;

	if (access(path, F_OK) != 0 && !text_model_create(path, groups, &w->e))
		return false;
	w->live = text_model_open_live(path, &w->e);
	w->models.delta = w->live;
	return w->live != NULL;
}

static bool work_train(struct text_work *w)
{
	if (!open_base(w) || !open_delta(w, w->args.argv[2]) || !run_passes(w))
		return false;
	results(w);
	return w->write_base == NULL || text_model_freeze(w->live, w->write_base, &w->e);
}

/* a model is never changed by being measured */
static bool work_eval(struct text_work *w)
{
	w->models.delta = NULL;
	if (!open_base(w))
		return false;
	w->passes = 1;
	if (strcmp(w->args.argv[2], "-") != 0) {
		w->models.delta = text_model_open(w->args.argv[2], &w->e);
		if (w->models.delta == NULL || !run_passes(w))
			return false;
	} else if (w->models.base == NULL) {
		g_set_error(&w->e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "\"-\" is no model: name one, or a base with --base");
		return false;
	} else if (!run_passes(w)) {
		return false;
	}
	results(w);
	return true;
}

/* ---- score ---- */

static void score_json(const struct text_indexed *one, const struct text_score *s)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "path", one->path);
	for (size_t a = 0; a < AXIS_COUNT; a++) {
		if (s->known[a])
			listing_json_int(out, axis_names[a],
					 lround(s->log_odds[a] * 1000));
		else
			listing_json_text(out, axis_names[a], NULL);
	}
	listing_json_print(out);
}

static void score_text(const struct text_indexed *one, const struct text_score *s)
{
	char *path = printable(one->path, 4096);

	for (size_t a = 0; a < AXIS_COUNT; a++)
		if (s->known[a])
			printf("%s %+.2f  ", axis_names[a], s->log_odds[a]);
		else
			printf("%s unknown  ", axis_names[a]);
	puts(path);
	g_free(path);
}

static bool work_score(struct text_work *w)
{
	if (!open_base(w))
		return false;
	w->models.delta = text_model_open(w->args.argv[2], &w->e);
	if (w->models.delta == NULL)
		return false;
	for (size_t i = 0; i < text_index_count(w->index) && w->e == NULL; i++) {
		const struct text_indexed *one = text_index_at(w->index, i);
		struct waiting *it = read_one(w, one);
		struct text_score s;

		if (it == NULL)
			return false;
		text_score(&w->models, &it->tokens, &s);
		if (w->json)
			score_json(one, &s);
		else
			score_text(one, &s);
		forget(it);
	}
	return w->e == NULL;
}

/* ---- info ---- */

static const char *const group_names[TEXT_GROUP_COUNT] = { "header", "gram", "word",
							   "shape" };

static void info_text(const struct text_head *h)
{
	printf("kind      %s\nversion   %u\ngroups   ",
	       h->kind == TEXT_LIVE ? "delta (taught in place)" : "base (frozen)",
	       h->version);
	for (size_t g = 0; g < TEXT_GROUP_COUNT; g++)
		if ((h->groups >> g & 1) != 0)
			printf(" %s", group_names[g]);
	printf("\ncells     %llu of %u bytes\nlabels   ", (unsigned long long)h->cells,
	       h->cell_bytes);
	for (size_t i = 0; i < TEXT_LABEL_COUNT; i++)
		printf(" %s %u", text_label_names[i], h->labels[i]);
	putchar('\n');
	for (size_t a = 0; a < AXIS_COUNT; a++)
		printf("%-9s %u for, %u against\n", axis_names[a], h->axes[a].pos,
		       h->axes[a].neg);
}

static void info_json(const struct text_head *h)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "kind", h->kind == TEXT_LIVE ? "delta" : "base");
	listing_json_int(out, "version", h->version);
	json_line_name(out, "groups");
	json_line_open(out, '[');
	for (size_t g = 0; g < TEXT_GROUP_COUNT; g++)
		if ((h->groups >> g & 1) != 0)
			json_line_text(out, group_names[g]);
	json_line_close(out, ']');
	listing_json_int(out, "cells", (int64_t)h->cells);
	for (size_t i = 0; i < TEXT_LABEL_COUNT; i++) {
		listing_json_int(out, text_label_names[i], h->labels[i]);
	}
	listing_json_print(out);
}

static bool work_info(struct text_work *w)
{
	struct text_model *m = text_model_open(w->args.argv[2], &w->e);
	struct text_head h;

	if (m == NULL)
		return false;
	h = text_model_head(m);
	text_model_close(&m);
	if (w->json)
		info_json(&h);
	else
		info_text(&h);
	return true;
}

/* ---- the words ---- */

static const struct text_word {
	const char *name;
	bool (*run)(struct text_work *w);
	bool reads_messages, unlabelled; /* the arguments behind the model */
} text_words[] = {
	{ "train", work_train, true, false },
	{ "score", work_score, true, true },
	{ "eval", work_eval, true, false },
	{ "info", work_info, false, false },
};

static int run_word(struct text_work *w)
{
	const struct text_word *word =
		&text_words[command_row(&w->args, &text_words->name, sizeof(*text_words),
					G_N_ELEMENTS(text_words))];
	struct text_model *models[2];
	bool done;

	if (!read_feedback(w))
		return EXIT_USAGE;
	if (word->reads_messages)
		w->index = text_index_read(w->args.argv + 3, word->unlabelled, &w->e);
	done = (!word->reads_messages || w->index != NULL) && word->run(w);
	models[0] = (struct text_model *)(uintptr_t)w->models.base;
	models[1] = w->live != NULL ? w->live
				    : (struct text_model *)(uintptr_t)w->models.delta;
	text_model_close(&models[0]);
	text_model_close(&models[1]);
	text_index_free(w->index);
	if (w->measured != NULL)
		g_array_unref(w->measured);
	return done ? EXIT_DONE : command_fail("wonted text", w->e);
}

int command_text(int argc, char **argv)
{
	struct text_work w = { .args = { .argc = argc, .argv = argv }, .passes = 1 };
	const GOptionEntry entries[] = {
		{ "base", 'b', 0, G_OPTION_ARG_FILENAME, &w.base,
		  "A base that stands beside the model", "FILE" },
		{ "write-base", 'w', 0, G_OPTION_ARG_FILENAME, &w.write_base,
		  "train: write what was learnt as a base, too", "FILE" },
		{ "content", 'C', 0, G_OPTION_ARG_NONE, &w.content,
		  "train: a new model does not look at headers as they came", NULL },
		{ "passes", 'p', 0, G_OPTION_ARG_INT, &w.passes,
		  "train: how often all messages are gone through", "N" },
		{ "feedback", 'f', 0, G_OPTION_ARG_STRING, &w.feedback,
		  "train: immediate, delayed:N or partial:N", "HOW" },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &w.json, "Results as JSON", NULL },
		G_OPTION_ENTRY_NULL
	};
	int status = EXIT_USAGE;

	if (!command_options(
		    &w.args, entries,
		    "An INDEX has lines \"LABEL PATH\" in the order of delivery, paths "
		    "relative to it; LABEL is\n"
		    "ham, spam, threat or graymail. A FOLDER has a folder a label. The "
		    "first "
		    "folder of a path is\n"
		    "its source."))
		return EXIT_USAGE;
	if (w.passes < 1 || w.passes > 20)
		fputs("wonted text: --passes is from 1 to 20\n", stderr);
	else
		status = run_word(&w);
	g_free(w.base);
	g_free(w.write_base);
	g_free(w.feedback);
	command_options_free(&w.args);
	return status;
}
