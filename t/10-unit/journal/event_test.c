/* Events come back as they were written; what is not whole is no event. */
#include "journal/event.h"

#include <string.h>

static const char *const signers[] = { "shop.example", "lists.example" };

static void round_trip(void)
{
	const struct event feedback = {
		.kind = RECORD_KIND_FEEDBACK,
		.id = "1-2-3",
		.time_ms = 1700000000123,
		.tenant = "acme",
		.mailbox = "ann@acme.example",
		.by = "dovecot \"\x01",
		.feedback = FEEDBACK_GRAYMAIL,
		.message = "66-1-1",
		.mass = true,
		.received = { .time_s = 1700000000,
			      .sender = "a@shop.example",
			      .org = "shop.example",
			      .list_id = "n.shop.example",
			      .proven = true,
			      .signers = signers,
			      .n_signers = 2 },
	};
	const struct event said = {
		.kind = RECORD_KIND_PREFERENCE,
		.id = "2",
		.time_ms = 1,
		.tenant = "acme",
		.mailbox = "ann@acme.example",
		.said = EVENT_FORGET,
		.entry = "<n.shop.example>",
		.wants = PREFERENCE_WANTED,
		.signer = "shop.example",
		.expires_s = 77,
	};
	struct event review = feedback, silent = feedback;

	review.kind = silent.kind = RECORD_KIND_REVIEW;
	review.review = "release";
	silent.review = "deny";
	silent.feedback = FEEDBACK_COUNT;
	const struct event *const all[] = { &feedback, &review, &silent, &said };
	struct arena *a = arena_create();
	struct event back;

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		char *line = event_json(all[i]), *again;

		g_assert_null(strchr(line, '\n'));
		g_assert_true(event_read(a, bytes_of(line), &back, NULL));
		again = event_json(&back);
		g_assert_cmpstr(again, ==, line);
		g_free(again);
		g_free(line);
	}
	g_assert_cmpint(back.said, ==, EVENT_FORGET);
	g_assert_cmpint(back.expires_s, ==, 77);
	arena_destroy(&a);
}

#define WHOLE "\"v\":1,\"id\":\"1\",\"time_ms\":5,\"tenant\":\"t\",\"mailbox\":\"m\","

static void what_is_none(void)
{
	static const char *const rows[][2] = {
		{ "", "no event: " },
		{ "{\"v\":1", "no event: " },
		{ "[1]", "no object" },
		{ "{" WHOLE "\"kind\":\"decision\"}", "kind" },
		{ "{" WHOLE "\"kind\":\"later\"}", "kind" },
		{ "{\"v\":2,\"kind\":\"feedback\",\"id\":\"1\"}", "\"v\"" },
		{ "{" WHOLE "\"kind\":\"feedback\",\"act\":\"junk\"}", "message" },
		{ "{" WHOLE
		  "\"kind\":\"feedback\",\"act\":\"rubbish\",\"message\":\"1\"}",
		  "act" },
		{ "{" WHOLE "\"kind\":\"feedback\",\"act\":7,\"message\":\"1\"}", "act" },
		{ "{" WHOLE "\"kind\":\"review\",\"message\":\"1\"}", "act" },
		{ "{" WHOLE "\"kind\":\"review\",\"act\":\"release\"}", "message" },
		{ "{" WHOLE "\"kind\":\"review\",\"act\":\"release\",\"message\":\"1\","
		  "\"teaches\":\"rubbish\"}",
		  "teaches" },
		{ "{" WHOLE "\"kind\":\"preference\",\"act\":\"set\"}", "entry" },
		{ "{" WHOLE "\"kind\":\"preference\",\"act\":\"set\",\"entry\":\"@a\","
		  "\"wants\":\"all\"}",
		  "wants" },
		{ "{\"v\":1,\"id\":\"1\",\"time_ms\":-5,\"kind\":\"feedback\"}",
		  "time_ms" },
		{ "{\"v\":1,\"id\":\"1\",\"time_ms\":5,\"tenant\":\"\"}", "tenant" },
		{ "{\"v\":1,\"id\":\"1\",\"time_ms\":5,\"tenant\":\"t\"}", "mailbox" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GError *e = NULL;
		struct event ev;

		g_assert_false(event_read(a, bytes_of(rows[i][0]), &ev, &e));
		g_assert_nonnull(strstr(e->message, rows[i][1]));
		g_error_free(e);
	}
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/event/round trip", round_trip);
	g_test_add_func("/event/what is none", what_is_none);
	return g_test_run();
}
