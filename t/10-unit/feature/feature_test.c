/* All features of whole messages, and that each is taken exactly once. */
#include "feature/feature.h"

#include <glib.h>
#include <string.h>

#include "auth/auth.h"
#include "base/limits.h"
#include "feature/extract.h"

static const char whole[] =
	"Received: from mail.firm.example (mail.firm.example [192.0.2.7]) by "
	"mx.own.example; "
	"Mon, 06 Jan 2025 10:00:01 +0000\r\n"
	"From: \"Bob at bob@elsewhere.example\" <Bob@Firm.Example>\r\n"
	"Sender: assistant@firm.example\r\n"
	"Reply-To: Bob <bob@free.example>\r\n"
	"To: Joe <joe@own.example>, ann@own.example\r\n"
	"Cc: joe@own.example\r\n"
	"Subject: =?utf-8?q?AW=3A_Rechnung_f=C3=BCr_M=C3=A4rz?=\r\n"
	"Date: Mon, 06 Jan 2025 10:00:00 +0000\r\n"
	"Message-ID: <abc@Mail.Firm.Example>\r\n"
	"In-Reply-To: <old@own.example>\r\n"
	"References: <older@own.example> <old@own.example>\r\n"
	"List-Id: News of the firm <news.firm.example>\r\n"
	"List-Unsubscribe: <https://firm.example/u>\r\n"
	"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	"X-Mailer: Apple Mail (2.3696.120.41.1.1)\r\n"
	"MIME-Version: 1.0\r\n"
	"Content-Type: multipart/mixed; boundary=b\r\n"
	"\r\n"
	"--b\r\n"
	"Content-Type: text/html; charset=utf-8\r\n"
	"\r\n"
	"<p>Please look at <a href=\"https://click.firm.example/1\">www.firm.example</a> "
	"and "
	"<a href=\"https://evil.example/x\">https://bank.example/login</a>, "
	"<a href=\"https://evil.example/y\">here</a>.</p>"
	"<p style=\"display:none\">pay pay pay</p>\r\n"
	"--b\r\n"
	"Content-Type: application/octet-stream; name=\"invoice.pdf.exe\"\r\n"
	"Content-Disposition: attachment; filename=\"invoice.pdf.exe\"\r\n"
	"\r\n"
	"MZ this is no program\r\n"
	"--b--\r\n";

static const struct recipient rcpts[] = {
	{ .address = "joe@own.example", .key = "joe@own.example" },
	{ .address = "ann@own.example", .key = "ann@own.example" }
};

static const struct envelope envelope = {
	.client_addr = "192.0.2.7",
	.client_name = "mail.firm.example",
	.helo = "mail.firm.example",
	.mail_from = "Bounce@News.Firm.Example",
	.rcpts = rcpts,
	.n_rcpts = 2,
	.received_s = 1736157610, /* Mon, 06 Jan 2025 10:00:10 +0000 */
};

static const char *const covered[] = { "from", "list-unsubscribe",
				       "list-unsubscribe-post" };
static const struct auth_dkim dkim[] = {
	{ .result = AUTH_FAIL, .domain = "firm.example" },
	{ .result = AUTH_PASS,
	  .domain = "esp.example",
	  .covered = covered,
	  .n_covered = G_N_ELEMENTS(covered) },
};

static const struct auth_results auth = {
	.spf = { .result = AUTH_PASS, .domain = "news.firm.example" },
	.dkim = dkim,
	.n_dkim = 2,
	.dmarc = { .result = AUTH_PASS,
		   .record_domain = "firm.example",
		   .policy = DMARC_REJECT,
		   .aligned_spf = ANSWER_YES,
		   .aligned_dkim = ANSWER_NO },
	.iprev = { .result = AUTH_PASS, .name = "mail.firm.example" },
};

static struct message *parse(struct arena *a, const char *text)
{
	const struct message_limits limits = { .max_bytes = 1 << 20 };

	return message_parse(a, bytes_of(text), &limits);
}

