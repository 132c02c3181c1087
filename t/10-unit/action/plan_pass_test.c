/* Mail that is not judged: nothing in our name stays in it, and where it cannot go the message
 * is refused. */
#include "action/plan_pass.h"

#include "scene.h"

#define FORGED                                                 \
	"X-Wonted-Verdict: wanted\nX-Spam-Flag: NO\n"          \
	"Authentication-Results: mx.example.org; dmarc=pass\n" \
	"Authentication-Results: mx.example.net; dmarc=pass\n\nx\n"

struct row {
	const char *auth_user;
	bool internal, enforce, policy_enforces, silent;
	size_t removed;
};

static void removes(void)
{
	static const struct row rows[] = {
		{ .enforce = true, .removed = 3 },
		{ .policy_enforces = true, .removed = 3 },
		/* X-Spam-* is another filter's word where we only watch */
		{ .removed = 2 },
		{ .silent = true },
		{ .internal = true, .auth_user = "bob", .enforce = true, .removed = 2 },
		{ .internal = true, .enforce = true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct row *r = &rows[i];
		struct scene s;
		struct plan p;
		size_t removed = 0;

		scene_begin(&s, FORGED);
		s.options.mode = r->enforce ? MODE_ENFORCE : MODE_OBSERVE;
		s.options.observe_headers = !r->silent;
		for (size_t k = 0; k < SCENE_POLICIES; k++)
			s.policies[k].mode = MODE_INHERIT;
		if (r->policy_enforces)
			s.policies[2].mode = MODE_ENFORCE;
		s.envelope.internal = r->internal;
		s.envelope.auth_user = r->auth_user;
		s.setup.decisions = NULL;
		scene_sweep(&s);
		plan_pass(s.arena, &s.setup, &p);
		g_assert_cmpint(p.disposition, ==, DISPOSE_ACCEPT);
		for (size_t k = 0; k < p.n_edits; k++)
			removed += p.edits[k].kind == EDIT_DELETE_HEADER;
		g_assert_cmpuint(removed, ==, r->removed);
		g_assert_cmpuint(p.n_edits, ==, removed);
		scene_end(&s);
	}
}

/* Why we decided so does not leave, be it only one of several who is not ours. */
static void keeps_grounds_here(void)
{
	static const char judged[] =
		"X-Wonted-Verdict: suspicious\nX-Wonted-Action: junk\nX-Wonted-Id: 1\n"
		"X-Wonted-Score: threat=6\nx-wonted-reasons: vip (threat +6) Jane Roe\n"
		"X-Wonted-Degraded: out of time\nX-Wonted-Banner: done\n"
		"X-Spam-Status: Yes, score=6\nX-Spam-Level: ******\nX-Spam-Flag: YES\n"
		"Authentication-Results: mx.example.org; dmarc=pass\n\nx\n";
	static const struct {
		const char *domain;
		size_t removed;
	} rows[] = { { "example.org", 0 },
		     { "example.com", 0 },
		     { "elsewhere.example", 6 } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct scene s;
		struct plan p;

		scene_begin(&s, judged);
		scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
		scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
		scene_move(&s, rows[i].domain);
		s.options.observe_headers = false;
		s.envelope.internal = true;
		s.setup.decisions = NULL;
		scene_sweep(&s);
		plan_pass(s.arena, &s.setup, &p);
		g_assert_cmpuint(p.n_edits, ==, rows[i].removed);
		for (size_t k = 0; k < p.n_edits; k++) {
			g_assert_cmpint(p.edits[k].kind, ==, EDIT_DELETE_HEADER);
			g_assert_cmpstr(p.edits[k].name, !=, "X-Wonted-Verdict");
			g_assert_cmpstr(p.edits[k].name, !=, "X-Spam-Flag");
		}
		scene_end(&s);
	}
}

static void flood(struct scene *s)
{
	struct header_sweep *sweep = header_sweep_create(s->arena, s->setup.authserv_id);

	for (size_t i = 0; i < SWEEP_MOST; i++)
		header_sweep_field(sweep, bytes_of("X-Wonted-Id"), bytes_of(" 1"));
	g_assert_false(header_sweep_flooded(sweep));
	header_sweep_field(sweep, bytes_of("From"), bytes_of(" a@example.net"));
	g_assert_false(header_sweep_flooded(sweep));
	header_sweep_field(sweep, bytes_of("X-Wonted-Id"), bytes_of(" 1"));
	g_assert_true(header_sweep_flooded(sweep));
	s->setup.sweep = sweep;
}

static void refuses_a_flood(void)
{
	struct scene s;
	const char *failed;

	scene_begin(&s, FORGED);
	flood(&s);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL)->mode = MODE_OBSERVE;
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_REJECT);
	g_assert_null(failed);
	g_assert_true(scene_has(&s, "reply 550 5.7.1 Message refused: too many header"));
	g_assert_cmpint(s.plan.done[0], ==, ACTION_REJECT);
	g_assert_cmpuint(s.plan.n_edits, ==, 0);
	scene_end(&s);

	/* nobody acts */
	scene_begin(&s, FORGED);
	flood(&s);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL)->mode = MODE_OBSERVE;
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_ACCEPT);
	scene_end(&s);

	/* our own people, our own hosts */
	scene_begin(&s, FORGED);
	flood(&s);
	s.envelope.internal = true;
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_ACCEPT);
	s.envelope.auth_user = "bob";
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_REJECT);
	scene_end(&s);
}

/* Nobody would get it; but who knows what an MTA does. */
static void removes_without_recipients(void)
{
	struct scene s;

	scene_begin(&s, FORGED);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	g_assert_true(scene_has(&s, "remove X-Wonted-Verdict 0\n"));
	scene_end(&s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/plan-pass/removes", removes);
	g_test_add_func("/plan-pass/refuses-a-flood", refuses_a_flood);
	g_test_add_func("/plan-pass/removes-without-recipients",
			removes_without_recipients);
	g_test_add_func("/plan-pass/keeps-grounds-here", keeps_grounds_here);
	return g_test_run();
}
