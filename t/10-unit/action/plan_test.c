/* Merging: what becomes of one message whose recipients' policies ask for different things.
 * The rules stand in action/plan.h. */
#include "action/plan.h"

#include "scene.h"

#define RAW "From: a@example.net\nSubject: x\n\nhello\n"
#define SIGNED                                                                     \
	"From: a@example.net\nSubject: hi\nContent-Type: application/pkcs7-mime; " \
	"smime-type=signed-data\n\nx\n"
#define CALENDAR                                                                        \
	"From: a@example.net\nSubject: hi\nContent-Type: multipart/mixed; boundary=b\n" \
	"\n--b\n\nhello\n--b\nContent-Type: text/calendar; method=REQUEST\n\n"          \
	"BEGIN:VCALENDAR\n--b--\n"

static const struct reason reasons[] = {
	{ "forged_name", "Uses the name of Jane Roe", AXIS_THREAT, 6500, false },
	{ "first_contact", "Has never written to you before", AXIS_THREAT, 2000, false },
	{ "bulk", "Bulk mail", AXIS_GRAYMAIL, 1500, false },
};

static void assert_done(const struct scene *s, const char *want)
{
	GString *is = g_string_new(NULL);

	for (size_t i = 0; i < s->plan.n_done; i++)
		g_string_append_printf(is, "%s%s", i == 0 ? "" : " ",
				       action_names[s->plan.done[i]]);
	g_assert_cmpstr(is->str, ==, want);
	g_string_free(is, TRUE);
}

static void assert_log(const struct scene *s, const char *want)
{
	if (strcmp(s->log->str, want) != 0)
		g_error("not as expected:\n%s", s->log->str);
}

static void tells_what_it_found(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	assert_log(&s, "insert X-Wonted-Id: 4XyZ1\n"
		       "insert X-Wonted-Score: threat=0 spam=0 graymail=0\n"
		       "insert X-Wonted-Action: pass\n"
		       "insert X-Wonted-Verdict: wanted\n");
	assert_done(&s, "pass");
	scene_end(&s);
}

/* observe: "changes nothing but headers", and says what it would have done */
static void observes(void)
{
	for (enum action asked = ACTION_PASS; asked < ACTION_COUNT; asked++) {
		struct scene s;
		const char *note = arena_printf((scene_begin(&s, RAW), s.arena),
						"X-Wonted-Action: pass (would %s)\n",
						action_names[asked]);

		scene_rcpt(&s, VERDICT_MALICIOUS, asked, NULL)->mode = MODE_OBSERVE;
		g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
		g_assert_true(scene_has(&s, "X-Wonted-Mode: observe\n"));
		g_assert_true(scene_has(&s, "X-Wonted-Verdict: malicious\n"));
		g_assert_cmpint(scene_has(&s, note), ==, asked != ACTION_PASS);
		g_assert_false(scene_has(&s, "X-Spam"));
		g_assert_false(scene_has(&s, "body "));
		g_assert_false(scene_has(&s, "hold "));
		g_assert_false(scene_has(&s, "off "));
		g_assert_false(scene_has(&s, "reply "));
		assert_done(&s, "pass");
		scene_end(&s);
	}
}

/* observe_headers = no: "or changes nothing at all" */
static void observes_in_silence(void)
{
	struct scene s;

	scene_begin(&s, "X-Wonted-Verdict: wanted\n" RAW);
	s.options.observe_headers = false;
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL)->mode = MODE_OBSERVE;
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_BANNER, NULL)->mode = MODE_OBSERVE;
	scene_play(&s, NULL);
	assert_log(&s, "");
	assert_done(&s, "pass pass");
	scene_end(&s);
}

