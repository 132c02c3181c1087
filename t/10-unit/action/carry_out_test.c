/* Carrying out: whatever fails, nobody's mail is lost, and no header claims what was not
 * done. */
#include <glib.h>

#include "scene.h"

#define RAW "From: a@example.net\nX-Wonted-Id: old\n\nhello\n"

static void keeps_what_is_not_held(void)
{
	struct scene s;
	const char *failed;

	scene_begin(&s, RAW);
	s.fails = "hold";
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_ACCEPT);
	g_assert_cmpstr(failed, ==, "the message could not be held");
	g_assert_true(scene_has(&s, "X-Wonted-Action: junk (hold failed)\n"));
	g_assert_true(scene_has(&s, "X-Spam-Flag: YES\n"));
	g_assert_false(scene_has(&s, "off "));
	g_assert_cmpuint(s.plan.n_held, ==, 0);
	g_assert_cmpuint(s.plan.n_holds, ==, 0);
	g_assert_cmpint(s.plan.done[1], ==, ACTION_JUNK);
	scene_end(&s);

	/* by extension, where the policy says so: the others are spared */
	scene_begin(&s, RAW);
	s.fails = "hold";
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, &s.policies[1]);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_ACCEPT);
	g_assert_true(scene_has(&s, "X-Wonted-Action: pass\n"));
	g_assert_true(
		scene_has(&s, "on rcpt-a+junk@example.org\noff rcpt-a@example.org\n"));
	scene_end(&s);
}

/* One hold a tenant; one that fails leaves its own recipients on the message, and no others. */
static void holds_by_tenant(void)
{
	struct scene s;
	const char *failed;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_move(&s, "example.com");
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_move(&s, "nobody.example");
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_DISCARD);
	g_assert_null(failed);
	g_assert_true(scene_has(&s, "hold 4XyZ1 0 2\nhold 4XyZ1-2 1\nhold 4XyZ1-3 3\n"));
	g_assert_cmpuint(s.plan.n_holds, ==, 3);
	g_assert_cmpuint(s.plan.n_held, ==, 4);
	g_assert_cmpstr(s.plan.holds[0].tenant->name, ==, "one");
	g_assert_cmpstr(s.plan.holds[1].tenant->name, ==, "two");
	g_assert_null(s.plan.holds[2].tenant);
	char *ids = plan_hold_ids(&s.plan);

	g_assert_cmpstr(ids, ==, "4XyZ1,4XyZ1-2,4XyZ1-3");
	g_free(ids);
	scene_end(&s);

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_move(&s, "example.com");
	s.fail_every = 2;
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_ACCEPT);
	g_assert_cmpstr(failed, ==, "the message could not be held");
	g_assert_true(scene_has(&s, "hold 4XyZ1 0\nFAILED hold 4XyZ1-2 1\n"));
	g_assert_true(scene_has(&s, "off rcpt-a@example.org\n"));
	g_assert_false(scene_has(&s, "off rcpt-b@"));
	g_assert_true(scene_has(&s, "X-Wonted-Action: junk (hold failed)\n"));
	g_assert_cmpint(s.plan.done[0], ==, ACTION_QUARANTINE);
	g_assert_cmpint(s.plan.done[1], ==, ACTION_JUNK);
	g_assert_cmpuint(s.plan.n_holds, ==, 1);
	g_assert_cmpstr(s.plan.holds[0].tenant->name, ==, "one");
	scene_end(&s);
}

static void keeps_whom_it_cannot_move(void)
{
	struct scene s;
	const char *failed;

	scene_begin(&s, RAW);
	s.fails = "on";
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
	scene_play(&s, &failed);
	g_assert_cmpstr(failed, ==, "a recipient could not be added");
	g_assert_true(scene_has(&s, "FAILED on rcpt-a+junk@example.org\n"));
	g_assert_false(scene_has(&s, "off "));
	scene_end(&s);
}

static void claims_no_banner(void)
{
	struct scene s;
	const char *failed;

	scene_begin(&s, RAW);
	s.fails = "body";
	scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
	scene_play(&s, &failed);
	g_assert_cmpstr(failed, ==, "the banner could not be put in");
	g_assert_true(
		scene_has(&s, "X-Wonted-Banner: not done: the MTA did not take the"));
	g_assert_true(scene_has(&s, "X-Wonted-Action: pass\n"));
	g_assert_cmpint(s.plan.done[0], ==, ACTION_PASS);
	g_assert_true(g_str_has_prefix(s.plan.banner, "not done"));
	scene_end(&s);
}

