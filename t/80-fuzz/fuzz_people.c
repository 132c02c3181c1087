/* Files of people: the first byte chooses CSV or LDIF. What is taken is written to a store
 * and found again by name. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "person/people.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void write_and_find(struct arena *a, const struct people_list *list)
{
	struct store *s =
		store_open("mem:", &(struct store_setup){ .write = true }, NULL);
	struct people_import im = { .store = s, .tenant = "t", .now_s = 1 };
	struct people_imported done;

	g_assert_true(people_write(&im, list, false, &done, NULL));
	g_assert_cmpuint(done.added + done.changed + done.same, ==, list->n);
	for (size_t i = 0; i < list->n; i++) {
		struct store_read r = { .key = key_build(a, FAMILY_PERSON, "t",
							 list->at[i].addresses[0],
							 NULL) };
		struct person p;

		store_read_many(s, &r, 1, 0, a);
		g_assert_cmpint(r.answer, ==, ANSWER_YES);
		g_assert_cmpint(person_decode(a, r.value, &p), ==, ANSWER_YES);
		g_assert_cmpuint(p.n_addresses, >, 0);
	}
	g_assert_true(people_write(&im, list, false, &done, NULL));
	g_assert_cmpuint(done.same, ==, list->n);
	im.remove = true;
	im.max_removed_percent = 100;
	g_assert_true(people_write(
		&im, &(struct people_list){ .at = list->at, .n = list->n / 2 }, false,
		&done, NULL));
	g_assert_cmpuint(done.gone, ==, list->n - list->n / 2);
	store_close(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	struct people_list list;
	GError *e = NULL;
	char *exact;

	if (n > 0) {
		exact = g_memdup2(data + 1, n - 1);
		if (people_read_text(data[0] % 2 == 0 ? "f.csv" : "f.ldif",
				     (struct bytes){ .at = exact, .n = n - 1 }, a, &list,
				     &e))
			write_and_find(a, &list);
		else
			g_assert_true(g_str_has_prefix(e->message, "f."));
		g_clear_error(&e);
		g_free(exact);
	}
	arena_destroy(&a);
	return 0;
}
