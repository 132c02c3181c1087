/* Files of mailboxes: the first byte chooses CSV, LDIF or a Postfix map. What is taken is
 * written twice, and found. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "config/load.h"
#include "mailbox/mailboxes.h"
#include "store/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char conf[] = "tenant \"t\" { domains = {\"a.example\"} }\n"
			   "policy \"strict\" { recipients = \"s@a.example\" }\n";

static bool find(struct store *s, struct arena *a, const char *address,
		 struct mailbox *m_r)
{
	struct store_read r = { .key = key_build(a, FAMILY_MAILBOX, "t", address, NULL) };

	store_read_many(s, &r, 1, 0, a);
	g_assert_cmpint(r.answer, !=, ANSWER_UNKNOWN);
	return r.answer == ANSWER_YES && mailbox_decode(a, r.value, m_r) == ANSWER_YES;
}

/* all that was written is there, and an alias is of the kind of its mailbox */
static void write_and_find(struct arena *a, const struct mailbox_list *list)
{
	struct store *s =
		store_open("mem:", &(struct store_setup){ .write = true }, NULL);

	g_assert_true(mailboxes_write(s, "t", list, NULL));
	g_assert_true(mailboxes_write(s, "t", list, NULL));
	g_assert_true(mailboxes_share(s, "t", list, NULL));
	for (size_t i = 0; i < list->n; i++) {
		const struct mailbox_row *row = &list->at[i];
		struct mailbox m, leads;

		g_assert_true(find(s, a, row->address, &m));
		if (!find(s, a, mailbox_canonical(&m, row->address), &leads) ||
		    leads.kind == MAILBOX_NONE)
			leads.kind = row->box.kind;
		g_assert_cmpint(m.kind, ==, leads.kind);
	}
	store_close(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	struct mailbox_reading r = { .name = "f" };
	struct mailbox_list list;
	GError *e = NULL;
	char *exact;

	if (n > 0) {
		struct options *o = options_load_text("fuzz", bytes_of(conf), NULL);

		exact = g_memdup2(data + 1, n - 1);
		r.text = (struct bytes){ exact, n - 1 };
		r.format = data[0] % 3;
		r.options = o;
		r.tenant = &o->tenants[0];
		if (mailboxes_read(&r, a, &list, &e))
			write_and_find(a, &list);
		else
			g_assert_true(g_str_has_prefix(e->message, "f:"));
		g_clear_error(&e);
		g_free(exact);
		options_unref(o);
	}
	arena_destroy(&a);
	return 0;
}
