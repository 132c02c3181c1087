/* The curve of the judgement of names: precision and recall on the labelled pairs, for limits
 * stricter and looser than the ones in use (slack 0), by kind of pair, and how long a judgement
 * takes. By kind: the slack is chosen on all other kinds (most recall at a precision of 0.98,
 * or the most precise), and tried on this one, so that no kind is judged by limits that it
 * helped to choose.
 * Usage: names [CASES.CSV] */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/csv.h"
#include "base/file.h"
#include "person/name.h"

enum { SLACK_LEAST = -4, SLACK_MOST = 4 };

enum { PRECISION_PERCENT = 98 };

/* what a pair is about: the first row of which a word stands in its category or notes */
static const struct kind {
	const char *name, *words[9];
} kinds[] = {
	{ "another script", { NULL } }, /* by its letters */
	{ "father or tribe",
	  { "patronymic", "father", "nisbah", "tribal", "clan", "kunya" } },
	{ "parts added, dropped", { "added", "dropped", "middle" } },
	{ "given name",
	  { "given-name", "given name", "Initial", "Nickname", "diminutive" } },
	{ "surname", { "surname" } },
	{ "spelled otherwise",
	  { "translit", "diacritic", "stripped", "hyphen", "Pinyin", "Phonetic",
	    "soundex" } },
	{ "slip of the hand",
	  { "typo", "Typo", "defect", "Misspelling", "Repetition", "Reversal", "Swap",
	    "Addition/Deletion", "Character Deletion" } },
	{ "title or ending", { "Contextual", "Title", "Duplication" } },
	{ "others", { "" } },
};

struct row {
	const struct name_read *one, *two;
	size_t kind;
	bool meant;
};

/* hits, false alarms and what was missed */
struct outcome {
	int hits, alarms, missed;
};

/* letters other than Latin's: in UTF-8, Greek's and what follows, without punctuation */
static bool is_foreign(const char *name)
{
	for (; *name != '\0'; name++)
		if ((unsigned char)*name >= 0xcd && (unsigned char)*name != 0xe2)
			return true;
	return false;
}

static bool has_word(const struct kind *k, const char *text)
{
	for (size_t i = 0; i < COUNT_OF(k->words) && k->words[i] != NULL; i++)
		if (strstr(text, k->words[i]) != NULL)
			return true;
	return false;
}

static size_t kind_of(const char *const *f, size_t n)
{
	size_t kind = 1;

	if (is_foreign(f[2]) || is_foreign(f[3]))
		return 0;
	while (kind + 1 < COUNT_OF(kinds) && !has_word(&kinds[kind], n > 6 ? f[6] : "") &&
	       !has_word(&kinds[kind], n > 7 ? f[7] : ""))
		kind++;
	return kind;
}

static void read_row(struct arena *a, const char *const *f, size_t n, GArray *rows)
{
	struct row r = { .one = name_read(a, f[2]),
			 .two = name_read(a, f[3]),
			 .kind = kind_of(f, n),
			 .meant = strcmp(f[4], "true") == 0 };

	if (strcmp(f[1], "Person") == 0)
		g_array_append_val(rows, r);
}

static bool matches(const struct row *r, int slack, bool exact)
{
	struct name_judgement j = name_judge_with(r->one, r->two, slack);

	return exact ? j.match == NAME_EXACT : j.match != NAME_NONE;
}

static struct outcome outcome_of(const GArray *rows, int slack, bool exact)
{
	struct outcome o = { 0 };

	for (guint i = 0; i < rows->len; i++) {
		const struct row *r = &g_array_index(rows, struct row, i);
		bool matched = matches(r, slack, exact);

		o.hits += matched && r->meant;
		o.alarms += matched && !r->meant;
		o.missed += !matched && r->meant;
	}
	return o;
}

static double precision(const struct outcome *o)
{
	return o->hits + o->alarms == 0 ? 1.0 : (double)o->hits / (o->hits + o->alarms);
}

static double recall(const struct outcome *o)
{
	return o->hits + o->missed == 0 ? 1.0 : (double)o->hits / (o->hits + o->missed);
}