static void junks_by_header(void)
{
	struct scene s;

	scene_begin(&s, "X-Spam-Flag: NO\n" RAW);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	assert_log(&s, "remove X-Spam-Flag 0\n"
		       "insert X-Spam-Level: *******\n"
		       "insert X-Spam-Status: Yes, score=7.25 required=6\n"
		       "insert X-Spam: Yes\n"
		       "insert X-Spam-Flag: YES\n"
		       "insert X-Wonted-Id: 4XyZ1\n"
		       "insert X-Wonted-Score: threat=0 spam=7.25 graymail=0\n"
		       "insert X-Wonted-Action: junk\n"
		       "insert X-Wonted-Verdict: spam\n");
	assert_done(&s, "junk");
	scene_end(&s);
}

#define WRAPPED(more)                                                            \
	"From: a@example.net\nSubject: hi\n" more                                \
	"Content-Type: multipart/signed; boundary=b\n\n--b\n\nhello\n--b\n"      \
	"Content-Type: application/pkcs7-signature\n"                            \
	"Content-Transfer-Encoding: base64\n\n"                                  \
	"MIIB8AYJKoZIhvcNAQcCoIIB4TCCAd0CAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcN\n" \
	"AQcBMYIBujCCAbYCAQEwSTBBAAAAAAAAAAAAAAAAAAAAAAAA\n--b--\n"

static void assert_banner(const char *raw, const struct auth_results *r, const char *want)
{
	struct scene s;

	scene_begin(&s, raw);
	s.setup.auth = r;
	scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
	scene_play(&s, NULL);
	if (!scene_has(&s, want))
		g_error("%s, not %s", s.log->str, want);
	scene_end(&s);
}

/* A form that somebody else may have given the message spares it nothing. */
static void asks_who_gave_the_form(void)
{
	static const char *const all[] = { "from", "subject", "content-type" };
	struct auth_dkim d = {
		.result = AUTH_PASS, .aligned = true, .covered = all, .n_covered = 3
	};
	struct auth_results r = { .dkim = &d, .n_dkim = 1 };

	assert_banner(WRAPPED(""), NULL, "not done: the message is signed");
	assert_banner(WRAPPED(""), &r, "not done: the message is signed");
	assert_banner(WRAPPED("Content-Type: text/plain\n"), NULL, "done (text)");
	d.n_covered = 2;
	assert_banner(WRAPPED(""), &r, "X-Wonted-Banner: done (text)");
	d.aligned = false;
	assert_banner(WRAPPED(""), &r, "not done: the message is signed");
}

/* What cannot differ takes the strictest of those who remain. */
static void takes_the_strictest(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_PASS, NULL);
	scene_play(&s, NULL);
	g_assert_true(scene_has(&s, "X-Wonted-Action: junk\n"));
	g_assert_true(scene_has(&s, "X-Wonted-Verdict: spam\n"));
	g_assert_true(scene_has(&s, "X-Wonted-Banner: done (text)\n"));
	g_assert_false(scene_has(&s, "X-Wonted-Mode"));
	g_assert_null(s.plan.remark);
	assert_done(&s, "junk junk junk junk");
	scene_end(&s);
}

/* A roll-out: who is only observed reads nothing of what others would get but headers. */
static void spares_who_is_observed(void)
{
	static const enum action asks[] = { ACTION_BANNER, ACTION_JUNK };

	for (size_t i = 0; i < G_N_ELEMENTS(asks); i++) {
		struct scene s;
		const char *note = arena_printf(
			(scene_begin(&s, "X-Spam-Flag: YES\n" RAW), s.arena),
			"X-Wonted-Action: pass (would %s)\n", action_names[asks[i]]);

		scene_rcpt(&s, VERDICT_SUSPICIOUS, asks[i], NULL);
		scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_PASS, NULL)->mode =
			MODE_OBSERVE;
		g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
		g_assert_true(scene_has(&s, note));
		g_assert_false(scene_has(&s, "body "));
		g_assert_false(scene_has(&s, "X-Spam"));
		g_assert_false(scene_has(&s, "X-Wonted-Banner"));
		g_assert_false(scene_has(&s, "X-Wonted-Mode"));
		g_assert_nonnull(s.plan.remark);
		assert_done(&s, "pass pass");
		scene_end(&s);
	}
}

