/* Parsed once; only `failing` changes, on the loop's thread. */
#include "serve/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/pieces.h"
#include "serve/limits.h"
#include "serve/reply.h"
#include "store/slot.h"

#define BUS_ABOVE 10000 /* the second port that nodes of Redis have; ours have none */

static bool wrong(GError **e, const char *what, const char *word)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "serve_nodes: \"%s\" %s; write SLOT-SLOT ADDRESS:PORT ADDRESS:PORT, "
		    "and a "
		    "comma between shards",
		    word, what);
	return false;
}

static bool parse_slots(const char *word, struct shard *s, GError **e)
{
	char **part = g_strsplit(word, "-", 3);
	int64_t first = 0, last = 0;
	bool good = g_strv_length(part) == 2 &&
		    number_parse(part[0], 0, SLOTS - 1, &first) &&
		    number_parse(part[1], first, SLOTS - 1, &last);

	g_strfreev(part);
	s->first_slot = (unsigned)first;
	s->last_slot = (unsigned)last;
	return good || wrong(e, "are no slots from 0 to 16383", word);
}

static bool parse_node(const char *word, struct node *n, GError **e)
{
	const char *colon = strrchr(word, ':');
	int64_t port = 0;
	char *sum;

	if (colon == NULL || colon == word || !number_parse(colon + 1, 1, 65535, &port))
		return wrong(e, "is no ADDRESS:PORT", word);
	n->host = g_strndup(word, (gsize)(colon - word));
	if (!g_hostname_is_ip_address(n->host))
		return wrong(e, "does not begin with a numeric address", word);
	n->port = (uint16_t)port;
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA1, word, -1);
	g_strlcpy(n->id, sum, sizeof(n->id));
	g_free(sum);
	return true;
}

static bool parse_shard(const char *text, struct shard *s, GError **e)
{
	char **word = pieces_split(text, " \t");
	size_t n = g_strv_length(word);
	bool good = n >= 2 || wrong(e, "has no node", text);

	good = good && parse_slots(word[0], s, e);
	s->node = g_new0(struct node, n > 0 ? n : 1);
	for (size_t i = 1; good && i < n; i++) {
		good = parse_node(word[i], &s->node[s->n++], e);
	}
	g_strfreev(word);
	return good;
}

static gint compare_shards(gconstpointer a, gconstpointer b)
{
	return (gint)((const struct shard *)a)->first_slot -
	       (gint)((const struct shard *)b)->first_slot;
}

/* Each slot once: what nobody serves would be unknown for ever. */
static bool slots_are_whole(const struct nodes *c, GError **e)
{
	unsigned next = 0;

	for (size_t i = 0; i < c->n && c->shard[i].first_slot == next; i++)
		next = c->shard[i].last_slot + 1;
	if (next == SLOTS)
		return true;
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_INPUT,
		"serve_nodes: slot %u must be in one shard, and in no other; all from 0 "
		"to 16383 must be there",
		next);
	return false;
}

static bool find_self(struct nodes *c, const char *self, GError **e)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	bool good = true;

	for (size_t i = 0; i < c->n; i++) {
		for (size_t k = 0; k < c->shard[i].n && good; k++) {
			struct node *n = &c->shard[i].node[k];
			char *name = g_strdup_printf("%s:%u", n->host, n->port);

			good = g_hash_table_add(seen, n->id) ||
			       wrong(e, "stands there twice", name);
			n->self = strcmp(name, self) == 0;
			if (n->self) {
				c->self = n;
				c->own = &c->shard[i];
			}
			g_free(name);
		}
	}
	g_hash_table_unref(seen);
	if (good && c->self == NULL) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "serve_node \"%s\" must be one of the nodes in serve_nodes",
			    self);
		good = false;
	}
	return good;
}

