/* Section by section, with the names that Redis has for what both have. */
#include "serve/info.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/command.h"

static void print_server(struct serving *s, GString *to)
{
	g_string_append_printf(to,
			       "redis_version:" INFO_REDIS_VERSION
			       "\r\nwonted_version:" WONTED_VERSION
			       "\r\nredis_mode:%s\r\nprocess_id:%ld\r\ntcp_port:%u\r\n"
			       "uptime_in_seconds:%" PRId64 "\r\n",
			       s->nodes->own != NULL ? "cluster" : "standalone",
			       (long)getpid(), s->port, clock_now_s() - s->began_s);
}

static void print_clients(struct serving *s, GString *to)
{
	g_string_append_printf(to, "connected_clients:%zu\r\nmaxclients:%zu\r\n",
			       (size_t)atomic_load(&s->clients), s->clients_most);
}

static void print_memory(struct serving *s, GString *to)
{
	g_string_append_printf(to, "used_memory_clients:%zu\r\nmaxmemory_clients:%zu\r\n",
			       (size_t)atomic_load(&s->memory.used), s->memory_most);
}

static void print_stats(struct serving *s, GString *to)
{
	const struct {
		const char *name;
		uint64_t n;
	} rows[] = {
		{ "total_connections_received", atomic_load(&s->accepted) },
		{ "rejected_connections", atomic_load(&s->rejected) },
		{ "total_commands_processed", atomic_load(&s->requests) },
		{ "total_reads_processed", atomic_load(&s->reads) },
		{ "keyspace_hits", atomic_load(&s->hits) },
		{ "keyspace_misses", atomic_load(&s->misses) },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_string_append_printf(to, "%s:%" PRIu64 "\r\n", rows[i].name, rows[i].n);
}

static void print_replication(struct serving *s, GString *to)
{
	(void)s;
	g_string_append(to, "role:master\r\nconnected_slaves:0\r\n");
}

static void print_commandstats(struct serving *s, GString *to)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		uint64_t calls = atomic_load(&s->calls[i]);

		if (calls > 0)
			g_string_append_printf(to, "cmdstat_%s:calls=%" PRIu64 "\r\n",
					       command_rows[i].name, calls);
	}
}

static void print_cluster(struct serving *s, GString *to)
{
	g_string_append_printf(to, "cluster_enabled:%d\r\n", s->nodes->own != NULL);
}

static void print_keyspace(struct serving *s, GString *to)
{
	struct store_generation g;

	if (dataset_generation(s->dataset, &g))
		g_string_append_printf(to, "db0:keys=%" PRId64 ",expires=0,avg_ttl=0\r\n",
				       g.keys);
}

static void print_generation(struct serving *s, GString *to)
{
	struct store_generation g;
	bool good = dataset_generation(s->dataset, &g);

	g_string_append_printf(to,
			       "generation:%s\r\ngeneration_verified:%d\r\n"
			       "generation_keys:%" PRId64 "\r\ngeneration_bytes:%" PRId64
			       "\r\ngeneration_built:%" PRId64
			       "\r\ngeneration_slots:%u-%u\r\n",
			       good ? g.id : "none", g.verified, g.keys, g.bytes,
			       g.built_s, g.first_slot, g.last_slot);
}

static const struct {
	const char *name;
	void (*print)(struct serving *s, GString *to);
	bool always; /* one of "default" */
} sections[] = {
	{ "Server", print_server, true },
	{ "Clients", print_clients, true },
	{ "Memory", print_memory, true },
	{ "Stats", print_stats, true },
	{ "Replication", print_replication, true },
	{ "Commandstats", print_commandstats, false },
	{ "Cluster", print_cluster, true },
	{ "Keyspace", print_keyspace, true },
	{ "Generation", print_generation, true },
};

void info_print(struct serving *s, struct bytes section, GString *to)
{
	bool all = command_is(section, "all") || command_is(section, "everything");
	bool usual = command_is(section, "default");

	for (size_t i = 0; i < G_N_ELEMENTS(sections); i++) {
		if (!all && !(usual && sections[i].always) &&
		    !command_is(section, sections[i].name))
			continue;
		g_string_append_printf(to, "%s# %s\r\n", to->len > 0 ? "\r\n" : "",
				       sections[i].name);
		sections[i].print(s, to);
	}
}