/* What is for one alone is done beside who is observed, too; and what should have been held
 * is never passed without a mark. */
static void acts_beside_who_is_observed(void)
{
	struct scene s;
	const char *failed;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, NULL)->mode = MODE_OBSERVE;
	scene_play(&s, NULL);
	g_assert_true(scene_has(&s, "hold 4XyZ1 1\n"));
	g_assert_true(
		scene_has(&s, "on rcpt-a+junk@example.org\noff rcpt-a@example.org\n"));
	g_assert_true(scene_has(&s, "X-Wonted-Action: pass (would junk)\n"));
	g_assert_false(scene_has(&s, "X-Spam"));
	g_assert_null(s.plan.remark);
	assert_done(&s, "junk quarantine pass");
	scene_end(&s);

	scene_begin(&s, "X-Spam-Flag: NO\n" RAW);
	s.fails = "hold";
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL)->mode = MODE_OBSERVE;
	g_assert_cmpint(scene_play(&s, &failed), ==, DISPOSE_ACCEPT);
	g_assert_nonnull(failed);
	g_assert_true(scene_has(&s, "remove X-Spam-Flag 0\n"));
	g_assert_true(scene_has(&s, "X-Spam-Flag: YES\n"));
	g_assert_true(scene_has(&s, "X-Wonted-Action: junk (hold failed)\n"));
	scene_end(&s);
}

/* What one of them wants, and nothing is done about, is not told to the others. */
static void a_wish_is_not_told(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_PASS, NULL)->preferred = true;
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	g_assert_true(scene_has(&s, "X-Wonted-Verdict: wanted\n"));
	g_assert_false(scene_has(&s, "spam\n"));
	scene_end(&s);

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_PASS, NULL)->preferred = true;
	scene_play(&s, NULL);
	g_assert_true(scene_has(&s, "X-Wonted-Verdict: spam\n"));
	scene_end(&s);
}

/* By extension: one recipient's junk is not everybody's. */
static void junks_by_extension(void)
{
	struct scene s;
	const char *failed;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
	scene_play(&s, &failed);
	g_assert_null(failed);
	g_assert_true(
		scene_has(&s, "on rcpt-b+junk@example.org\noff rcpt-b@example.org\n"));
	g_assert_true(scene_has(&s, "X-Wonted-Action: pass\n"));
	g_assert_false(scene_has(&s, "X-Spam"));
	assert_done(&s, "pass junk");
	scene_end(&s);

	/* nor what one recipient wants, whatever the policy says of headers */
	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, NULL)->preferred = true;
	scene_play(&s, NULL);
	g_assert_true(scene_has(&s, "on rcpt-b+junk@example.org\n"));
	g_assert_false(scene_has(&s, "X-Spam"));
	assert_done(&s, "pass junk");
	scene_end(&s);
	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL)->preferred = true;
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, NULL);
	scene_play(&s, NULL);
	g_assert_true(scene_has(&s, "on rcpt-b+junk@example.org\n"));
	g_assert_false(scene_has(&s, "X-Spam"));
	scene_end(&s);

	/* nobody else reads the headers: then they may say it */
	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
	scene_play(&s, NULL);
	g_assert_true(scene_has(&s, "X-Wonted-Action: junk\n"));
	g_assert_true(scene_has(&s, "X-Spam-Flag: YES\n"));
	scene_end(&s);

	/* an extension that says nothing is none */
	scene_begin(&s, RAW);
	s.policies[1].junk_extension = "";
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
	scene_play(&s, NULL);
	g_assert_false(scene_has(&s, "off "));
	scene_end(&s);
}