/* a value as text, to compare with */
static char *told(const struct value *v, enum value_type type)
{
	if (v->known != ANSWER_YES)
		return g_strdup(v->known == ANSWER_NO ? "absent" : "unknown");
	if (type == VALUE_BOOL)
		return g_strdup(v->boolean ? "yes" : "no");
	if (type == VALUE_INT)
		return g_strdup_printf("%lld", (long long)v->number);
	if (type == VALUE_TEXT)
		return g_strdup_printf("\"%s\"", v->text);

	GString *s = g_string_new(NULL);

	for (size_t i = 0; i < v->n_items; i++)
		g_string_append_printf(s, "%s%s", i == 0 ? "" : ", ", v->items[i]);
	return g_string_free(s, FALSE);
}

struct want {
	enum feature_id id;
	const char *value;
};

static void check(const struct features *f, const struct want *wants, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum feature_id id = wants[i].id;
		char *got = told(&f->at[id], feature_names.rows[id].type);

		if (strcmp(got, wants[i].value) != 0)
			g_test_message("%s", feature_names.rows[id].name);
		g_assert_cmpstr(got, ==, wants[i].value);
		g_free(got);
	}
}

static void test_whole(void)
{
	static const struct want wants[] = {
		{ FEATURE_INTERNAL, "no" },
		{ FEATURE_CLIENT_ADDR, "\"192.0.2.7\"" },
		{ FEATURE_CLIENT_NAME, "\"mail.firm.example\"" },
		{ FEATURE_CLIENT_NETWORK, "\"192.0.2.0/24\"" },
		{ FEATURE_HELO, "\"mail.firm.example\"" },
		{ FEATURE_MAIL_FROM_ADDRESS, "\"bounce@news.firm.example\"" },
		{ FEATURE_MAIL_FROM_DOMAIN, "\"news.firm.example\"" },
		{ FEATURE_MAIL_FROM_ORG, "\"firm.example\"" },
		{ FEATURE_RCPT_COUNT, "2" },
		{ FEATURE_FROM_ADDRESS, "\"bob@firm.example\"" },
		{ FEATURE_FROM_DOMAIN, "\"firm.example\"" },
		{ FEATURE_FROM_ORG, "\"firm.example\"" },
		{ FEATURE_FROM_NAME, "\"Bob at bob@elsewhere.example\"" },
		{ FEATURE_FROM_NAME_ADDRESS, "\"bob@elsewhere.example\"" },
		{ FEATURE_FROM_COUNT, "1" },
		{ FEATURE_SENDER_ADDRESS, "\"assistant@firm.example\"" },
		{ FEATURE_REPLY_TO_ADDRESS, "\"bob@free.example\"" },
		{ FEATURE_REPLY_TO_DOMAIN, "\"free.example\"" },
		{ FEATURE_REPLY_TO_ORG, "\"free.example\"" },
		{ FEATURE_TO_COUNT, "3" },
		{ FEATURE_TO_ADDRESSES, "joe@own.example, ann@own.example" },
		{ FEATURE_SUBJECT, "\"AW: Rechnung für März\"" },
		{ FEATURE_SUBJECT_REPLY, "yes" },
		{ FEATURE_SUBJECT_FORWARD, "no" },
		{ FEATURE_MESSAGE_ID, "\"abc@Mail.Firm.Example\"" },
		{ FEATURE_MESSAGE_ID_DOMAIN, "\"mail.firm.example\"" },
		{ FEATURE_DATE_SKEW, "-10" },
		{ FEATURE_LIST_ID, "\"news.firm.example\"" },
		{ FEATURE_LIST_UNSUBSCRIBE, "yes" },
		{ FEATURE_LIST_ONE_CLICK, "yes" },
		{ FEATURE_BULK, "yes" },
		{ FEATURE_LIST_MAIL, "yes" },
		{ FEATURE_AUTO, "no" },
		{ FEATURE_MAILER, "\"Apple Mail\"" },
		{ FEATURE_RECEIVED_COUNT, "1" },
		{ FEATURE_PARTS_COUNT, "3" },
		{ FEATURE_ATTACHMENTS, "invoice.pdf.exe" },
		{ FEATURE_ATTACHMENTS_TYPES, "exe" },
		{ FEATURE_ATTACHMENTS_INSIDE, "" },
		{ FEATURE_ATTACHMENTS_LOCKED, "no" },
		{ FEATURE_LINKS_COUNT, "3" },
		{ FEATURE_LINKS_HOSTS, "click.firm.example, evil.example" },
		{ FEATURE_LINKS_ORGS, "firm.example, evil.example" },
		{ FEATURE_LINKS_MISLEADING, "bank.example -> evil.example" },
		{ FEATURE_HTML, "yes" },
		{ FEATURE_SIGNED, "no" },
		{ FEATURE_ENCRYPTED, "no" },
		{ FEATURE_REPORT, "no" },
		{ FEATURE_CALENDAR, "no" },
		{ FEATURE_MALFORMED, "" },
		{ FEATURE_TRUNCATED, "" },
		{ FEATURE_SPF_RESULT, "\"pass\"" },
		{ FEATURE_SPF_DOMAIN, "\"news.firm.example\"" },
		{ FEATURE_SPF_PASS, "yes" },
		{ FEATURE_DKIM_RESULT, "\"pass\"" },
		{ FEATURE_DKIM_PASS, "yes" },
		{ FEATURE_DKIM_DOMAINS, "esp.example" },
		{ FEATURE_DKIM_COVERS_UNSUBSCRIBE, "yes" },
		{ FEATURE_DMARC_RESULT, "\"pass\"" },
		{ FEATURE_DMARC_PASS, "yes" },
		{ FEATURE_DMARC_POLICY, "\"reject\"" },
		{ FEATURE_AUTH_ALIGNED, "yes" },
		{ FEATURE_IPREV_RESULT, "\"pass\"" },
	};
	struct arena *a = arena_create();
	struct features f;

	features_take(a, parse(a, whole), &envelope, &auth, &f);
	check(&f, wants, G_N_ELEMENTS(wants));
	g_assert_cmpint(f.at[FEATURE_SIZE].number, ==, (int64_t)strlen(whole));
	g_assert_nonnull(strstr(f.at[FEATURE_TEXT].text, "Please look at"));
	g_assert_null(strstr(f.at[FEATURE_TEXT].text, "pay pay pay"));
	g_assert_nonnull(strstr(f.at[FEATURE_TEXT_HIDDEN].text, "pay pay pay"));
	g_assert_cmpint(f.at[FEATURE_TEXT_BYTES].number, ==,
			(int64_t)strlen(f.at[FEATURE_TEXT].text));
	g_assert_cmpint(f.at[FEATURE_TEXT_HIDDEN_BYTES].number, >=, 11);
	g_assert_cmpuint(f.at[FEATURE_REFERENCES].n_items, ==, 2);
	arena_destroy(&a);
}

