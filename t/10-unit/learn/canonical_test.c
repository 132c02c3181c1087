/* Which mailbox an address leads to: one question for all, of our own addresses alone. */
#include "learn/canonical.h"

#include <glib.h>

#include "base/error.h"
#include "config/load.h"
#include "mailbox/mailbox.h"
#include "store/keys.h"

#define ANN "ann@acme.example"
#define ALIAS "a.smith@acme.example"

struct fixture {
	struct options *options;
	struct store *s;
	struct arena *a;
};

static void set_up(struct fixture *f, gconstpointer url)
{
	static const char conf[] = "tenant \"acme\" { domains = \"acme.example\" }\n"
				   "tenant \"other\" { domains = \"other.example\" }\n";

	f->options = options_load_text("test", bytes_of(conf), NULL);
	f->s = store_open(
		url != NULL ? url : "mem:", &(struct store_setup){ .write = true }, NULL);
	f->a = arena_create();
}

static void tear_down(struct fixture *f, gconstpointer url)
{
	(void)url;
	store_close(&f->s);
	options_unref(f->options);
	arena_destroy(&f->a);
}

static void put(struct fixture *f, const char *address, struct bytes value)
{
	const struct store_write w = { .key = key_build(f->a, FAMILY_MAILBOX, "acme",
							address, NULL),
				       .kind = STORE_PUT,
				       .value = value };

	g_assert_cmpint(store_write_many(f->s, &w, 1, NULL), ==, STORE_WROTE);
}

static void lead(struct fixture *f, const char *address, const char *canonical)
{
	const struct mailbox box = { .kind = MAILBOX_USER, .canonical = canonical };

	put(f, address, codec_encode(&mailbox_codec, &box, f->a));
}

static bool find(struct fixture *f, struct behavior_address *at, size_t n, GError **e)
{
	return canonical_find(
		at, n, f->a,
		&(struct canonical_source){ .options = f->options, .store = f->s }, e);
}

static void test_find(struct fixture *f, gconstpointer url)
{
	struct behavior_address at[] = {
		{ .tenant = "acme", .address = ALIAS },
		{ .tenant = "acme", .address = ANN },
		{ .tenant = "acme", .address = "bob@acme.example" },
		{ .tenant = "acme", .address = "eve@firm.example" },
		{ .tenant = "acme", .address = "joe@other.example" },
		{ .tenant = "acme", .address = "new@acme.example" },
		{ .tenant = "acme", .address = "no address" },
	};

	(void)url;
	lead(f, ALIAS, ANN);
	lead(f, ANN, ANN);
	lead(f, "bob@acme.example", NULL);
	/* who is not the tenant's is not asked about, whatever lies there */
	lead(f, "eve@firm.example", ANN);
	lead(f, "joe@other.example", ANN);
	g_assert_true(find(f, at, G_N_ELEMENTS(at), NULL));
	g_assert_cmpstr(at[0].mailbox, ==, ANN);
	for (size_t i = 1; i < G_N_ELEMENTS(at); i++)
		g_assert_null(at[i].mailbox);
	g_assert_true(find(f, at, 0, NULL));
}

/* a record that cannot be read holds up nobody, and leads nowhere */
static void test_damaged(struct fixture *f, gconstpointer url)
{
	struct behavior_address at[] = { { .tenant = "acme", .address = ALIAS } };

	(void)url;
	put(f, ALIAS, bytes_of("\xff\xff no record"));
	g_assert_true(find(f, at, 1, NULL));
	g_assert_null(at[0].mailbox);
}

static void test_silent(struct fixture *f, gconstpointer url)
{
	struct behavior_address at[] = { { .tenant = "acme", .address = ALIAS } };
	struct behavior_address foreign[] = { { .tenant = "acme", .address = "x@y.z" } };
	GError *e = NULL;

	(void)url;
	g_assert_false(find(f, at, 1, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
	g_assert_nonnull(strstr(e->message, "try again"));
	g_clear_error(&e);
	g_assert_true(find(f, foreign, 1, &e));
}

#define ADD(name, url, test) \
	g_test_add("/lead/" name, struct fixture, url, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("find", NULL, test_find);
	ADD("damaged", NULL, test_damaged);
	ADD("silent", "fault:1:mem:", test_silent);
	return g_test_run();
}