static void extends_addresses(void)
{
	static const char *const rows[][2] = {
		{ "jane@example.org", "on jane+junk@example.org\n" },
		{ "\"jane roe\"@example.org", "on \"jane roe+junk\"@example.org\n" },
		{ "\"a@b\"@example.org", "on \"a@b+junk\"@example.org\n" },
		{ "postmaster", "on postmaster+junk\n" },
		/* never two extensions, of which the MTA would see the first */
		{ "jane+list@example.org", "on jane+junk@example.org\n" },
		{ "jane+@example.org", "on jane+junk@example.org\n" },
		{ "\"jane+list\"@example.org", "on jane+junk@example.org\n" },
		{ "\"jane roe+x y\"@example.org", "on \"jane roe+junk\"@example.org\n" },
	};
	static const char *const there[] = { "jane+junk@example.org",
					     "Jane+JUNK@example.org",
					     "\"jane roe+junk\"@example.org" };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct scene s;

		scene_begin(&s, RAW);
		scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
		s.rcpts[0].address = rows[i][0];
		scene_play(&s, NULL);
		g_assert_true(scene_has(&s, rows[i][1]));
		scene_end(&s);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(there); i++) {
		struct scene s;

		scene_begin(&s, RAW);
		scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
		s.rcpts[0].address = there[i];
		scene_play(&s, NULL);
		g_assert_false(scene_has(&s, "on "));
		g_assert_false(scene_has(&s, "off "));
		g_assert_cmpint(s.plan.done[0], ==, ACTION_JUNK);
		scene_end(&s);
	}
}

/* The MTA knows a recipient by the client's spelling; everybody else by who it is. */
static void takes_off_as_spelled(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
	s.rcpts[1].spelling = "example.org!rcpt-b";
	s.rcpts[2].spelling = "rcpt-c(x) @ example.org";
	scene_play(&s, NULL);
	g_assert_true(scene_has(&s, "off example.org!rcpt-b\n"));
	g_assert_true(scene_has(&s, "on rcpt-c+junk@example.org\n"
				    "off rcpt-c(x) @ example.org\n"));
	scene_end(&s);
}

/* Of whom nobody knows who it is: no extension for it, no tenant, and a word about it. */
static void tells_unresolved(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, &s.policies[1]);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	for (size_t i = 0; i < 2; i++)
		s.rcpts[i] = (struct recipient){ .address = "example.org!x",
						 .spelling = "example.org!x",
						 .unresolved = "nobody knows" };
	scene_play(&s, NULL);
	g_assert_false(scene_has(&s, "on "));
	g_assert_true(scene_has(&s, "X-Spam-Flag: YES\n"));
	g_assert_true(scene_has(&s, "X-Wonted-Recipient: unresolved (nobody knows)\n"));
	g_assert_cmpuint(s.plan.n_holds, ==, 1);
	g_assert_null(s.plan.holds[0].tenant);
	scene_end(&s);

	/* not of those who are taken off */
	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	s.rcpts[1].unresolved = "nobody knows";
	scene_play(&s, NULL);
	g_assert_false(scene_has(&s, "X-Wonted-Recipient"));
	scene_end(&s);
}

static void holds_some(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	s.decisions[1].reasons = s.decisions[2].reasons = reasons;
	s.decisions[1].n_reasons = s.decisions[2].n_reasons = 2;
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	assert_log(&s, "hold 4XyZ1 1 2\n"
		       "insert X-Wonted-Id: 4XyZ1\n"
		       "insert X-Wonted-Score: threat=0 spam=0 graymail=0\n"
		       "insert X-Wonted-Action: pass\n"
		       "insert X-Wonted-Verdict: wanted\n"
		       "off rcpt-b@example.org\n"
		       "off rcpt-c@example.org\n");
	assert_done(&s, "pass quarantine quarantine");
	scene_end(&s);
}