/* nothing said: texts are absent, lists empty, and what was not checked is unknown */
static void test_empty(void)
{
	static const struct envelope nothing = { .received_s = 1736157610 };
	static const struct want wants[] = {
		{ FEATURE_CLIENT_ADDR, "absent" },
		{ FEATURE_CLIENT_NETWORK, "absent" },
		{ FEATURE_HELO, "absent" },
		{ FEATURE_MAIL_FROM_ADDRESS, "absent" },
		{ FEATURE_RCPT_COUNT, "0" },
		{ FEATURE_FROM_ADDRESS, "absent" },
		{ FEATURE_FROM_NAME, "absent" },
		{ FEATURE_FROM_NAME_ADDRESS, "absent" },
		{ FEATURE_FROM_COUNT, "0" },
		{ FEATURE_REPLY_TO_ORG, "absent" },
		{ FEATURE_TO_ADDRESSES, "" },
		{ FEATURE_SUBJECT, "absent" },
		{ FEATURE_SUBJECT_REPLY, "no" },
		{ FEATURE_MESSAGE_ID, "absent" },
		{ FEATURE_MESSAGE_ID_DOMAIN, "absent" },
		{ FEATURE_REFERENCES, "" },
		{ FEATURE_DATE_SKEW, "absent" },
		{ FEATURE_LIST_ID, "absent" },
		{ FEATURE_MAILER, "absent" },
		{ FEATURE_ATTACHMENTS, "" },
		{ FEATURE_LINKS_MISLEADING, "" },
		{ FEATURE_TEXT_BYTES, "0" },
		{ FEATURE_SPF_PASS, "unknown" },
		{ FEATURE_DKIM_DOMAINS, "unknown" },
		{ FEATURE_DMARC_POLICY, "unknown" },
		{ FEATURE_AUTH_ALIGNED, "unknown" },
		{ FEATURE_IPREV_RESULT, "unknown" },
	};
	struct arena *a = arena_create();
	struct features f;

	features_take(a, parse(a, ""), &nothing, NULL, &f);
	check(&f, wants, G_N_ELEMENTS(wants));
	arena_destroy(&a);
}

