/* Where the judgement of names stands on pairs labelled by others, read in place. Precision and
 * recall are printed; the floor is what was reached when it was last set, so that a change for
 * the worse is seen. */
#include <glib.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/file.h"
#include "person/name.h"

struct score {
	int hit, false_alarm, miss, right_no;
};

static void count(struct score *s, bool meant, bool matched)
{
	if (meant)
		*(matched ? &s->hit : &s->miss) += 1;
	else
		*(matched ? &s->false_alarm : &s->right_no) += 1;
}

static char *conformance(const char *file)
{
	const char *folder = g_getenv("WONTED_CONFORMANCE");

	return g_build_filename(folder != NULL ? folder : "../shared/conformance", file,
				NULL);
}

static bool shares_key(struct arena *a, const char *one, const char *two)
{
	const char *asked[LIMIT_NAME_KEYS], *written[LIMIT_NAME_KEYS];
	size_t n = name_keys_ask(a, two, asked), m = name_keys_write(a, one, written);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			if (strcmp(asked[i], written[k]) == 0)
				return true;
	return false;
}

static void judge_row(const char *const *f, struct score *s, struct score *with_keys)
{
	struct arena *a = arena_create();
	bool meant = strcmp(f[4], "true") == 0;
	struct name_judgement j = name_match(a, f[2], f[3]);
	bool matched = j.match != NAME_NONE, found = matched && shares_key(a, f[2], f[3]);

	count(s, meant, matched);
	count(with_keys, meant, found);
	if (meant != found)
		g_test_message("%s: %s | %s (%s, %u, %s)%s",
			       meant ? "missed" : "false alarm", f[2], f[3], f[5],
			       j.distance, j.how,
			       matched && !found ? " not found by keys" : "");
	arena_destroy(&a);
}

static double share(int part, int other)
{
	return part + other == 0 ? 1 : (double)part / (part + other);
}

static void print(const char *what, const struct score *s)
{
	g_test_message(
		"%s: precision %.3f recall %.3f (%d hits, %d false alarms, %d missed)",
		what, share(s->hit, s->false_alarm), share(s->hit, s->miss), s->hit,
		s->false_alarm, s->miss);
}

static void test_labelled(void)
{
	char *path = conformance("names/name-pairs/cases.csv"), *text;
	struct arena *a = arena_create();
	struct score s = { 0 }, with_keys = { 0 };
	struct csv_record r;
	struct csv c;
	size_t n;

	if (!file_read(path, 1 << 20, &text, &n, NULL)) {
		g_test_skip("no conformance data");
		g_free(path);
		arena_destroy(&a);
		return;
	}
	c = csv_begin(a, (struct bytes){ text, n });
	csv_next(&c, a, &r);
	while (csv_next(&c, a, &r)) {
		g_assert_null(r.why);
		if (strcmp(r.fields[1], "Person") == 0)
			judge_row(r.fields, &s, &with_keys);
	}
	print("judgement", &s);
	print("with keys", &with_keys);
	/* reached: 0.991 and 0.908, keys lose nothing */
	g_assert_cmpfloat(share(with_keys.hit, with_keys.false_alarm), >=, 0.99);
	g_assert_cmpfloat(share(with_keys.hit, with_keys.miss), >=, 0.9);
	g_assert_cmpint(with_keys.hit, ==, s.hit);
	g_free(text);
	g_free(path);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/names/labelled", test_labelled);
	return g_test_run();
}
