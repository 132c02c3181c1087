/* habit.c: small sets of counted entries; the open day apart, merged in any order. */
#include <glib.h>
#include <string.h>

#include "base/arena.h"
#include "behavior/habit.h"

static struct bytes one_hour(struct arena *a, int hour)
{
	char *at = arena_alloc(a, HOUR_BYTES);

	hour_write(at, hour);
	return (struct bytes){ .at = at, .n = HOUR_BYTES };
}

static struct bytes one_habit(struct arena *a, enum usual kind, const char *text)
{
	char *at = arena_alloc(a, HABIT_BYTES);

	habit_write(at, kind, text);
	return (struct bytes){ .at = at, .n = HABIT_BYTES };
}

static int64_t count(struct bytes hours, bool over, int hour, int near)
{
	return hours_count((struct side){ hours, over }, hour, near);
}

static enum answer have(struct bytes habits, bool over, enum usual kind, const char *text)
{
	return habits_have((struct side){ habits, over }, kind, text);
}

static void test_hours(void)
{
	struct arena *a = arena_create();
	struct bytes sum = { 0 };

	for (int i = 0; i < 3; i++)
		sum = hours_merge((struct side){ sum, false },
				  (struct side){ one_hour(a, 23), false }, a);
	sum = hours_merge((struct side){ sum, false },
			  (struct side){ one_hour(a, 2), false }, a);
	g_assert_cmpuint(sum.n, ==, 2 * HOUR_BYTES);
	g_assert_true(hours_are_sane(sum));
	/* the day is not over: nothing counts */
	g_assert_cmpint(count(sum, false, 0, 24), ==, 0);
	g_assert_cmpint(count(sum, true, 0, 24), ==, 4);
	/* around midnight */
	g_assert_cmpint(count(sum, true, 0, 0), ==, 0);
	g_assert_cmpint(count(sum, true, 0, 1), ==, 3);
	g_assert_cmpint(count(sum, true, 0, 2), ==, 4);
	g_assert_cmpint(count(sum, true, 12, 3), ==, 0);
	/* the next day closes the first */
	sum = hours_merge((struct side){ sum, true },
			  (struct side){ one_hour(a, 23), false }, a);
	g_assert_cmpint(count(sum, false, 23, 0), ==, 3);
	g_assert_cmpint(count(sum, true, 23, 0), ==, 4);
	arena_destroy(&a);
}

static void test_hours_end(void)
{
	struct arena *a = arena_create();
	struct bytes sum = { 0 };

	for (int i = 0; i < 300; i++)
		for (int hour = 0; hour < HOURS_A_DAY; hour++)
			sum = hours_merge((struct side){ sum, i % 2 == 0 },
					  (struct side){ one_hour(a, hour), false }, a);
	g_assert_cmpuint(sum.n, <=, HOURS_BYTES);
	g_assert_cmpint(count(sum, false, 5, 0), ==, 255);
	arena_destroy(&a);
}

