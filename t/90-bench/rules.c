/* How long rules take: loading the shipped ones, one message, one more recipient.
 * Usage: rules [FOLDER [COPIES]]; COPIES writes every rule so many times, as far as a set
 * takes more. */
#include <glib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "rule/rule.h"

#define ROUNDS 2000
#define RCPTS 1000

/* 5 kB as a stranger writes them */
static char *make_text(void)
{
	static const char *const words[] = { "the",   "meeting",  "on",     "Tuesday",
					     "about", "budget",   "and",    "figures",
					     "für",   "account",  "please", "look",
					     "at",    "attached", "report" };
	GString *text = g_string_new(NULL);
	unsigned seed = 4711;

	while (text->len < 5000) {
		seed = seed * 1103515245U + 12345U;
		g_string_append_printf(text, "%s ",
				       words[(seed >> 16) % G_N_ELEMENTS(words)]);
	}
	return g_string_free(text, FALSE);
}

static void fill(struct features *f, const char *text)
{
	static const char *const hosts[] = { "www.example.net", "cdn.example.net",
					     "a.example" };
	static const char *const files[] = { "report.pdf", "figures.xlsx" };

	for (size_t i = 0; i < FEATURE_COUNT; i++)
		f->at[i] = feature_names.rows[i].type == VALUE_BOOL ? VALUE_OF_BOOL(false)
								    : VALUE_ABSENT;
	f->at[FEATURE_TEXT] = value_of_text(text);
	f->at[FEATURE_TEXT_BYTES] = VALUE_OF_INT((int64_t)strlen(text));
	f->at[FEATURE_SUBJECT] = value_of_text("Figures for the meeting on Tuesday");
	f->at[FEATURE_FROM_NAME] = value_of_text("Bob Marsh");
	f->at[FEATURE_FROM_ADDRESS] = value_of_text("bob@example.com");
	f->at[FEATURE_FROM_DOMAIN] = value_of_text("example.com");
	f->at[FEATURE_FROM_ORG] = value_of_text("example.com");
	f->at[FEATURE_MESSAGE_ID] = value_of_text("1@example.com");
	f->at[FEATURE_TO_COUNT] = VALUE_OF_INT(3);
	f->at[FEATURE_HELO] = value_of_text("mail.example.com");
	f->at[FEATURE_CLIENT_NAME] = value_of_text("mail.example.com");
	f->at[FEATURE_LINKS_COUNT] = VALUE_OF_INT(3);
	f->at[FEATURE_LINKS_HOSTS] = value_of_list(hosts, G_N_ELEMENTS(hosts));
	f->at[FEATURE_ATTACHMENTS] = value_of_list(files, G_N_ELEMENTS(files));
}

static char *with_copies(const char *text, int copy)
{
	GString *out = g_string_new(text);
	char *suffix = g_strdup_printf("_%d\n", copy);
	const char *at = out->str;

	if (copy == 0) {
		g_free(suffix);
		return g_string_free(out, FALSE);
	}
	g_string_truncate(out, 0);
	for (char **lines = g_strsplit(text, "\n", -1), **line = lines; *line != NULL;
	     line++) {
		bool list = g_str_has_prefix(*line, "list ") ||
			    (g_str_has_prefix(*line, "    \"") && at != NULL);

		if (g_str_has_prefix(*line, "rule "))
			g_string_append_printf(out, "%s%s", *line, suffix);
		else if (!list)
			g_string_append_printf(out, "%s\n", *line);
	}
	g_free(suffix);
	return g_string_free(out, FALSE);
}

static struct ruleset *load(const char *folder, int copies)
{
	GPtrArray *names = g_ptr_array_new();
	GArray *texts = g_array_new(FALSE, TRUE, sizeof(struct rule_text));
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;
	GError *e = NULL;
	clock_t from = clock(); /* of the processor: nobody else's work */

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".rules"))
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	for (int copy = 0; copy < copies; copy++) {
		for (guint i = 0; i < names->len; i++) {
			char *text = NULL;

			g_file_get_contents(g_ptr_array_index(names, i), &text, NULL,
					    NULL);
			struct rule_text one = {
				.name = g_strdup_printf("%d-%u.rules", copy, i),
				.text = bytes_of(with_copies(text, copy)),
			};

			g_array_append_val(texts, one);
		}
	}
	struct ruleset *rs = ruleset_load_texts(
		&(struct ruleset_source){ .folder = folder,
					  .texts =
						  (struct rule_text *)(void *)texts->data,
					  .n_texts = texts->len },
		&e);

	if (rs == NULL)
		g_error("%s", e->message);
	printf("%zu rules loaded in %ld us of the processor\n", ruleset_count(rs),
	       (long)((clock() - from) * (1000000 / CLOCKS_PER_SEC)));
	return rs;
}

static int64_t run(const struct ruleset *rs, const struct features *f, size_t n_rcpts)
{
	struct rcpt_facts *rcpts = g_new0(struct rcpt_facts, n_rcpts);
	struct rcpt_signals *each = g_new0(struct rcpt_signals, n_rcpts);
	struct signal *signals = g_new0(struct signal, DETECTOR_COUNT);
	struct facts facts = { .rcpts = rcpts, .n_rcpts = n_rcpts };
	int rounds = n_rcpts > 1 ? 10 : ROUNDS;

	signals[DETECTOR_first_contact].answer = ANSWER_YES;
	signals[DETECTOR_first_contact].words = "the first message from bob@example.com";
	for (size_t i = 0; i < n_rcpts; i++) {
		each[i].at = signals;
		rcpts[i].at[FACT_RCPT_ADDRESS] =
			value_of_text(g_strdup_printf("user%zu@example.org", i));
		rcpts[i].at[FACT_PAIR_FIRST_CONTACT] = VALUE_OF_BOOL(true);
		rcpts[i].at[FACT_SENDER_FIRST_CONTACT] = VALUE_OF_BOOL(true);
	}
	int64_t best_us = INT64_MAX; /* the machine does other things as well */

	for (int i = 0; i < rounds; i++) {
		struct arena *a = arena_create();
		int64_t from_us = clock_mono_us();

		ruleset_run(a, &(struct rules_in_force){ .rules = rs }, f, &facts, each);
		arena_destroy(&a);
		best_us = MIN(best_us, clock_mono_us() - from_us);
	}
	return best_us;
}

int main(int argc, char **argv)
{
	struct ruleset *rs = load(argc > 1 ? argv[1] : "rules",
				  argc > 2 ? (int)g_ascii_strtoll(argv[2], NULL, 10) : 1);
	struct arena *a = arena_create();
	struct features *f = arena_new(a, struct features, 1);
	struct message m = { 0 };
	int64_t one, many;

	f->message = &m;
	fill(f, make_text());
	one = run(rs, f, 1);
	many = run(rs, f, RCPTS);
	printf("one message, one recipient: %ld us\n", (long)one);
	printf("one more recipient: %.2f us\n", (double)(many - one) / (RCPTS - 1));
	ruleset_free(rs);
	arena_destroy(&a);
	return 0;
}