static bool parse_all(struct nodes *c, const char *text, const char *self, GError **e)
{
	char **part = g_strsplit(text, ",", -1);
	size_t n = g_strv_length(part);
	bool good =
		n <= LIMIT_SERVE_NODES || wrong(e, "has too many shards", "serve_nodes");

	c->shard = g_new0(struct shard, n);
	for (size_t i = 0; good && i < n; i++)
		good = parse_shard(part[i], &c->shard[c->n++], e);
	g_strfreev(part);
	if (!good)
		return false;
	qsort(c->shard, c->n, sizeof(c->shard[0]), compare_shards);
	return slots_are_whole(c, e) && find_self(c, self, e);
}

struct nodes *nodes_parse(const char *text, const char *self, GError **e)
{
	struct nodes *c = g_new0(struct nodes, 1);

	if (*text == '\0' || parse_all(c, text, self, e))
		return c;
	nodes_free(c);
	return NULL;
}

void nodes_free(struct nodes *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++) {
		for (size_t k = 0; k < c->shard[i].n; k++)
			g_free(c->shard[i].node[k].host);
		g_free(c->shard[i].node);
	}
	g_free(c->shard);
	g_free(c);
}

const struct shard *nodes_owner(const struct nodes *c, unsigned slot)
{
	for (size_t i = 0; i < c->n; i++)
		if (slot <= c->shard[i].last_slot)
			return &c->shard[i];
	return NULL;
}

const struct node *nodes_first(const struct shard *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->node[i].failing)
			return &s->node[i];
	return &s->node[0];
}

/* those that live, or the first one */
static size_t count_shown(const struct shard *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += !s->node[i].failing;
	return MAX(n, 1);
}

static void print_slots_node(const struct node *n, GString *to)
{
	reply_array(to, 4);
	reply_text(to, bytes_of(n->host));
	reply_int(to, n->port);
	reply_text(to, bytes_of(n->id));
	reply_array(to, 0);
}

void nodes_print_slots(const struct nodes *c, GString *to)
{
	reply_array(to, c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct shard *s = &c->shard[i];
		const struct node *first = nodes_first(s);

		reply_array(to, 2 + count_shown(s));
		reply_int(to, s->first_slot);
		reply_int(to, s->last_slot);
		print_slots_node(first, to);
		for (size_t k = 0; k < s->n; k++)
			if (&s->node[k] != first && !s->node[k].failing)
				print_slots_node(&s->node[k], to);
	}
}

static void put_number(GString *to, const char *name, int64_t value)
{
	reply_text(to, bytes_of(name));
	reply_int(to, value);
}

void nodes_print_shards(const struct nodes *c, GString *to)
{
	reply_array(to, c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct shard *s = &c->shard[i];

		reply_array(to, 4);
		reply_text(to, bytes_of("slots"));
		reply_array(to, 2);
		reply_int(to, s->first_slot);
		reply_int(to, s->last_slot);
		reply_text(to, bytes_of("nodes"));
		reply_array(to, s->n);
		for (size_t k = 0; k < s->n; k++) {
			const struct node *n = &s->node[k];

			reply_array(to, 14);
			reply_field(to, "id", n->id);
			put_number(to, "port", n->port);
			reply_field(to, "ip", n->host);
			reply_field(to, "endpoint", n->host);
			reply_field(to, "role",
				    n == nodes_first(s) ? "master" : "replica");
			put_number(to, "replication-offset", 0);
			reply_field(to, "health", n->failing ? "fail" : "online");
		}
	}
}

void nodes_print_lines(const struct nodes *c, GString *to)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct shard *s = &c->shard[i];
		const struct node *first = nodes_first(s);

		for (size_t k = 0; k < s->n; k++) {
			const struct node *n = &s->node[k];

			g_string_append_printf(
				to, "%s %s:%u@%u %s%s%s %s 0 0 %zu %s", n->id, n->host,
				n->port, n->port + BUS_ABOVE, n->self ? "myself," : "",
				n == first ? "master" : "slave",
				n->failing ? ",fail" : "", n == first ? "-" : first->id,
				i + 1, n->failing ? "disconnected" : "connected");
			if (n == first)
				g_string_append_printf(to, " %u-%u", s->first_slot,
						       s->last_slot);
			g_string_append_c(to, '\n');
		}
	}
}