static void holds_all(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	s.setup.id = "4XyZ1/2 \n";
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_DISCARD);
	assert_log(&s, "hold 4XyZ1-2-- 0 1\n");
	assert_done(&s, "quarantine quarantine");
	scene_end(&s);
}

static void refuses_for_all(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_REJECT, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_REJECT, NULL);
	for (size_t i = 0; i < 2; i++) {
		s.decisions[i].reasons = reasons;
		s.decisions[i].n_reasons = 2 - i;
	}
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_REJECT);
	/* only what holds for both is said */
	assert_log(
		&s,
		"reply 550 5.7.1 Message refused: Uses the name of Jane Roe (4XyZ1)\n");
	g_assert_cmpuint(s.plan.n_rejected_or_deferred, ==, 2);
	g_assert_cmpuint(s.plan.rejected_or_deferred[1], ==, 1);
	assert_done(&s, "reject reject");
	scene_end(&s);

	/* RFC 5321 4.5.3.1.5: a reply line has at most 512 octets; and it is one line */
	scene_begin(&s, RAW);
	s.policies[0].reject_text = g_strnfill(3000, '{');
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_REJECT, NULL);
	scene_play(&s, NULL);
	g_assert_cmpuint(strlen(s.plan.reply_text), <, 500);
	g_free((gpointer)(guintptr)s.policies[0].reject_text);
	s.policies[0].reject_text = "a\r\nb {reasons} {unknown} {reasons";
	scene_play(&s, NULL);
	g_assert_cmpstr(s.plan.reply_text, ==, "a\\x0D\\x0Ab policy {unknown} {reasons");
	scene_end(&s);
}

static void defers(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_REJECT, NULL);
	scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_DEFER, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_DEFER);
	assert_log(&s,
		   "reply 451 4.7.1 Message deferred, please try again later (4XyZ1)\n");
	assert_done(&s, "defer defer");
	scene_end(&s);
}

/* A mail that one may read cannot be refused: those who refuse it find it held. */
static void holds_what_it_cannot_refuse(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_REJECT, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_DEFER, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	g_assert_true(scene_has(&s, "hold 4XyZ1 1 2\n"));
	g_assert_nonnull(s.plan.remark);
	assert_done(&s, "pass quarantine quarantine");
	scene_end(&s);

	/* observe mode takes the message: it is somebody's, too */
	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_REJECT, NULL)->mode = MODE_OBSERVE;
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_REJECT, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	g_assert_true(scene_has(&s, "hold 4XyZ1 1\n"));
	g_assert_true(scene_has(&s, "X-Wonted-Mode: observe\n"));
	g_assert_true(scene_has(&s, "X-Wonted-Action: pass (would reject)\n"));
	assert_done(&s, "pass quarantine");
	scene_end(&s);

	/* held beside held: nobody is left */
	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_REJECT, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_DISCARD);
	assert_done(&s, "quarantine quarantine");
	scene_end(&s);
}

/* What was not read whole cannot be held: the rest would be lost. */
static void holds_no_half(void)
{
	struct message_limits limits = { .max_bytes = 30 };
	struct scene s;

	scene_begin(&s, RAW);
	s.setup.message = message_parse(s.arena, bytes_of(RAW), &limits);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	g_assert_false(scene_has(&s, "hold "));
	g_assert_true(scene_has(&s, "X-Wonted-Action: junk (too long to hold)\n"));
	g_assert_nonnull(s.plan.remark);
	g_assert_cmpuint(s.plan.n_holds, ==, 0);
	assert_done(&s, "junk");
	scene_end(&s);
}

