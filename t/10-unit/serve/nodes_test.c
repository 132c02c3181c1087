/* serve_nodes: every slot once, this node among them; and the maps that are made of it. */
#include "serve/nodes.h"

static const char two[] =
	"8192-16383 192.0.2.3:1 192.0.2.4:1, 0-8191  192.0.2.1:1 192.0.2.2:1";

static void test_whole(void)
{
	GError *e = NULL;
	struct nodes *c = nodes_parse(two, "192.0.2.2:1", &e);
	GString *text = g_string_new(NULL);

	g_assert_no_error(e);
	g_assert_cmpuint(c->n, ==, 2);
	g_assert_true(c->own == &c->shard[0]);
	g_assert_cmpstr(c->self->host, ==, "192.0.2.2");
	g_assert_true(nodes_owner(c, 8191) == &c->shard[0]);
	g_assert_true(nodes_owner(c, 8192) == &c->shard[1]);
	g_assert_cmpstr(nodes_first(&c->shard[1])->host, ==, "192.0.2.3");
	nodes_print_slots(c, text);
	g_assert_true(g_str_has_prefix(text->str,
				       "*2\r\n*4\r\n:0\r\n:8191\r\n*4\r\n$9\r\n"
				       "192.0.2.1\r\n:1\r\n$40\r\n"));
	/* clients are sent to who lives */
	atomic_store(&c->shard[0].node[0].failing, true);
	g_assert_cmpstr(nodes_first(&c->shard[0])->host, ==, "192.0.2.2");
	g_string_truncate(text, 0);
	nodes_print_slots(c, text);
	g_assert_null(strstr(text->str, "192.0.2.1\r\n"));
	g_string_truncate(text, 0);
	nodes_print_lines(c, text);
	g_assert_nonnull(strstr(text->str, "192.0.2.1:1@10001 slave,fail"));
	g_assert_nonnull(strstr(text->str,
				"192.0.2.2:1@10001 myself,master - 0 0 1 connected "
				"0-8191\n"));
	/* nobody lives: the first is named, not none */
	atomic_store(&c->shard[0].node[1].failing, true);
	g_assert_cmpstr(nodes_first(&c->shard[0])->host, ==, "192.0.2.1");
	g_string_truncate(text, 0);
	nodes_print_slots(c, text);
	g_assert_nonnull(strstr(text->str, "192.0.2.1\r\n"));
	g_string_truncate(text, 0);
	nodes_print_shards(c, text);
	g_assert_nonnull(strstr(text->str, "$6\r\nhealth\r\n$4\r\nfail\r\n"));
	g_string_free(text, TRUE);
	nodes_free(c);
}

static void test_alone(void)
{
	GError *e = NULL;
	struct nodes *c = nodes_parse("", "", &e);

	g_assert_no_error(e);
	g_assert_null(c->own);
	g_assert_null(nodes_owner(c, 0));
	nodes_free(c);
}

static void test_wrong(void)
{
	static const struct {
		const char *text, *self, *why;
	} rows[] = {
		{ "0-16383", "a:1", "has no node" },
		{ "0-16383 a:1", "a:1", "numeric address" },
		{ "0-16383 192.0.2.1", "x", "is no ADDRESS:PORT" },
		{ "0-16383 192.0.2.1:0", "x", "is no ADDRESS:PORT" },
		{ "0-16384 192.0.2.1:1", "192.0.2.1:1", "no slots" },
		{ "9-8 192.0.2.1:1", "192.0.2.1:1", "no slots" },
		{ "all 192.0.2.1:1", "192.0.2.1:1", "no slots" },
		{ "0-16382 192.0.2.1:1", "192.0.2.1:1", "slot 16383" },
		{ "0-8191 192.0.2.1:1, 8191-16383 192.0.2.2:1", "192.0.2.1:1",
		  "slot 8192" },
		{ "0-8191 192.0.2.1:1, 8193-16383 192.0.2.2:1", "192.0.2.1:1",
		  "slot 8192" },
		{ "0-8191 192.0.2.1:1, 8192-16383 192.0.2.1:1", "192.0.2.1:1", "twice" },
		{ "0-16383 192.0.2.1:1", "192.0.2.2:1", "must be one of the nodes" },
		{ "0-16383 192.0.2.1:1,", "192.0.2.1:1", "has no node" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GError *e = NULL;

		g_assert_null(nodes_parse(rows[i].text, rows[i].self, &e));
		g_assert_nonnull(e);
		g_assert_nonnull(strstr(e->message, rows[i].why));
		g_assert_nonnull(strstr(e->message, "serve_node"));
		g_clear_error(&e);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/serve/nodes/whole", test_whole);
	g_test_add_func("/serve/nodes/alone", test_alone);
	g_test_add_func("/serve/nodes/wrong", test_wrong);
	return g_test_run();
}
