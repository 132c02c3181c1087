/* The machinery of checks in steps: jobs, questions asked once, tasks waited for or left. */
#include "auth/task.h"

#include "auth_fixture.h"

static void count(void *arg)
{
	__atomic_add_fetch((int *)arg, 1, __ATOMIC_RELAXED);
}

static void test_lookups(void)
{
	struct resolver *r = zone_of("a.example. A 192.0.2.1\ns.example. TIMEOUT\n");
	struct lookups *l = lookups_create(r, 3);

	for (int i = 0; i < 5; i++)
		g_assert_cmpint(lookups_get(l, "a.example", DNS_A)->status, ==, DNS_OK);
	g_assert_cmpint(lookups_get(l, "a.example", DNS_TXT)->status, ==, DNS_NODATA);
	g_assert_null(lookups_missing(l));
	g_assert_null(lookups_get(l, "s.example", DNS_A));
	g_assert_nonnull(lookups_missing(l));
	/* no more than three */
	g_assert_cmpint(lookups_get(l, "b.example", DNS_A)->status, ==, DNS_TEMPFAIL);
	g_assert_cmpuint(lookups_count(l), ==, 3);
	g_assert_cmpuint(resolver_stats(r).asked, ==, 3);
	lookups_give_up(l);
	g_assert_cmpint(lookups_get(l, "s.example", DNS_A)->status, ==, DNS_TEMPFAIL);
	g_assert_cmpint(lookups_get(l, "a.example", DNS_A)->status, ==, DNS_OK);
	lookups_destroy(&l);
	resolver_close(&r);
}

/* a check that asks for n names in turn */
struct turns {
	struct lookups *lookups;
	int names, steps;
	bool ended;
	int *destroyed;
};

static bool turns_step(void *check)
{
	struct turns *t = check;

	t->steps++;
	for (int i = 0; i < t->names; i++) {
		char name[32];

		g_snprintf(name, sizeof(name), "n%d.example", i);
		if (lookups_get(t->lookups, name, DNS_A) == NULL)
			return false;
	}
	t->ended = true;
	return true;
}

static struct dns_query *turns_missing(const void *check)
{
	return lookups_missing(((const struct turns *)check)->lookups);
}

static void turns_give_up(void *check)
{
	lookups_give_up(((struct turns *)check)->lookups);
}

static void turns_destroy(void *check)
{
	struct turns *t = check;

	count(t->destroyed);
	lookups_destroy(&t->lookups);
	g_free(t);
}

static const struct task_kind turns_kind = { turns_step, turns_missing, turns_give_up,
					     turns_destroy };

static struct turns *turns_make(struct resolver *r, int names, int *destroyed)
{
	struct turns *t = g_new0(struct turns, 1);

	*t = (struct turns){ .lookups = lookups_create(r, 100),
			     .names = names,
			     .destroyed = destroyed };
	return t;
}

static struct resolver *zone_late(int delay_ms)
{
	GString *zone = g_string_new(NULL);
	struct resolver *r;

	g_string_append_printf(zone, "$DELAY %d\n", delay_ms);
	for (int i = 0; i < 10; i++)
		g_string_append_printf(zone, "n%d.example. A 192.0.2.%d\n", i, i);
	r = zone_of(zone->str);
	g_string_free(zone, TRUE);
	return r;
}

static void test_finish(void)
{
	struct resolver *r = zone_late(3);
	struct task_group *y = task_group_create(2);
	struct dns_wait wait = { .deadline_us = in_ms(10000) };
	int destroyed = 0;
	struct task *e = task_begin(y, &turns_kind, turns_make(r, 5, &destroyed));
	const struct turns *t = task_finish(e, &wait);

	g_assert_true(t->ended);
	g_assert_cmpint(t->steps, ==, 6);
	g_assert_false(wait.timed_out);
	g_assert_cmpint(wait.waited_us, >=, 10000);
	task_release(&e);
	task_group_destroy(&y);
	g_assert_cmpint(destroyed, ==, 1);
	resolver_close(&r);
}

static void test_deadline(void)
{
	struct resolver *r = zone_late(50);
	struct task_group *y = task_group_create(2);
	struct dns_wait wait = { .deadline_us = in_ms(70) };
	int destroyed = 0;
	struct task *e = task_begin(y, &turns_kind, turns_make(r, 5, &destroyed));
	const struct turns *t = task_finish(e, &wait);

	g_assert_true(t->ended); /* with what was given up */
	g_assert_true(wait.timed_out);
	task_release(&e);
	task_group_destroy(&y);
	g_assert_cmpint(destroyed, ==, 1);
	resolver_close(&r);
}

/* left while answers come in on another thread: none is lost, none is used after its end */
static void test_race(void)
{
	struct resolver *r = zone_late(1);
	struct task_group *y = task_group_create(2);
	int destroyed = 0;

	for (int i = 0; i < 300; i++) {
		struct task *e =
			task_begin(y, &turns_kind, turns_make(r, 1 + i % 4, &destroyed));
		struct dns_wait wait = { .deadline_us = clock_mono_us() + i % 7 * 400 };

		if (i % 3 != 0)
			task_finish(e, &wait);
		else
			g_usleep((gulong)(i % 11) * 150);
		task_release(&e);
	}
	task_group_destroy(&y);
	g_assert_cmpint(destroyed, ==, 300);
	resolver_close(&r);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/lookups", test_lookups);
	g_test_add_func("/auth/task/finish", test_finish);
	g_test_add_func("/auth/task/deadline", test_deadline);
	g_test_add_func("/auth/task/race", test_race);
	return g_test_run();
}