static void puts_a_banner_in(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
	s.decisions[0].reasons = reasons;
	s.decisions[0].n_reasons = 3;
	scene_play(&s, NULL);
	g_assert_true(g_str_has_prefix(s.log->str, "body "));
	g_assert_true(scene_has(&s, "X-Wonted-Action: banner\n"));
	g_assert_cmpstr(s.plan.banner, ==, "done (text)");
	g_assert_nonnull(strstr(s.plan.edits[0].body.at, "Jane Roe"));
	g_assert_null(strstr(s.plan.edits[0].body.at, "Bulk mail"));
	assert_done(&s, "banner");
	scene_end(&s);

	/* what cannot be done becomes something else, and the plan says so */
	scene_begin(&s, SIGNED);
	scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
	scene_play(&s, NULL);
	g_assert_false(scene_has(&s, "body "));
	g_assert_true(scene_has(&s, "X-Wonted-Action: pass\n"));
	g_assert_true(
		scene_has(&s, "X-Wonted-Banner: not done: the message is signed\n"));
	assert_done(&s, "pass");
	scene_end(&s);
}

/* Where a banner may not be seen, policy says what warns instead. */
static void warns_without_a_banner(void)
{
	static const struct {
		const char *raw;
		enum banner_fallback first, second;
		const char *has, *has_not, *action, *banner, *done;
	} rows[] = {
		{ SIGNED, FALLBACK_SUBJECT, FALLBACK_NONE,
		  "change Subject 0: [CAUTION] hi\n", "body ", "banner (in the subject)",
		  "not done: the message is signed; subject marked", "banner banner" },
		{ SIGNED, FALLBACK_NONE, FALLBACK_NONE, "insert ", "change ", "pass",
		  "not done: the message is signed", "pass pass" },
		{ SIGNED, FALLBACK_JUNK, FALLBACK_JUNK, "X-Spam-Flag: YES\n", "change ",
		  "junk", "not done: the message is signed", "junk junk" },
		{ SIGNED, FALLBACK_JUNK, FALLBACK_SUBJECT, "change Subject 0: ", "body ",
		  "junk", "not done: the message is signed; subject marked",
		  "junk junk" },
		{ CALENDAR, FALLBACK_SUBJECT, FALLBACK_NONE, "body ", "insert Subject",
		  "banner", "done (text); not in the calendar; subject marked",
		  "banner banner" },
		{ CALENDAR, FALLBACK_JUNK, FALLBACK_JUNK, "body ", "change ", "junk",
		  "done (text); not in the calendar", "junk junk" },
		/* seen: nothing else is done */
		{ RAW, FALLBACK_SUBJECT, FALLBACK_JUNK, "body ", "change ", "banner",
		  "done (text)", "banner banner" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct scene s;

		scene_begin(&s, rows[i].raw);
		s.policies[0].banner_fallback = rows[i].first;
		s.policies[2].banner_fallback = rows[i].second;
		scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
		scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, &s.policies[2]);
		scene_play(&s, NULL);
		g_test_message("row %zu:\n%s", i, s.log->str);
		g_assert_true(scene_has(&s, rows[i].has));
		g_assert_false(scene_has(&s, rows[i].has_not));
		g_assert_true(scene_has(&s, arena_printf(s.arena, "X-Wonted-Action: %s\n",
							 rows[i].action)));
		g_assert_cmpstr(s.plan.banner, ==, rows[i].banner);
		assert_done(&s, rows[i].done);
		scene_end(&s);
	}
}

/* In the language of all who remain; where they differ, or nothing is known, in that of their
 * organisation. */
