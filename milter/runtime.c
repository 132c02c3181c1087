/* A runtime is made whole or not at all. Only stores are taken over, from any runtime that still
 * lives, for an LMDB file must not be open twice in one process; and what was heard of
 * aliases, which each message checks again. */
#include "runtime.h"

#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "config/load.h"
#include "config/pools.h"
#include "config/print.h"
#include "detect/detect.h"
#include "detect/file_kind.h"
#include "rule/unmet.h"
#include "verdict/score.h"

#define DECODER_START_US (20 * (int64_t)G_USEC_PER_SEC) /* on a busy machine */

/* Two runtimes with the same fingerprint decide alike. */
static void take_fingerprint(struct runtime *w)
{
	char *id = print_fingerprint(w->options, ruleset_id(w->rules));

	g_strlcpy(w->id, id, sizeof(w->id));
	g_free(id);
}

static bool open_store(struct runtime *w, const char *url, struct runtime *old,
		       GError **e)
{
	struct store_setup setup = { 0 };

	w->registry =
		old != NULL ? store_registry_ref(old->registry) : store_registry_new();
	setup.registry = w->registry;
	w->store = store_open(url, &setup, e);
	return w->store != NULL;
}

static bool open_resolver(struct runtime *w, const struct runtime_setup *s, GError **e)
{
	if (s->without_dns)
		return true;
	w->resolver = resolver_open(w->options, e);
	if (w->resolver == NULL)
		return false;
	w->auth = auth_engine_create(w->options, w->resolver);
	return true;
}

bool runtime_decoders(const struct options *o, const struct runtime_setup *s,
		      struct decode_setup *setup_r)
{
	*setup_r = (struct decode_setup){
		.program = s->decoder,
		.workers = (int)o->decode_workers,
		.queue = (int)o->decode_queue,
		.memory_bytes = (size_t)o->decode_memory_bytes,
		.metrics = s->metrics,
		.start_us = s->patient ? DECODER_START_US : 0,
	};
	return s->decoder != NULL && o->decode_workers > 0;
}

/* A reload that changes nothing here keeps the children, and their queue. */
static void take_decoders(struct runtime *w, const struct runtime_setup *s,
			  const struct runtime *old)
{
	struct decode_setup setup;

	if (!runtime_decoders(w->options, s, &setup))
		return;
	if (old != NULL && decode_pool_is_like(old->decoders, &setup))
		w->decoders = decode_pool_ref(old->decoders);
	else
		w->decoders = decode_pool_new(&setup);
}

static bool may_banner(const struct policy *p)
{
	bool any = false;

	for (enum verdict v = VERDICT_WANTED; v < VERDICT_COUNT; v++)
		any |= score_action(v, p) == ACTION_BANNER;
	return any;
}

static unsigned all_needs(const struct options *o, const struct ruleset *rs)
{
	unsigned needs = ruleset_needs(rs);

	if (o->n_policies > 1) /* a mailbox may name any, or have a flag of it */
		needs |= NEED_MAILBOX;
	for (size_t i = 0; i < o->n_policies; i++)
		if (may_banner(&o->policies[i])) /* in the language of the mailbox */
			needs |= NEED_MAILBOX;
	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		needs |= detectors[i].needs;
	if (o->preferences)
		needs |= NEED_PREFERENCE;
	return needs;
}

/* Detectors and rules go by the same list, so that an admin extends one. */
static void take_endings(struct runtime *w)
{
	const struct bytes *at;
	size_t n;

	if (ruleset_list(w->rules, "dangerous_endings", &at, &n))
		w->endings = endings_create(at, n);
}

/* A model that cannot be used is none: its features are unknown, and mail goes on. */
static struct text_model *open_model(const char *path, bool needed)
{
	GError *e = NULL;
	struct text_model *m = NULL;

	if (!needed && access(path, F_OK) != 0)
		return NULL;
	m = text_model_open(path, &e);
	if (m == NULL)
		log_line(LOG_LEVEL_WARN,
			 "%s; until then text.threat, text.spam and text.graymail are "
			 "unknown",
			 e->message);
	g_clear_error(&e);
	return m;
}

/* One that is tried stands for that of its kind, whether the option asks for any or not. A filter
 * goes on without one; whoever tries one wants to know. */
static bool take_models(struct runtime *w, const struct runtime_setup *s, GError **e)
{
	struct text_model *tried = NULL;

	if (!w->options->use_text_model && s->text_model == NULL)
		return true;
	if (s->text_model != NULL && (tried = text_model_open(s->text_model, e)) == NULL)
		return false;
	bool live = tried != NULL && text_model_head(tried).kind == TEXT_LIVE;

	w->text_model =
		tried != NULL && !live ? tried : open_model(w->options->text_model, true);
	w->text_delta = live ? tried : open_model(w->options->text_delta, false);
	return true;
}