static const char several[] =
	"From: =?utf-8?q?Some_One?= <one@first.example>,\r\n"
	" \"\342\200\256eoR enaJ\" <two@second.example>\r\n"
	"From: \"x@bank.example\"@third.example\r\n"
	"Reply-To: one@first.example\r\n"
	"Reply-To: a@second.example, b@elsewhere.example\r\n"
	"Subject: a\r\nSubject: b\r\nMIME-Version: 1.0\r\nMIME-Version: 1.0\r\n\r\n";

/* each author as if the only one; an answer goes to all of Reply-To */
static void test_authors(void)
{
	static const struct want all[] = {
		{ FEATURE_FROM_ADDRESS, "\"one@first.example\"" },
		{ FEATURE_FROM_COUNT, "3" },
		{ FEATURE_REPLY_TO_ADDRESS, "\"b@elsewhere.example\"" },
		{ FEATURE_REPLY_TO_ORG, "\"elsewhere.example\"" },
	};
	static const struct want second[] = {
		{ FEATURE_FROM_ADDRESS, "\"two@second.example\"" },
		{ FEATURE_FROM_ORG, "\"second.example\"" },
		{ FEATURE_FROM_NAME, "\"Jane Roe\"" },
		{ FEATURE_FROM_NAME_ADDRESS, "absent" },
		{ FEATURE_FROM_COUNT, "3" },
	};
	static const struct want third[] = {
		{ FEATURE_FROM_ORG, "\"third.example\"" },
		{ FEATURE_FROM_NAME, "absent" },
		{ FEATURE_FROM_NAME_ADDRESS, "\"x@bank.example\"" },
	};
	struct arena *a = arena_create();
	struct features f;

	features_take(a, parse(a, several), &envelope, NULL, &f);
	check(&f, all, G_N_ELEMENTS(all));
	g_assert_cmpuint(f.n_authors, ==, 3);
	check(&f.authors[0], all, G_N_ELEMENTS(all));
	check(&f.authors[1], second, G_N_ELEMENTS(second));
	check(&f.authors[2], third, G_N_ELEMENTS(third));
	g_assert_cmpuint(f.at[FEATURE_FROM_ADDRESSES].n_items, ==, 3);
	g_assert_cmpuint(f.at[FEATURE_FROM_NAMES].n_items, ==, 2);
	g_assert_cmpuint(f.at[FEATURE_REPLY_TO_ADDRESSES].n_items, ==, 3);
	g_assert_cmpuint(f.at[FEATURE_DOUBLED].n_items, ==, 3);
	g_assert_cmpstr(f.at[FEATURE_DOUBLED].items[2], ==, "Subject");
	/* encoded words before the @: a reader who decodes them sees another address */
	features_take(
		a, parse(a, "From: =?utf-8?q?pay=40bank.example?=@evil.example\r\n\r\n"),
		&envelope, NULL, &f);
	g_assert_cmpuint(f.n_authors, ==, 0);
	g_assert_cmpstr(f.at[FEATURE_FROM_ORG].text, ==, "evil.example");
	g_assert_cmpstr(f.at[FEATURE_FROM_NAME].text, ==, "pay@bank.example");
	g_assert_cmpstr(f.at[FEATURE_FROM_NAME_ADDRESS].text, ==, "pay@bank.example");
	arena_destroy(&a);
}

/* a value no extractor writes */
static struct value untouched(void)
{
	return (struct value){ .known = ANSWER_NO, .number = 0x5eed, .n_items = 0x5eed };
}

static bool is_untouched(const struct value *v)
{
	return v->number == 0x5eed && v->n_items == 0x5eed;
}