static void print_point(const GArray *rows, const char *what, int slack, bool exact)
{
	struct outcome o = outcome_of(rows, slack, exact);

	printf("  %-12s  %9.3f  %6.3f  %4d  %12d  %6d\n", what, precision(&o), recall(&o),
	       o.hits, o.alarms, o.missed);
}

static GArray *rows_of(const GArray *rows, size_t kind, bool of)
{
	GArray *some = g_array_new(FALSE, FALSE, sizeof(struct row));

	for (guint i = 0; i < rows->len; i++) {
		struct row r = g_array_index(rows, struct row, i);

		if ((r.kind == kind) == of)
			g_array_append_val(some, r);
	}
	return some;
}

/* the slack with most recall at the precision that is wanted, else the most precise one */
static int best_slack(const GArray *rows)
{
	double most = -1;
	int best = 0;

	for (int slack = SLACK_LEAST; slack <= SLACK_MOST; slack++) {
		struct outcome o = outcome_of(rows, slack, false);
		bool good = precision(&o) * 100 >= PRECISION_PERCENT;
		double worth = good ? 1 + recall(&o) : precision(&o);

		if (worth > most) {
			most = worth;
			best = slack;
		}
	}
	return best;
}

static void print_kinds(const GArray *rows)
{
	struct outcome all = { 0 };

	puts("  kind                  pairs  slack  precision  recall  hits  false "
	     "alarms  "
	     "missed");
	for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
		GArray *own = rows_of(rows, kind, true);
		GArray *others = rows_of(rows, kind, false);
		int slack = best_slack(others);
		struct outcome o = outcome_of(own, slack, false);

		printf("  %-20s  %5u  %+5d  %9.3f  %6.3f  %4d  %12d  %6d\n",
		       kinds[kind].name, own->len, slack, precision(&o), recall(&o),
		       o.hits, o.alarms, o.missed);
		all.hits += o.hits;
		all.alarms += o.alarms;
		all.missed += o.missed;
		g_array_free(own, TRUE);
		g_array_free(others, TRUE);
	}
	printf("  %-20s  %5u         %9.3f  %6.3f  %4d  %12d  %6d\n", "all", rows->len,
	       precision(&all), recall(&all), all.hits, all.alarms, all.missed);
}

static void print_curve(const GArray *rows)
{
	puts("  slack         precision  recall  hits  false alarms  missed");
	print_point(rows, "exact only", 0, true);
	for (int slack = SLACK_LEAST; slack <= SLACK_MOST; slack++) {
		char what[20];

		g_snprintf(what, sizeof(what), "%+d", slack);
		print_point(rows, slack == 0 ? "in use" : what, slack, false);
	}
}

/* everybody with everybody: mostly different names, as candidates are */
static void print_cost(const GArray *rows)
{
	int64_t begun_us = clock_mono_us();
	size_t n = 0, matched = 0;

	for (guint i = 0; i < rows->len; i++)
		for (guint k = 0; k < rows->len; k++, n++)
			matched += name_judge(g_array_index(rows, struct row, i).one,
					      g_array_index(rows, struct row, k).two)
					   .match != NAME_NONE;
	printf("%zu judgements, %.2f us each, %zu match\n", n,
	       (double)(clock_mono_us() - begun_us) / (double)n, matched);
}

int main(int argc, char **argv)
{
	const char *path =
		argc > 1 ? argv[1] : "../shared/conformance/names/name-pairs/cases.csv";
	struct arena *a = arena_create();
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct row));
	GError *e = NULL;
	struct csv_record r;
	char *text;
	struct csv c;
	size_t n;

	if (!file_read(path, 1 << 24, &text, &n, &e)) {
		fprintf(stderr, "%s\n", e->message);
		return 1;
	}
	c = csv_begin(a, (struct bytes){ text, n });
	csv_next(&c, a, &r);
	while (csv_next(&c, a, &r))
		if (r.why == NULL && r.n > 4)
			read_row(a, r.fields, r.n, rows);
	printf("%u pairs\n", rows->len);
	print_curve(rows);
	print_kinds(rows);
	print_cost(rows);
	g_array_free(rows, TRUE);
	g_free(text);
	arena_destroy(&a);
	return 0;
}
