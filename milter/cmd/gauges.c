/* Nothing here is kept: each number is asked of whoever has it. */
#include "cmd/gauges.h"
#include "config/print.h"

#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/number.h"
#include "review/digest.h"
#include "session/tally.h"
#include "store/pair.h"

#define STATM_BYTES 256

/* /proc/self/statm: pages of the program, pages of it in RAM, ... */
static uint64_t resident_bytes(void)
{
	char *text = NULL;
	size_t n = 0;
	int64_t pages = 0;

	if (!g_file_get_contents("/proc/self/statm", &text, &n, NULL))
		return 0;
	char **part = g_strsplit(text, " ", 3);

	if (g_strv_length(part) < 2 || !number_parse(part[1], 0, INT64_MAX >> 20, &pages))
		pages = 0;
	g_strfreev(part);
	g_free(text);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void gauges_common(struct metrics *m, int64_t began_s)
{
	metrics_tell(m, METRIC_VERSION, NULL, WONTED_VERSION);
	metrics_set(m, METRIC_RUNNING, NULL, (uint64_t)MAX(clock_now_s() - began_s, 0));
	metrics_set(m, METRIC_MEMORY_RESIDENT, NULL, resident_bytes());
}

static void tell_pool(struct metrics *m, const struct options *o, enum pool which)
{
	struct pool_size s = pool_size(o, which);

	metrics_set(m, METRIC_POOL_WORKERS, s.name, (uint64_t)s.workers.value);
	metrics_tell(m, METRIC_POOL_WORKERS_FROM, s.name, s.workers.from);
	metrics_set(m, METRIC_POOL_QUEUE, s.name, (uint64_t)s.queue.value);
	metrics_tell(m, METRIC_POOL_QUEUE_FROM, s.name, s.queue.from);
}

void gauges_configuration(struct metrics *m, const struct options *o, enum pool which)
{
	char *id = print_fingerprint(o, "");

	id[16] = '\0'; /* as wonted-milter's */
	metrics_tell(m, METRIC_CONFIGURATION, NULL, id);
	tell_pool(m, o, which);
	g_free(id);
}

static void engine_gauges(struct metrics *m, struct listener *l)
{
	metrics_set(m, METRIC_POOL_BUSY, "engine",
		    (uint64_t)atomic_load(&l->connections));
	metrics_set(m, METRIC_POOL_SHED, "engine",
		    metrics_value(m, METRIC_CONNECTIONS_REFUSED, NULL));
}

static void dns_gauges(struct metrics *m, const struct runtime *w)
{
	int64_t since_s = w->auth == NULL ? 0 : auth_resolver_silent_since(w->auth);
	int64_t silent_s = since_s == 0 ? 0 : MAX(clock_now_s() - since_s, 1);

	metrics_tell(m, METRIC_RESOLVER, NULL,
		     w->auth == NULL ? "none"
		     : silent_s != 0 ? "silent"
				     : "answers");
	metrics_set(m, METRIC_RESOLVER_SILENT_FOR, NULL, (uint64_t)silent_s);
	if (w->resolver == NULL)
		return;
	struct resolver_stats s = resolver_stats(w->resolver);

	metrics_set(m, METRIC_DNS_ASKED, NULL, s.asked);
	metrics_set(m, METRIC_DNS_CACHED, NULL, s.cached);
	metrics_set(m, METRIC_DNS_JOINED, NULL, s.joined);
	metrics_set(m, METRIC_DNS_FAILED, NULL, s.tempfail);
	metrics_set(m, METRIC_DNS_ENTRIES, NULL, s.entries);
	metrics_set(m, METRIC_POOL_WAITING, "dns", s.on_way);
	metrics_set(m, METRIC_POOL_SHED, "dns", s.refused);
}

static void decode_gauges(struct metrics *m, const struct runtime *w)
{
	struct decode_state now = { 0 };

	if (w->decoders != NULL)
		decode_pool_state(w->decoders, &now);
	metrics_set(m, METRIC_DECODERS_NOW, NULL, (uint64_t)now.alive);
	metrics_set(m, METRIC_DECODERS_BUSY, NULL, (uint64_t)now.busy);
	metrics_set(m, METRIC_DECODE_WAITING, NULL, (uint64_t)now.waiting);
	metrics_set(m, METRIC_POOL_BUSY, "decode", (uint64_t)now.busy);
	metrics_set(m, METRIC_POOL_WAITING, "decode", (uint64_t)now.waiting);
	metrics_set(m, METRIC_POOL_SHED, "decode",
		    metrics_value(m, METRIC_DECODE_QUEUE_FULL, NULL));
}

static void store_gauges(struct metrics *m, const struct runtime *w)
{
	struct store_pair_counts n = { 0 };

	(void)store_pair_counts(w->store, &n); /* of a store that is no pair they are 0 */
	metrics_set(m, METRIC_STORE_COMPARED, NULL, n.compared);
	metrics_set(m, METRIC_STORE_MISMATCHES, NULL, n.differ);
	metrics_set(m, METRIC_STORE_DARK_DROPPED, NULL, n.dark_dropped);
}

static void rollout_gauges(struct metrics *m, const struct runtime *w)
{
	struct rollout *r = rollout_current(w->rollout);
	GPtrArray *list = rollout_list(r);
	uint64_t guarded = 0;

	for (guint i = 0; i < list->len; i++)
		guarded += rollout_is_guarded(list->pdata[i]);
	metrics_set(m, METRIC_ROLLOUT_SETTINGS, NULL, list->len);
	metrics_set(m, METRIC_ROLLOUT_GUARDED, NULL, guarded);
	g_ptr_array_unref(list);
	rollout_unref(r);
}

static void model_age(struct metrics *m, const char *model, const char *path, bool used)
{
	struct stat st;

	if (used && stat(path, &st) == 0)
		metrics_set(m, METRIC_TEXT_MODEL_AGE, model,
			    (uint64_t)MAX(clock_now_s() - st.st_mtime, 0));
}

static void runtime_gauges(struct metrics *m, const struct runtime *w)
{
	const struct options *o = w->options;

	metrics_tell(m, METRIC_CONFIGURATION, NULL, w->id);
	metrics_tell(m, METRIC_MODE, NULL, mode_names[o->mode]);
	metrics_set(m, METRIC_RULES, NULL, ruleset_count(w->rules));
	tell_pool(m, o, POOL_ENGINE);
	tell_pool(m, o, POOL_DNS);
	tell_pool(m, o, POOL_DECODE);
	dns_gauges(m, w);
	decode_gauges(m, w);
	store_gauges(m, w);
	rollout_gauges(m, w);
	model_age(m, "base", o->text_model, w->text_model != NULL);
	model_age(m, "delta", o->text_delta, w->text_delta != NULL);
}

static void digest_gauges(struct metrics *m, const struct gauges *g,
			  const struct options *o)
{
	struct digest_status s;
	int64_t silent_s = digest_silent(o, o->quarantine_dir, g->began_s, clock_now_s());

	digest_status_read(o->quarantine_dir, &s);
	metrics_set(m, METRIC_DIGEST_SILENT, NULL, (uint64_t)silent_s);
	metrics_set(m, METRIC_DIGEST_STOPPED, NULL, silent_s > o->digest_alarm_ms / 1000);
	metrics_set(m, METRIC_DIGESTS_SENT, NULL, (uint64_t)s.sent);
	metrics_set(m, METRIC_DIGESTS_FAILED, NULL, (uint64_t)s.failed);
	metrics_set(m, METRIC_DIGESTS_DOUBTFUL, NULL, (uint64_t)s.doubtful);
}

static void collect(struct metrics *m, void *user)
{
	const struct gauges *g = user;
	struct listener *l = g->listener;
	struct runtime *w = runtime_current(&l->slot);
	GString *why = g_string_new(NULL);

	gauges_common(m, g->began_s);
	metrics_tell(m, METRIC_ENGINE, NULL, g->engine);
	metrics_set(m, METRIC_READY, NULL, gauges_ready(why, user));
	metrics_set(m, METRIC_SESSIONS_NOW, NULL,
		    (uint64_t)MAX(atomic_load(&l->sessions), 0));
	metrics_set(m, METRIC_ENDS_NOW, NULL, (uint64_t)MAX(atomic_load(&l->ends), 0));
	metrics_set(m, METRIC_MEMORY_NOW, NULL, (uint64_t)l->memory.used);
	metrics_set(m, METRIC_JOURNAL_DROPPED, NULL,
		    (uint64_t)journal_dropped(l->journal));
	metrics_set(m, METRIC_HOLDS_NOW, NULL,
		    (uint64_t)quarantine_count_held(l->quarantine));
	tally_degraded_now(l);
	engine_gauges(m, l);
	runtime_gauges(m, w);
	digest_gauges(m, g, w->options);
	runtime_release(w);
	g_string_free(why, TRUE);
}

bool gauges_ready(GString *why, void *user)
{
	const struct gauges *g = user;

	if (!atomic_load(&g->listener->closing))
		return true;
	g_string_append(why, "it stops: messages that end now are deferred");
	return false;
}

void gauges_begin(struct gauges *g)
{
	tally_declare(g->listener->metrics);
	metrics_collect(g->listener->metrics, collect, g);
}