static void check_once(const struct auth_results *results)
{
	struct arena *a = arena_create();
	const struct source s = { .arena = a,
				  .message = parse(a, whole),
				  .envelope = &envelope,
				  .auth = results };
	unsigned times[FEATURE_COUNT] = { 0 };
	static extractor *const extractors[] = EXTRACTORS;

	for (size_t i = 0; i < G_N_ELEMENTS(extractors); i++) {
		struct value at[FEATURE_COUNT];

		for (size_t k = 0; k < FEATURE_COUNT; k++)
			at[k] = untouched();
		extractors[i](&s, at);
		for (size_t k = 0; k < FEATURE_COUNT; k++)
			times[k] += is_untouched(&at[k]) ? 0 : 1;
	}
	/* features_ask_models() takes these */
	for (size_t k = FEATURE_TEXT_THREAT; k <= FEATURE_TEXT_PIECES; k++)
		times[k]++;
	/* the pipeline these, from clamd */
	times[FEATURE_VIRUS]++;
	times[FEATURE_VIRUS_UNCHECKED]++;
	/* listed_take() these */
	times[FEATURE_DNS_LISTS_FOUND]++;
	times[FEATURE_DNS_LISTS_UNANSWERED]++;
	for (size_t k = 0; k < FEATURE_COUNT; k++) {
		if (times[k] != 1)
			g_test_message("%s: %u times", feature_names.rows[k].name,
				       times[k]);
		g_assert_cmpuint(times[k], ==, 1);
	}
	arena_destroy(&a);
}

static void test_once(void)
{
	check_once(&auth);
	check_once(NULL);
}