static void speaks_to_all_who_remain(void)
{
	static const struct tenant own = { .name = "own",
					   .banner_language = LANGUAGE_NL };
	static const struct {
		const char *locales[3]; /* the third is held */
		const struct tenant *tenant;
		const char *says;
	} rows[] = {
		{ { "de_DE", "de", "fr" }, &own, "VORSICHT: " },
		{ { "de_DE", "de", "fr" }, NULL, "VORSICHT: " },
		{ { "de_DE", "fr", "de" }, &own, "PAS OP: " },
		{ { "de_DE", "fr", "de" }, NULL, "CAUTION: " },
		{ { "de_DE", NULL, "de" }, &own, "PAS OP: " },
		{ { "nl_BE", NULL, "de" }, &own, "PAS OP: " },
		{ { "ja", "zh", "de" }, &own, "PAS OP: " },
		{ { NULL, NULL, NULL }, &own, "PAS OP: " },
		{ { NULL, NULL, NULL }, NULL, "CAUTION: " },
		{ { "pl", "pl_PL", NULL }, &own, "OSTROZNIE: " },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct scene s;

		scene_begin(&s, RAW);
		scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
		scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
		scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
		for (size_t k = 0; k < 3; k++) {
			s.decisions[k].locale = rows[i].locales[k];
			s.decisions[k].tenant = rows[i].tenant;
		}
		scene_play(&s, NULL);
		g_test_message("row %zu", i);
		g_assert_nonnull(strstr(s.plan.edits[0].body.at, rows[i].says));
		scene_end(&s);
	}
}

/* Nobody learns from headers or banner with whom another one writes. */
static void tells_only_what_all_share(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
	scene_rcpt(&s, VERDICT_SUSPICIOUS, ACTION_BANNER, NULL);
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	s.decisions[0].reasons = reasons;
	s.decisions[0].n_reasons = 2;
	s.decisions[1].reasons = reasons;
	s.decisions[1].n_reasons = 1;
	scene_play(&s, NULL);
	g_assert_nonnull(strstr(s.plan.edits[0].body.at, "Jane Roe"));
	g_assert_null(strstr(s.plan.edits[0].body.at, "never written"));
	g_assert_true(scene_has(&s, "forged_name (threat +6.5) Uses the name"));
	g_assert_false(scene_has(&s, "first_contact"));
	g_assert_false(scene_has(&s, "insert X-Wonted-Reasons: rcpt"));
	scene_end(&s);
}

static void marks_degraded(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL)->missing = MISSING_STORE;
	scene_play(&s, NULL);
	g_assert_true(scene_has(&s, "X-Wonted-Degraded: the store did not answer\n"));
	scene_end(&s);
}

/* headers = verdict: what files it, and nothing of why */
static void tells_no_grounds(void)
{
	struct scene s;

	scene_begin(&s, RAW);
	s.options.headers = HEADERS_VERDICT;
	scene_rcpt(&s, VERDICT_SPAM, ACTION_JUNK, NULL)->missing = MISSING_STORE;
	s.decisions[0].reasons = reasons;
	s.decisions[0].n_reasons = G_N_ELEMENTS(reasons);
	scene_play(&s, NULL);
	assert_log(&s, "insert X-Spam: Yes\n"
		       "insert X-Spam-Flag: YES\n"
		       "insert X-Wonted-Id: 4XyZ1\n"
		       "insert X-Wonted-Degraded: the store did not answer\n"
		       "insert X-Wonted-Action: junk\n"
		       "insert X-Wonted-Verdict: spam\n");
	scene_end(&s);
}

/* What was not read can have no banner and cannot be held; it can be junked and deferred. */
static void plans_without_a_message(void)
{
	static const struct {
		enum action asked, done;
		enum disposition disposition;
	} rows[] = {
		{ ACTION_PASS, ACTION_PASS, DISPOSE_ACCEPT },
		{ ACTION_BANNER, ACTION_PASS, DISPOSE_ACCEPT },
		{ ACTION_JUNK, ACTION_JUNK, DISPOSE_ACCEPT },
		{ ACTION_QUARANTINE, ACTION_JUNK, DISPOSE_ACCEPT },
		{ ACTION_DEFER, ACTION_DEFER, DISPOSE_DEFER },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct scene s;

		scene_begin(&s, "X-Wonted-Verdict: wanted\n" RAW);
		scene_sweep(&s);
		s.setup.message = NULL;
		scene_rcpt(&s, VERDICT_UNDECIDED, rows[i].asked, NULL)->missing =
			MISSING_SESSIONS;
		g_assert_cmpint(scene_play(&s, NULL), ==, rows[i].disposition);
		g_assert_cmpint(s.plan.done[0], ==, rows[i].done);
		g_assert_cmpuint(s.plan.n_held, ==, 0);
		if (rows[i].disposition == DISPOSE_ACCEPT) {
			g_assert_true(scene_has(&s, "remove X-Wonted-Verdict 0\n"));
			g_assert_true(scene_has(&s, "X-Wonted-Verdict: undecided\n"));
			g_assert_true(scene_has(&s, "too many sessions\n"));
		}
		scene_end(&s);
	}
}