/* A body or subject that the MTA refuses: what is left warns, and the header tells which. */
static void warns_another_way(void)
{
	static const char calendar[] =
		"Subject: hi\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
		"boundary=b\n\n"
		"--b\n\nhello\n--b\nContent-Type: text/calendar; method=REQUEST\n\n"
		"BEGIN:VCALENDAR\n--b--\n";
	static const struct {
		const char *raw, *fails, *action, *banner;
	} rows[] = {
		{ RAW, "body", "banner",
		  "not done: the MTA did not take the new body; subject" },
		{ RAW, "body,change,append", "pass",
		  "not done: the MTA did not take the new" },
		{ calendar, "change", "banner",
		  "done (text); not in the calendar; subject" },
		{ calendar, "body", "banner",
		  "not done: the MTA did not take the new body; s" },
		{ "From: a\nSubject: hi\nContent-Type: image/png\n\nx", "change", "pass",
		  "not done: the MTA did not take the new subject" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct scene s;
		const char *failed;

		scene_begin(&s, rows[i].raw);
		s.policies[0].banner_fallback = FALLBACK_SUBJECT;
		s.fails = rows[i].fails;
		scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
		scene_play(&s, &failed);
		g_test_message("row %zu:\n%s", i, s.log->str);
		g_assert_nonnull(failed);
		g_assert_true(g_str_has_prefix(s.plan.banner, rows[i].banner));
		g_assert_true(scene_has(&s, arena_printf(s.arena, "X-Wonted-Action: %s",
							 rows[i].action)));
		g_assert_cmpstr(action_names[s.plan.done[0]], ==, rows[i].action);
		scene_end(&s);
	}
}

static void tells_what_failed(void)
{
	static const struct {
		const char *fails, *failed;
		enum action action;
	} rows[] = {
		{ "remove", "a header could not be removed", ACTION_JUNK },
		{ "insert", "a header could not be added", ACTION_JUNK },
		{ "off", "a recipient could not be taken off", ACTION_QUARANTINE },
		{ "reply", "the reply's text could not be set", ACTION_REJECT },
		{ "none", NULL, ACTION_JUNK },
		/* the first one is told */
		{ "remove,insert", "a header could not be removed", ACTION_JUNK },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct scene s;
		const char *failed;

		scene_begin(&s, RAW);
		s.fails = rows[i].fails;
		scene_rcpt(&s, VERDICT_MALICIOUS, rows[i].action, NULL);
		if (rows[i].action == ACTION_QUARANTINE)
			scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
		scene_play(&s, &failed);
		g_assert_cmpstr(failed, ==, rows[i].failed);
		scene_end(&s);
	}
}

static bool is_in(const GPtrArray *all, const char *address)
{
	for (guint i = 0; i < all->len; i++)
		if (strcmp(g_ptr_array_index(all, i), address) == 0)
			return true;
	return false;
}

static bool is_planned_held(const struct plan *p, size_t rcpt)
{
	for (size_t i = 0; i < p->n_holds; i++)
		for (size_t k = 0; k < p->holds[i].n_rcpts; k++)
			if (p->holds[i].rcpts[k] == rcpt)
				return true;
	return false;
}

static bool scene_call_ends(const struct scene *s, const char *call, const char *address)
{
	char *line = g_strdup_printf("FAILED %s %s\n", call, address);
	bool has = scene_has(s, line);

	g_free(line);
	return has;
}

/* Each recipient still gets it, finds it held, or the sender is told. */
static void assert_not_lost(const struct scene *s, enum disposition d, const char *log)
{
	for (size_t i = 0; i < s->all.n; i++) {
		const char *address = s->rcpts[i].address;
		char *moved = g_strdup_printf("rcpt-%c+junk%s", (int)('a' + i),
					      strchr(address, '@'));
		bool held = s->held[i];
		bool gone = d == DISPOSE_DISCARD || is_in(s->deleted, address);

		if (d == DISPOSE_REJECT || d == DISPOSE_DEFER) {
			g_assert_cmpuint(s->deleted->len, ==, 0);
			g_assert_false(held);
		} else if (gone && !held && !is_in(s->added, moved)) {
			g_error("%s is lost:\n%s", address, log);
		} else if (held && !gone && !scene_call_ends(s, "off", address)) {
			g_error("%s is held, and gets it:\n%s", address, log);
		}
		g_assert_cmpint(held, ==, is_planned_held(&s->plan, i));
		g_free(moved);
	}
}

static void loses_nothing(void)
{
	GRand *r = g_rand_new_with_seed(20260819);

	for (int i = 0; i < 20000; i++) {
		struct scene s;
		int n = g_rand_int_range(r, 1, 5);
		enum disposition d;

		scene_begin(&s, RAW);
		s.fail_every = (size_t)g_rand_int_range(r, 0, 6);
		for (int k = 0; k < n; k++) {
			enum action action =
				(enum action)g_rand_int_range(r, 0, ACTION_COUNT);
			struct decision *one = scene_rcpt(
				&s, (enum verdict)g_rand_int_range(r, 0, VERDICT_COUNT),
				action, &s.policies[g_rand_int_range(r, 0, 2)]);

			one->mode =
				g_rand_int_range(r, 0, 4) ? MODE_ENFORCE : MODE_OBSERVE;
			if (g_rand_int_range(r, 0, 3) == 0)
				scene_move(&s, g_rand_int_range(r, 0, 2) ? "example.com"
									 : "example.net");
		}
		d = scene_play(&s, NULL);
		assert_not_lost(&s, d, s.log->str);
		g_assert_cmpuint(s.plan.n_done, ==, s.all.n);
		for (size_t k = 0; k < s.all.n; k++)
			g_assert_false(s.decisions[k].mode == MODE_OBSERVE &&
				       is_in(s.deleted, s.rcpts[k].address));
		scene_end(&s);
	}
	g_rand_free(r);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/carry_out/keeps-what-is-not-held", keeps_what_is_not_held);
	g_test_add_func("/carry_out/holds-by-tenant", holds_by_tenant);
	g_test_add_func("/carry_out/keeps-whom-it-cannot-move",
			keeps_whom_it_cannot_move);
	g_test_add_func("/carry_out/claims-no-banner", claims_no_banner);
	g_test_add_func("/carry_out/warns-another-way", warns_another_way);
	g_test_add_func("/carry_out/tells-what-failed", tells_what_failed);
	g_test_add_func("/carry_out/loses-nothing", loses_nothing);
	return g_test_run();
}