static void test_habits(void)
{
	struct arena *a = arena_create();
	struct bytes sum = { 0 };

	g_assert_cmpint(have(sum, true, USUAL_LINK, "a.example"), ==, ANSWER_UNKNOWN);
	sum = habits_merge((struct side){ sum, false },
			   (struct side){ one_habit(a, USUAL_LINK, "a.example"), false },
			   a);
	g_assert_true(habits_are_sane(sum));
	g_assert_cmpint(have(sum, false, USUAL_LINK, "a.example"), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(have(sum, true, USUAL_LINK, "a.example"), ==, ANSWER_YES);
	g_assert_cmpint(have(sum, true, USUAL_LINK, "b.example"), ==, ANSWER_NO);
	g_assert_cmpint(have(sum, true, USUAL_DKIM, "a.example"), ==, ANSWER_UNKNOWN);
	for (int i = 0; i < 40; i++)
		sum = habits_merge(
			(struct side){ sum, true },
			(struct side){ one_habit(a, USUAL_LINK, "a.example"), false }, a);
	/* one entry of closed days, one of the open one */
	g_assert_cmpuint(sum.n, ==, 2 * HABIT_BYTES);
	g_assert_cmpint(have(sum, false, USUAL_LINK, "a.example"), ==, ANSWER_YES);
	arena_destroy(&a);
}

/* Who comes with many new values at once drives no habit out. */
static void test_habits_stay(void)
{
	struct arena *a = arena_create();
	struct bytes sum = { 0 };

	for (int i = 0; i < 3; i++)
		sum = habits_merge(
			(struct side){ sum, true },
			(struct side){ one_habit(a, USUAL_LINK, "old.example"), true },
			a);
	for (int i = 0; i < 100; i++)
		sum = habits_merge(
			(struct side){ sum, false },
			(struct side){ one_habit(a, USUAL_LINK,
						 arena_printf(a, "%d.example", i)),
				       false },
			a);
	g_assert_cmpuint(sum.n, ==, (1 + USUAL_MOST) * HABIT_BYTES);
	sum = habits_merge((struct side){ sum, true }, (struct side){ 0 }, a);
	g_assert_cmpuint(sum.n, ==, USUAL_MOST * HABIT_BYTES);
	g_assert_cmpint(have(sum, false, USUAL_LINK, "old.example"), ==, ANSWER_YES);
	arena_destroy(&a);
}

/* Every kind full on both sides, and bytes that no counting made. */
static void test_hostile(void)
{
	struct arena *a = arena_create();
	GRand *random = g_rand_new_with_seed(7);

	for (int round = 0; round < 2000; round++) {
		size_t n = (size_t)g_rand_int_range(random, 0, 2 * HABITS_BYTES);
		guint8 *at = g_malloc(n + 1);
		struct bytes noise = { (const char *)at, n };
		struct side side = { noise, round % 2 == 0 };
		struct bytes hours, habits;

		for (size_t i = 0; i < n; i++)
			at[i] = (guint8)g_rand_int(random);
		at = g_realloc(at, MAX(n, 1)); /* exact */
		side.set.at = (const char *)at;
		hours = hours_merge(side, side, a);
		habits = habits_merge(side, side, a);
		g_assert_cmpuint(hours.n, <=, HOURS_BYTES);
		g_assert_cmpuint(habits.n, <=, HABITS_BYTES);
		g_assert_true(hours_are_sane(hours));
		g_assert_true(habits_are_sane(habits));
		hours_count(side, 3, 3);
		habits_have(side, USUAL_LINK, "a.example");
		g_free(at);
		arena_destroy(&a);
		a = arena_create();
	}
	g_rand_free(random);
	arena_destroy(&a);
}

/* Records of today are read tomorrow: the bytes are for good. */
static void test_bytes(void)
{
	static const guint8 habit[] = { 0x91, 0x9c, 0x29, 0x8e }, hour[] = { 0x97, 1 };
	char at[HABIT_BYTES];

	g_assert_cmpuint(text_hash(HASH_BEGIN, "example.org"), ==, 0x2d8e29b1U);
	habit_write(at, USUAL_LINK, "example.org");
	g_assert_cmpmem(at, HABIT_BYTES, habit, sizeof(habit));
	hour_write(at, 23);
	g_assert_cmpmem(at, HOUR_BYTES, hour, sizeof(hour));
}

static void test_insane(void)
{
	static const char order[] = { 5, 1, 4, 1 }, twice[] = { 5, 1, 5, 1 };
	static const char hour24[] = { 24, 1 }, kind7[] = { 0x71, 0, 0, 0 };

	g_assert_false(hours_are_sane((struct bytes){ hour24, 2 }));
	g_assert_false(hours_are_sane((struct bytes){ hour24, 1 }));
	g_assert_false(hours_are_sane((struct bytes){ order, 4 }));
	g_assert_false(hours_are_sane((struct bytes){ twice, 4 }));
	g_assert_false(habits_are_sane((struct bytes){ kind7, 4 }));
	g_assert_false(habits_are_sane((struct bytes){ kind7, 3 }));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/habit/hours", test_hours);
	g_test_add_func("/habit/hours-end", test_hours_end);
	g_test_add_func("/habit/habits", test_habits);
	g_test_add_func("/habit/habits-stay", test_habits_stay);
	g_test_add_func("/habit/hostile", test_hostile);
	g_test_add_func("/habit/bytes", test_bytes);
	g_test_add_func("/habit/insane", test_insane);
	return g_test_run();
}
