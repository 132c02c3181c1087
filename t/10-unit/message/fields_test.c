/* What header fields mean. */
#include "message/fields.h"

#include <glib.h>
#include <string.h>

#include "10-unit/message/sane.h"

static struct arena *a;

static const struct message *parse(const char *headers)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	const struct message *m =
		message_parse(a, bytes_of(arena_printf(a, "%s\r\n", headers)), &limits);

	sane_message(m);
	return m;
}

static void test_from(void)
{
	static const struct {
		const char *headers;
		size_t n;
		unsigned malformed;
	} rows[] = {
		{ "From: a@example.org\n", 1, 0 },
		{ "", 0, MALFORMED_NO_FROM },
		{ "From:\n", 0, MALFORMED_FROM_SYNTAX },
		{ "From: <>\n", 0, MALFORMED_FROM_SYNTAX },
		{ "From: a@example.org b@example.org\n", 2,
		  MALFORMED_FROM_SYNTAX | MALFORMED_MANY_FROM },
		{ "From: a@example.org, b@example.org\n", 2, MALFORMED_MANY_FROM },
		{ "From: a@example.org\nFrom: b@example.org\n", 2,
		  MALFORMED_MANY_FROM | MALFORMED_DUPLICATE },
		{ "From: \"x@y.example\" <a@example.org>\n", 1, 0 },
		{ "From: x@y.example <a@example.org>\n", 1, MALFORMED_FROM_SYNTAX },
	};
	unsigned mask = MALFORMED_NO_FROM | MALFORMED_MANY_FROM | MALFORMED_FROM_SYNTAX |
			MALFORMED_DUPLICATE;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct message *m = parse(rows[i].headers);

		g_assert_cmpuint(m->n_from, ==, rows[i].n);
		g_assert_cmphex(m->malformed & mask, ==, rows[i].malformed);
	}
}

static void test_fields(void)
{
	const struct message *m = parse(
		"Received: from newest.example by x; Mon, 1 Jan 2024 00:00:00 +0000\n"
		"Received: from Oldest.Example (x [192.0.2.1]) by y; Mon, 1 Jan 2024\n"
		"From: Jane <jane@example.org>\nSender: s@example.org\nReply-To: "
		"r@example.net\n"
		"To: a@example.com, b@example.com\nCc: c@example.com\n"
		"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n von Jane\n"
		"Message-ID: <1@example.org>\nIn-Reply-To: <3@example.com>\n"
		"References: <2@example.com>\n\t<3@example.com>\n"
		"List-Id: Some list <List.Example.ORG>\nList-Unsubscribe: "
		"<mailto:u@example.org>,\n"
		" <https://example.org/u>\nList-Unsubscribe-Post: "
		"List-Unsubscribe=One-Click\n"
		"X-Mailer: Mailer 1.0\nDate: Mon, 1 Jan 2024 01:00:00 +0100\n");

	g_assert_cmpstr(m->from[0].key, ==, "jane@example.org");
	g_assert_cmpstr(m->sender->address, ==, "s@example.org");
	g_assert_cmpuint(m->n_reply_to, ==, 1);
	g_assert_cmpuint(m->n_to, ==, 3);
	g_assert_cmpstr(m->to[2].address, ==, "c@example.com");
	g_assert_cmpstr(m->subject, ==, "Grüße von Jane");
	g_assert_cmpstr(m->message_id, ==, "1@example.org");
	g_assert_cmpuint(m->n_references, ==, 2);
	g_assert_cmpstr(m->references[0], ==, "2@example.com");
	g_assert_cmpstr(m->list_id, ==, "list.example.org");
	g_assert_cmpstr(m->list_unsubscribe, ==,
			"<mailto:u@example.org>, <https://example.org/u>");
	g_assert_true(m->one_click);
	g_assert_cmpstr(m->mailer, ==, "Mailer 1.0");
	g_assert_cmpint(m->date_s, ==, 1704067200);
	g_assert_cmpuint(m->n_received, ==, 2);
	g_assert_cmpstr(m->first_received_from, ==, "oldest.example");
	g_assert_cmphex(m->kind, ==, MESSAGE_LIST | MESSAGE_BULK);
	g_assert_cmphex(m->malformed, ==, 0);
}