/* Our own people's mail is not judged; our words are taken out of what a login submits. */
static void passes_internal_mail(void)
{
	static const char raw[] = "X-Wonted-Verdict: wanted\nX-Spam-Flag: NO\n" RAW;
	struct scene s;

	scene_begin(&s, raw);
	s.envelope.internal = true;
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_QUARANTINE, NULL);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	assert_log(&s, "");
	assert_done(&s, "pass");
	s.envelope.auth_user = "jane";
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	assert_log(&s, "remove X-Wonted-Verdict 0\n");
	scene_end(&s);

	scene_begin(&s, raw);
	s.envelope.internal = true;
	s.envelope.auth_user = "jane";
	s.options.mode = MODE_OBSERVE;
	s.options.observe_headers = false;
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_play(&s, NULL);
	assert_log(&s, "");
	scene_end(&s);

	/* no recipients: nothing to decide */
	scene_begin(&s, raw);
	g_assert_cmpint(scene_play(&s, NULL), ==, DISPOSE_ACCEPT);
	assert_log(&s, "remove X-Spam-Flag 0\nremove X-Wonted-Verdict 0\n");
	scene_end(&s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/plan/tells-what-it-found", tells_what_it_found);
	g_test_add_func("/plan/observes", observes);
	g_test_add_func("/plan/observes-in-silence", observes_in_silence);
	g_test_add_func("/plan/junks-by-header", junks_by_header);
	g_test_add_func("/plan/takes-the-strictest", takes_the_strictest);
	g_test_add_func("/plan/asks-who-gave-the-form", asks_who_gave_the_form);
	g_test_add_func("/plan/spares-who-is-observed", spares_who_is_observed);
	g_test_add_func("/plan/a-wish-is-not-told", a_wish_is_not_told);
	g_test_add_func("/plan/acts-beside-who-is-observed", acts_beside_who_is_observed);
	g_test_add_func("/plan/junks-by-extension", junks_by_extension);
	g_test_add_func("/plan/takes-off-as-spelled", takes_off_as_spelled);
	g_test_add_func("/plan/tells-unresolved", tells_unresolved);
	g_test_add_func("/plan/extends-addresses", extends_addresses);
	g_test_add_func("/plan/holds-some", holds_some);
	g_test_add_func("/plan/holds-all", holds_all);
	g_test_add_func("/plan/refuses-for-all", refuses_for_all);
	g_test_add_func("/plan/defers", defers);
	g_test_add_func("/plan/holds-what-it-cannot-refuse", holds_what_it_cannot_refuse);
	g_test_add_func("/plan/holds-no-half", holds_no_half);
	g_test_add_func("/plan/puts-a-banner-in", puts_a_banner_in);
	g_test_add_func("/plan/warns-without-a-banner", warns_without_a_banner);
	g_test_add_func("/plan/speaks-to-all-who-remain", speaks_to_all_who_remain);
	g_test_add_func("/plan/tells-only-what-all-share", tells_only_what_all_share);
	g_test_add_func("/plan/marks-degraded", marks_degraded);
	g_test_add_func("/plan/tells-no-grounds", tells_no_grounds);
	g_test_add_func("/plan/without-a-message", plans_without_a_message);
	g_test_add_func("/plan/passes-internal-mail", passes_internal_mail);
	return g_test_run();
}
