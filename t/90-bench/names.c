/* The curve of the judgement of names: precision and recall on the labelled pairs, for limits
 * stricter and looser than the ones in use (slack 0), and how long a judgement takes.
 * Usage: names [CASES.CSV] */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "person/name.h"

enum { SLACK_LEAST = -4, SLACK_MOST = 4 };

struct row {
	const struct name_read *one, *two;
	bool meant;
};

static void read_row(struct arena *a, const char *const *f, GArray *rows)
{
	struct row r = { .one = name_read(a, f[2]),
			 .two = name_read(a, f[3]),
			 .meant = strcmp(f[4], "true") == 0 };

	if (strcmp(f[1], "Person") == 0)
		g_array_append_val(rows, r);
}

static bool matches(const struct row *r, int slack, bool exact)
{
	struct name_judgement j = name_judge_with(r->one, r->two, slack);

	return exact ? j.match == NAME_EXACT : j.match != NAME_NONE;
}

static void print_point(const GArray *rows, const char *what, int slack, bool exact)
{
	int hits = 0, alarms = 0, missed = 0;

	for (guint i = 0; i < rows->len; i++) {
		const struct row *r = &g_array_index(rows, struct row, i);
		bool matched = matches(r, slack, exact);

		hits += matched && r->meant;
		alarms += matched && !r->meant;
		missed += !matched && r->meant;
	}
	printf("  %-12s  %9.3f  %6.3f  %4d  %12d  %6d\n", what,
	       hits + alarms == 0 ? 1.0 : (double)hits / (hits + alarms),
	       hits + missed == 0 ? 1.0 : (double)hits / (hits + missed), hits, alarms,
	       missed);
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
			read_row(a, r.fields, rows);
	printf("%u pairs\n", rows->len);
	print_curve(rows);
	print_cost(rows);
	g_array_free(rows, TRUE);
	g_free(text);
	arena_destroy(&a);
	return 0;
}