static void test_missing(void)
{
	const struct message *m = parse("From: a@example.org\n");

	g_assert_null(m->sender);
	g_assert_null(m->subject);
	g_assert_null(m->message_id);
	g_assert_null(m->list_id);
	g_assert_null(m->list_unsubscribe);
	g_assert_null(m->mailer);
	g_assert_null(m->first_received_from);
	g_assert_cmpuint(m->n_references, ==, 0);
	g_assert_cmpuint(m->n_to, ==, 0);
	g_assert_cmphex(m->malformed, ==, MALFORMED_DATE);
	g_assert_cmpstr(parse("Subject:\n")->subject, ==, "");
	g_assert_cmpstr(parse("Message-ID: no brackets\n")->message_id, ==,
			"no brackets");
}

static void test_kind(void)
{
	static const struct {
		const char *header;
		unsigned kind;
	} rows[] = {
		{ "List-Post: <mailto:l@example.org>\n", MESSAGE_LIST },
		{ "List-Unsubscribe: <mailto:l@example.org>\n", MESSAGE_BULK },
		{ "Precedence: Bulk\n", MESSAGE_BULK },
		{ "Precedence: list\n", MESSAGE_BULK },
		{ "Precedence: normal\nPrecedence: bulk\n", MESSAGE_BULK },
		{ "Precedence: auto_reply\nPrecedence: bulk\n",
		  MESSAGE_BULK | MESSAGE_AUTO | MESSAGE_AUTO_REPLY },
		{ "Precedence: first-class\n", 0 },
		{ "Feedback-ID: 1:2:3\n", MESSAGE_BULK },
		/* RFC 3834 5: "no" is the default */
		{ "Auto-Submitted: no\n", 0 },
		{ "Auto-Submitted: auto-generated\n", MESSAGE_AUTO },
		{ "Auto-Submitted: auto-replied\n", MESSAGE_AUTO | MESSAGE_AUTO_REPLY },
		{ "X-Autoreply: yes\n", MESSAGE_AUTO | MESSAGE_AUTO_REPLY },
		{ "X-Autoreply: no\n", 0 },
		{ "X-AutoRespond: x\n", MESSAGE_AUTO | MESSAGE_AUTO_REPLY },
		{ "Precedence: auto_reply\n", MESSAGE_AUTO | MESSAGE_AUTO_REPLY },
		{ "X-Auto-Response-Suppress: All\n", MESSAGE_AUTO },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmphex(parse(rows[i].header)->kind, ==, rows[i].kind);
}

static void test_limits(void)
{
	GString *h = g_string_new("References:");

	for (int i = 0; i < LIMIT_REFERENCES + 20; i++)
		g_string_append_printf(h, " <%d@x>\n", i);
	const struct message *m = parse(h->str);

	/* the newest are kept */
	g_assert_cmpuint(m->n_references, ==, LIMIT_REFERENCES);
	g_assert_cmpstr(m->references[0], ==, "20@x");
	g_string_assign(h, "To: a@x.example");
	for (int i = 0; i < LIMIT_ADDRESSES + 20; i++)
		g_string_append(h, ",\n a@x.example");
	g_string_append(h, "\n");
	m = parse(h->str);
	g_assert_cmphex(m->truncated, ==, TRUNCATED_ADDRESSES);
	g_string_free(h, TRUE);
}

static void test_dates(void)
{
	g_assert_cmphex(parse("Date: yesterday\n")->malformed & MALFORMED_DATE, ==,
			MALFORMED_DATE);
	g_assert_cmpint(parse("Date: 1 Jan 24 00:00 GMT\n")->date_s, ==, 1704067200);
	/* before 1970, and times that are none */
	g_assert_cmphex(parse("Date: Mon, 99 Jan 2024 99:99:99 +9999\n")->malformed &
				MALFORMED_DATE,
			==, MALFORMED_DATE);
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/fields/from", test_from);
	g_test_add_func("/fields/fields", test_fields);
	g_test_add_func("/fields/missing", test_missing);
	g_test_add_func("/fields/kind", test_kind);
	g_test_add_func("/fields/limits", test_limits);
	g_test_add_func("/fields/dates", test_dates);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