static void close_all(struct runtime *w)
{
	auth_engine_destroy(&w->auth);
	resolver_close(&w->resolver);
	store_close(&w->store);
	aliases_unref(w->aliases);
	store_registry_unref(&w->registry);
	decode_pool_unref(w->decoders);
	endings_free(w->endings);
	ruleset_free(w->rules);
	text_model_close(&w->text_model);
	text_model_close(&w->text_delta);
	rollout_slot_unref(w->rollout);
	options_unref(w->options);
	g_free(w);
}

static void log_warnings(const struct ruleset *rs)
{
	size_t n;
	const char *const *warnings = ruleset_warnings(rs, &n);

	for (size_t i = 0; i < n; i++)
		log_line(LOG_LEVEL_WARN, "rules: %s", warnings[i]);
}

/* Shares are cut by a key, once there are any, and addresses hashed by it. */
static void take_key(struct runtime *w, struct rollout *r)
{
	struct rollout *keyed = rollout_keyed(r);
	GError *e = NULL;

	if (rollout_save(keyed, w->options->rollout_file, &e)) {
		rollout_replace(w->rollout, keyed);
		return;
	}
	log_line(LOG_LEVEL_WARN,
		 "rollout_file: %s; until it can be written, who is in a share can be "
		 "guessed from outside",
		 e->message);
	g_error_free(e);
	rollout_unref(keyed);
}

static bool has_shares(const struct runtime *w)
{
	bool any =
		w->options->enforce_percent % 100 != 0 || w->options->log_hash_addresses;

	for (size_t i = 0; i < w->options->n_policies; i++)
		any |= w->options->policies[i].enforce_percent % 100 != 0;
	for (size_t i = 0; i < ruleset_count(w->rules); i++)
		any |= ruleset_rule(w->rules, i)->rollout_percent < 100;
	return any;
}

static bool take_rollout(struct runtime *w, const struct runtime_setup *s,
			 struct runtime *old, GError **e)
{
	struct rollout *r;

	if (old != NULL) {
		w->rollout = rollout_slot_ref(old->rollout);
	} else {
		r = rollout_load(w->options->rollout_file, s->daemon ? e : NULL);
		if (r == NULL && s->daemon)
			return false;
		w->rollout = rollout_slot_new(r != NULL ? r : rollout_new());
	}
	r = rollout_current(w->rollout);
	if (s->daemon && !rollout_has_key(r) && has_shares(w))
		take_key(w, r);
	rollout_unref(r);
	return true;
}

struct runtime *runtime_load(const struct runtime_setup *s, struct runtime *old,
			     GError **e)
{
	struct runtime *w = g_new0(struct runtime, 1);

	refs_begin(&w->refs, 1);
	w->options = s->daemon ? options_load_daemon(s->config_path, e)
			       : options_load(s->config_path, e);
	if (w->options == NULL)
		goto out;
	w->rules = ruleset_load(
		s->rules_dir != NULL ? s->rules_dir : w->options->rules_dir, e);
	if (w->rules == NULL)
		goto out;
	unmet_warn(w->rules, w->options);
	log_warnings(w->rules);
	if (!take_rollout(w, s, old, e))
		goto out;
	take_endings(w);
	if (!take_models(w, s, e))
		goto out;
	w->needs = all_needs(w->options, w->rules);
	w->asked = ruleset_asked(w->rules);
	w->aliases =
		old != NULL ? aliases_ref(old->aliases) : aliases_create(LIMIT_ALIASES);
	if (!open_store(w, s->store != NULL ? s->store : w->options->store, old, e))
		goto out;
	if (!open_resolver(w, s, e))
		goto out;
	take_decoders(w, s, old);
	take_fingerprint(w);
	return w;
out:
	runtime_release(w);
	return NULL;
}

struct runtime *runtime_acquire(struct runtime *w)
{
	refs_take(&w->refs);
	return w;
}

void runtime_release(struct runtime *w)
{
	if (w != NULL && refs_drop(&w->refs))
		close_all(w);
}

struct runtime *runtime_current(struct runtime_slot *slot)
{
	pthread_mutex_lock(&slot->lock);
	struct runtime *w = runtime_acquire(slot->now);

	pthread_mutex_unlock(&slot->lock);
	return w;
}

void runtime_replace(struct runtime_slot *slot, struct runtime *w)
{
	pthread_mutex_lock(&slot->lock);
	struct runtime *old = slot->now;

	slot->now = w;
	pthread_mutex_unlock(&slot->lock);
	runtime_release(old);
}
