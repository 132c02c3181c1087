/* Edits as bytes, with everything granted and without; replies that an MTA would not take. */
#include "session/outbox_editor.h"

#include <glib.h>

#include "base/limits.h"

struct fixture {
	struct outbox out;
	struct negotiated n;
	struct outbox_editor own;
	struct editor ed;
};

static void begin(struct fixture *f, uint32_t edits, uint32_t steps)
{
	*f = (struct fixture){
		.out.fd = -1, .n = { .edits = edits, .steps = steps, .body_bytes = 10 }
	};
	f->own = (struct outbox_editor){ .out = &f->out, .negotiated = &f->n };
	f->ed = outbox_editor(&f->own);
}

static void end(struct fixture *f)
{
	outbox_clear(&f->out);
	g_free(f->own.reply);
}

#define GIVES(f, want)                                                          \
	do {                                                                    \
		g_assert_cmpmem((f)->out.bytes->str, (f)->out.bytes->len, want, \
				sizeof(want) - 1);                              \
		g_string_truncate((f)->out.bytes, 0);                           \
	} while (0)

static void test_packets(void)
{
	struct fixture f;
	struct editor *ed = &f.ed;

	begin(&f, ~0u, STEP_HDR_LEADSPC);
	g_assert_true(ed->insert_header(ed->self, 1, "X-A", "b"));
	GIVES(&f, "\0\0\0\x0c"
		  "i\0\0\0\1X-A\0 b\0");
	g_assert_true(ed->add_header(ed->self, "X-A", "b\n c"));
	GIVES(&f, "\0\0\0\x0b"
		  "hX-A\0 b\n c\0");
	g_assert_true(ed->change_header(ed->self, "To", 2, "x"));
	GIVES(&f, "\0\0\0\x0b"
		  "m\0\0\0\3To\0 x\0");
	g_assert_true(ed->delete_header(ed->self, "To", 0));
	GIVES(&f, "\0\0\0\x09"
		  "m\0\0\0\1To\0\0");
	g_assert_true(ed->delete_rcpt(ed->self, "ann@example.org"));
	GIVES(&f, "\0\0\0\x11"
		  "-ann@example.org\0");
	g_assert_true(ed->add_rcpt(ed->self, "a@b"));
	GIVES(&f, "\0\0\0\x07"
		  "+<a@b>\0");
	g_assert_true(ed->replace_body(ed->self, bytes_of("0123456789ab")));
	GIVES(&f, "\0\0\0\x0b"
		  "b0123456789\0\0\0\3bab");
	g_assert_true(ed->replace_body(ed->self, bytes_of("")));
	GIVES(&f, "\0\0\0\1b");
	f.n.steps = 0; /* the MTA puts the blank there itself */
	g_assert_true(ed->add_header(ed->self, "X-A", "b"));
	GIVES(&f, "\0\0\0\7hX-A\0b\0");
	end(&f);
}

static void test_refused(void)
{
	struct fixture f;
	struct editor *ed = &f.ed;
	char *long_text = g_strnfill(LIMIT_PACKET_BYTES, 'x');

	begin(&f, EDIT_ADDHDRS | EDIT_CHGHDRS, 0);
	g_assert_false(ed->replace_body(ed->self, bytes_of("x")));
	g_assert_false(ed->delete_rcpt(ed->self, "a@b"));
	g_assert_false(ed->add_rcpt(ed->self, "a@b"));
	g_assert_false(ed->insert_header(ed->self, -1, "A", "b"));
	g_assert_false(ed->insert_header(ed->self, 0, "", "b"));
	g_assert_false(ed->add_header(ed->self, "", "b"));
	g_assert_false(ed->change_header(ed->self, "", 0, "b"));
	/* longer than a packet: left out, and the next one is whole */
	g_assert_true(ed->add_header(ed->self, "A", "b"));
	g_assert_false(ed->add_header(ed->self, "A", long_text));
	g_assert_true(ed->add_header(ed->self, "A", "c"));
	GIVES(&f, "\0\0\0\5hA\0b\0\0\0\0\5hA\0c\0");
	f.out.broken = true;
	g_assert_false(ed->add_header(ed->self, "A", "b"));
	end(&f);
	g_free(long_text);
}

static void test_replies(void)
{
	static const struct {
		const char *code, *xcode, *text, *want;
	} rows[] = {
		{ "550", "5.7.1", "No.", "550 5.7.1 No." },
		{ "451", "4.100.999", "Later", "451 4.100.999 Later" },
		{ "550", NULL, "No.", "550 No." },
		{ "550", "5.7.1", "100% of %s", "550 5.7.1 100%% of %%s" },
		{ "550", "5.7.1", "", "550 5.7.1 " },
		{ "250", "2.0.0", "Yes", NULL },
		{ "350", NULL, "No", NULL },
		{ "55", NULL, "No", NULL },
		{ "5500", NULL, "No", NULL },
		{ "5x0", NULL, "No", NULL },
		{ "", NULL, "No", NULL },
		{ "550", "4.7.1", "class", NULL },
		{ "550", "5.7", "No", NULL },
		{ "550", "5..1", "No", NULL },
		{ "550", "5.7.", "No", NULL },
		{ "550", "5.7.1.1", "No", NULL },
		{ "550", "5.7000.1", "No", NULL },
		{ "550", "", "No", NULL },
		{ "550", "5.7.1", "a\r\nb", NULL },
		{ "550", "5.7.1", "a\nb", NULL },
	};
	struct fixture f;

	begin(&f, ~0u, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		bool done = f.ed.set_reply(f.ed.self, rows[i].code, rows[i].xcode,
					   rows[i].text);

		g_assert_true(done == (rows[i].want != NULL));
		g_assert_cmpstr(f.own.reply, ==, rows[i].want);
	}
	char *most = g_strnfill(980, 'x'), *more = g_strnfill(981, 'x'),
	     *signs = g_strnfill(491, '%');

	g_assert_true(f.ed.set_reply(f.ed.self, "550", "5.7.1", most));
	g_assert_false(f.ed.set_reply(f.ed.self, "550", "5.7.1", more));
	g_assert_null(f.own.reply);
	g_assert_false(f.ed.set_reply(f.ed.self, "550", "5.7.1", signs));
	g_assert_true(f.ed.set_reply(f.ed.self, "451", NULL, "x"));
	g_assert_true(f.ed.set_reply(f.ed.self, "451", NULL, "y"));
	g_assert_cmpstr(f.own.reply, ==, "451 y");
	end(&f);
	g_free(most);
	g_free(more);
	g_free(signs);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/outbox_editor/packets", test_packets);
	g_test_add_func("/outbox_editor/refused", test_refused);
	g_test_add_func("/outbox_editor/replies", test_replies);
	return g_test_run();
}
