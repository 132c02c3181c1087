/* CLUSTER: the map of serve_nodes, in the forms that clients ask for. */
#include "base/limits.h"
#include "serve/handlers.h"
#include "serve/reply.h"
#include "store/slot.h"

static void reply_string(GString *out, GString *text)
{
	reply_text(out, (struct bytes){ text->str, text->len });
	g_string_free(text, TRUE);
}

static void cluster_slots(const struct talk *t)
{
	nodes_print_slots(t->s->nodes, t->out);
}

static void cluster_shards(const struct talk *t)
{
	nodes_print_shards(t->s->nodes, t->out);
}

static void cluster_nodes(const struct talk *t)
{
	GString *text = g_string_new(NULL);

	nodes_print_lines(t->s->nodes, text);
	reply_string(t->out, text);
}

static void cluster_myid(const struct talk *t)
{
	reply_text(t->out, bytes_of(t->s->nodes->self->id));
}

/* Ours own is the only data that we can speak for. */
static void cluster_info(const struct talk *t)
{
	const struct nodes *c = t->s->nodes;
	GString *text = g_string_new(NULL);
	size_t nodes = 0;

	for (size_t i = 0; i < c->n; i++)
		nodes += c->shard[i].n;
	g_string_append_printf(text,
			       "cluster_enabled:1\r\ncluster_state:ok\r\n"
			       "cluster_slots_assigned:%d\r\ncluster_slots_ok:%d\r\n"
			       "cluster_known_nodes:%zu\r\ncluster_size:%zu\r\n",
			       SLOTS, SLOTS, nodes, c->n);
	reply_string(t->out, text);
}

static const struct {
	const char *name;
	void (*reply)(const struct talk *t);
} works[] = {
	{ "slots", cluster_slots }, { "shards", cluster_shards },
	{ "nodes", cluster_nodes }, { "myid", cluster_myid },
	{ "info", cluster_info },
};

void talk_cluster(const struct talk *t)
{
	const struct request *q = t->q;

	if (command_is(q->word[1], "keyslot") && q->n == 3) {
		reply_int(t->out, slot_of(q->word[2]));
		return;
	}
	if (t->s->nodes->own == NULL) {
		reply_error(t->out, "ERR This instance has cluster support disabled");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(works); i++) {
		if (q->n == 2 && command_is(q->word[1], works[i].name)) {
			works[i].reply(t);
			return;
		}
	}
	reply_error(t->out, "ERR unknown subcommand of CLUSTER; the map is serve_nodes "
			    "of wonted.conf");
}