static void test_envelopes(void)
{
	static const struct {
		const char *addr, *network, *sender, *address, *domain;
	} rows[] = {
		{ "198.51.100.255", "\"198.51.100.0/24\"", "", "\"\"", "absent" },
		{ "2001:db8:1:2::3", "\"2001:db8:1::/48\"", "<>", "\"\"", "absent" },
		{ "unknown", "absent", "a@b.example", "\"a@b.example\"",
		  "\"b.example\"" },
		{ "192.0.2", "absent", "MAILER", "\"mailer\"", "absent" },
		{ "::", "\"::/48\"", "a\xff@", "\"a\xEF\xBF\xBD@\"", "absent" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct envelope e = { .client_addr = rows[i].addr,
					    .mail_from = rows[i].sender };
		const struct want wants[] = {
			{ FEATURE_CLIENT_NETWORK, rows[i].network },
			{ FEATURE_MAIL_FROM_ADDRESS, rows[i].address },
			{ FEATURE_MAIL_FROM_DOMAIN, rows[i].domain },
		};
		struct features f;

		features_take(a, parse(a, ""), &e, NULL, &f);
		check(&f, wants, G_N_ELEMENTS(wants));
	}
	arena_destroy(&a);
}

static void test_mailers(void)
{
	static const struct {
		const char *mailer, *want;
	} rows[] = {
		{ "Apple Mail (2.3696.120.41.1.1)", "\"Apple Mail\"" },
		{ "Microsoft Outlook 16.0", "\"Microsoft Outlook\"" },
		{ "Mutt/1.5.21 (2010-09-15)", "\"Mutt\"" },
		{ "Open-Xchange Mailer v7.10.6-Rev29", "\"Open-Xchange Mailer\"" },
		{ "PHPMailer 6.5.0 (https://example.org)", "\"PHPMailer\"" },
		{ "Mozilla Thunderbird", "\"Thunderbird\"" },
		{ "Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/60.0",
		  "\"Thunderbird\"" },
		{ "16.0", "absent" },
		{ "(none)", "absent" },
		{ "Mail\xff", "\"Mail\xEF\xBF\xBD\"" },
		{ "v", "\"v\"" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct message m = { .mailer = rows[i].mailer };
		const struct source s = { .arena = a,
					  .message = &m,
					  .envelope = &envelope };
		const struct want want = { FEATURE_MAILER, rows[i].want };
		struct features f;

		features_from_headers(&s, f.at);
		check(&f, &want, 1);
	}
	arena_destroy(&a);
}

static void auth_features(const struct auth_results *r, const struct want *want, size_t n)
{
	struct arena *a = arena_create();
	const struct source s = { .arena = a, .auth = r };
	struct features f;

	features_from_auth(&s, f.at);
	check(&f, want, n);
	arena_destroy(&a);
}

/* A trusted sealer who saw DMARC pass makes a failure unknown, and never a pass. */
static void test_arc(void)
{
	struct auth_results r = {
		.dmarc = { .result = AUTH_FAIL,
			   .record_domain = "firm.example",
			   .aligned_spf = ANSWER_NO,
			   .aligned_dkim = ANSWER_NO },
		.arc = { .result = AUTH_PASS,
			 .sealer = "lists.example",
			 .trusted = true },
	};
	static const struct want blind[] = {
		{ FEATURE_DMARC_RESULT, "\"fail\"" },
		{ FEATURE_DMARC_PASS, "no" },
		{ FEATURE_AUTH_ALIGNED, "no" },
		{ FEATURE_ARC_RESULT, "\"pass\"" },
		{ FEATURE_ARC_SEALER, "\"lists.example\"" },
		{ FEATURE_ARC_TRUSTED, "yes" },
	};
	static const struct want saw[] = {
		{ FEATURE_DMARC_RESULT, "unknown" },
		{ FEATURE_DMARC_PASS, "unknown" },
		{ FEATURE_AUTH_ALIGNED, "unknown" },
		{ FEATURE_DMARC_POLICY, "\"none\"" },
	};
	static const struct want passed[] = { { FEATURE_DMARC_PASS, "yes" },
					      { FEATURE_AUTH_ALIGNED, "yes" } };
	static const struct want unsure[] = { { FEATURE_ARC_RESULT, "\"temperror\"" },
					      { FEATURE_ARC_SEALER, "absent" },
					      { FEATURE_ARC_TRUSTED, "unknown" } };

	auth_features(&r, blind, G_N_ELEMENTS(blind));
	r.arc.saw_dmarc_pass = true;
	auth_features(&r, saw, G_N_ELEMENTS(saw));
	r.dmarc.result = AUTH_PASS;
	r.dmarc.aligned_spf = ANSWER_YES;
	auth_features(&r, passed, G_N_ELEMENTS(passed));
	r.arc = (struct auth_arc){ .result = AUTH_TEMPERROR };
	auth_features(&r, unsure, G_N_ELEMENTS(unsure));
}

/* What DNS did not tell is unknown; a failure is one only when it was seen. */
static void test_auth(void)
{
	static const struct auth_dkim failed = { .result = AUTH_FAIL };
	static const struct auth_dkim unsure[] = { { .result = AUTH_FAIL },
						   { .result = AUTH_TEMPERROR } };
	struct auth_results r = { .spf = { .result = AUTH_TEMPERROR },
				  .dkim = unsure,
				  .n_dkim = 2,
				  .dmarc = { .result = AUTH_TEMPERROR,
					     .aligned_spf = ANSWER_UNKNOWN } };
	static const struct want unknown[] = {
		{ FEATURE_SPF_RESULT, "\"temperror\"" },
		{ FEATURE_SPF_PASS, "unknown" },
		{ FEATURE_DKIM_RESULT, "\"temperror\"" },
		{ FEATURE_DKIM_PASS, "unknown" },
		{ FEATURE_DKIM_DOMAINS, "" },
		{ FEATURE_DMARC_PASS, "unknown" },
		{ FEATURE_DMARC_POLICY, "unknown" },
		{ FEATURE_AUTH_ALIGNED, "unknown" },
		{ FEATURE_DKIM_COVERS_UNSUBSCRIBE, "unknown" },
	};
	static const struct want no[] = {
		{ FEATURE_SPF_PASS, "no" },
		{ FEATURE_DKIM_RESULT, "\"fail\"" },
		{ FEATURE_DKIM_PASS, "no" },
		{ FEATURE_DMARC_PASS, "no" },
		{ FEATURE_DMARC_POLICY, "absent" },
		{ FEATURE_AUTH_ALIGNED, "no" },
		{ FEATURE_DKIM_COVERS_UNSUBSCRIBE, "no" },
	};
	static const struct want cut[] = { { FEATURE_DKIM_PASS, "unknown" } };
	static const struct want none[] = { { FEATURE_DKIM_RESULT, "\"none\"" },
					    { FEATURE_DKIM_PASS, "no" } };
	struct arena *a = arena_create();
	const struct source s = { .arena = a, .auth = &r };
	struct features f;

	features_from_auth(&s, f.at);
	check(&f, unknown, G_N_ELEMENTS(unknown));
	r = (struct auth_results){ .spf = { .result = AUTH_SOFTFAIL },
				   .dkim = &failed,
				   .n_dkim = 1 };
	features_from_auth(&s, f.at);
	check(&f, no, G_N_ELEMENTS(no));
	r.dkim_truncated = true;
	features_from_auth(&s, f.at);
	check(&f, cut, G_N_ELEMENTS(cut));
	r = (struct auth_results){ .n_dkim = 0 };
	features_from_auth(&s, f.at);
	check(&f, none, G_N_ELEMENTS(none));
	arena_destroy(&a);
}

static void assert_uncovered(const struct source *s, const char *want)
{
	const struct want one[] = { { FEATURE_DKIM_UNCOVERED, want } };
	struct features f;

	features_from_auth(s, f.at);
	check(&f, one, 1);
}

/* What a signature proves of the fields that readers are shown. */
static void test_uncovered(void)
{
	static const char *const some[] = { "from", "subject" };
	struct auth_dkim d = { .result = AUTH_PASS,
			       .aligned = true,
			       .covered = some,
			       .n_covered = G_N_ELEMENTS(some) };
	struct auth_results r = { .dkim = &d, .n_dkim = 1 };
	struct arena *a = arena_create();
	const struct source s = {
		.arena = a,
		.auth = &r,
		.message = parse(a, "From: a@firm.example\nSubject: s\n"
				    "Content-Type: text/html\n\nx\n"),
	};

	assert_uncovered(&s, "Content-Type");
	r.source = AUTH_TRUSTED;
	assert_uncovered(&s, "unknown");
	r.source = AUTH_OWN;
	d.n_covered = 1;
	assert_uncovered(&s, "Subject, Content-Type");
	d.aligned = false;
	assert_uncovered(&s, "absent");
	d.result = AUTH_TEMPERROR;
	assert_uncovered(&s, "unknown");
	d.result = AUTH_FAIL;
	d.aligned = true;
	assert_uncovered(&s, "absent");
	arena_destroy(&a);
}

/* thousands of links, names and addresses end in bounded lists */
static void test_bounds(void)
{
	struct arena *a = arena_create();
	struct link *links = g_new0(struct link, 2000);
	struct mailaddr *to = g_new0(struct mailaddr, 5000);

	for (int i = 0; i < 2000; i++)
		links[i] = (struct link){ .url = "https://h.example/",
					  .host = arena_printf(a, "h%d.example", i),
					  .org = arena_printf(a, "h%d.example", i),
					  .text = arena_printf(a, "t%d.example", i) };
	for (int i = 0; i < 5000; i++)
		to[i].key = arena_printf(a, "u%d@own.example", i);

	const struct message m = {
		.links = links, .n_links = 2000, .to = to, .n_to = 5000
	};
	struct features f;

	features_take(a, &m, &envelope, NULL, &f);
	g_assert_cmpuint(f.at[FEATURE_LINKS_MISLEADING].n_items, ==, 20);
	g_assert_cmpuint(f.at[FEATURE_LINKS_HOSTS].n_items, ==, LIMIT_LINKS);
	g_assert_cmpuint(f.at[FEATURE_TO_ADDRESSES].n_items, ==, 50);
	g_assert_cmpint(f.at[FEATURE_TO_COUNT].number, ==, 5000);
	g_free(links);
	g_free(to);
	arena_destroy(&a);
}

static void test_header(void)
{
	struct arena *a = arena_create();
	struct features f;

	features_take(a, parse(a, "X-A: one\r\nx-a: =?utf-8?q?zw=C3=B6lf?=\r\n\r\n"),
		      &envelope, NULL, &f);
	g_assert_cmpstr(feature_header(a, &f, "X-A", 0).text, ==, "one");
	g_assert_cmpstr(feature_header(a, &f, "X-a", 1).text, ==, "zwölf");
	g_assert_cmpint(feature_header(a, &f, "X-A", 2).known, ==, ANSWER_NO);
	g_assert_cmpint(feature_header(a, &f, "X-B", 0).known, ==, ANSWER_NO);
	f.message = NULL;
	g_assert_cmpint(feature_header(a, &f, "X-A", 0).known, ==, ANSWER_UNKNOWN);
	arena_destroy(&a);
}

/* letters of another alphabet among Latin ones, in subject, text and a name */
static void test_plain(void)
{
	static const char disguised[] = "From: \"J\xd0\xbehn\" <bob@firm.example>\r\n"
					"Subject: your p\xd0\xb0yment\r\n"
					"Content-Type: text/plain; charset=utf-8\r\n"
					"Content-Transfer-Encoding: 8bit\r\n\r\n"
					"The inv\xd0\xbe"
					"ice and the p\xd0\xb0yment\r\n";
	struct arena *a = arena_create();
	struct features f;

	features_take(a, parse(a, disguised), &envelope, NULL, &f);
	g_assert_cmpint(f.at[FEATURE_TEXT_MIXED_SCRIPT_WORDS].number, ==, 3);
	g_assert_cmpstr(feature_plain(a, &f, FEATURE_SUBJECT), ==, "your payment");
	g_assert_cmpstr(feature_plain(a, &f, FEATURE_TEXT), ==,
			"The invoice and the payment\n");
	g_assert_cmpstr(feature_plain(a, &f, FEATURE_FROM_NAME), ==, "john");
	g_assert_null(feature_plain(a, &f, FEATURE_FROM_ADDRESS));
	/* a replay has the values alone */
	f = (struct features){ .at[FEATURE_SUBJECT] = f.at[FEATURE_SUBJECT] };
	g_assert_cmpstr(feature_plain(a, &f, FEATURE_SUBJECT), ==, "your payment");
	features_take(a, parse(a, "Subject: payment\r\n\r\nplain\r\n"), &envelope, NULL,
		      &f);
	g_assert_cmpint(f.at[FEATURE_TEXT_MIXED_SCRIPT_WORDS].number, ==, 0);
	g_assert_null(feature_plain(a, &f, FEATURE_SUBJECT));
	g_assert_null(feature_plain(a, &f, FEATURE_TEXT));
	arena_destroy(&a);
}

static void test_names(void)
{
	g_assert_cmpuint(feature_names.n, ==, FEATURE_COUNT);
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		const struct name_row *row = &feature_names.rows[i];

		g_assert_cmpuint(strspn(row->name, "abcdefghijklmnopqrstuvwxyz_."), ==,
				 strlen(row->name));
		g_assert_true(g_str_has_suffix(row->doc, "."));
		g_assert_cmpint(row->scope, ==, SCOPE_MESSAGE);
		g_assert_true(row->pii ==
			      ((feature_flags((enum feature_id)i) & FEATURE_PII) != 0));
		for (size_t k = 0; k < i; k++)
			g_assert_cmpstr(row->name, !=, feature_names.rows[k].name);
	}
	g_assert_true((feature_flags(FEATURE_TEXT) & FEATURE_HEAVY) != 0);
	g_assert_false((feature_flags(FEATURE_SUBJECT) & FEATURE_HEAVY) != 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/feature/whole", test_whole);
	g_test_add_func("/feature/empty", test_empty);
	g_test_add_func("/feature/authors", test_authors);
	g_test_add_func("/feature/once", test_once);
	g_test_add_func("/feature/envelopes", test_envelopes);
	g_test_add_func("/feature/mailers", test_mailers);
	g_test_add_func("/feature/auth", test_auth);
	g_test_add_func("/feature/arc", test_arc);
	g_test_add_func("/feature/uncovered", test_uncovered);
	g_test_add_func("/feature/bounds", test_bounds);
	g_test_add_func("/feature/header", test_header);
	g_test_add_func("/feature/plain", test_plain);
	g_test_add_func("/feature/names", test_names);
	return g_test_run();
}
