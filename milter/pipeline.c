/* The order of the stages, their budgets, and what the daemon does when one cannot do its
 * work stand in one table, and nowhere else. Mail of our own is only read and recorded. */
#include "pipeline.h"

#include "auth/authres.h"
#include "auth/dnslist.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/log.h"
#include "clamd/clamd.h"
#include "decoding.h"
#include "feature/listed.h"

enum on_failure {
	STAGE_GO_ON_UNKNOWN, /* later stages see unknown values */
	STAGE_STOP_PASS,     /* what has no points is undecided */
};

struct stage {
	const char *name, *fills;
	bool (*run)(struct transaction *p);
	int64_t budget_ms;
	enum on_failure on_failure;
	bool for_internal;
};

/* What waits for others gets no more than its own option, and of the message's time so much
 * that the rules can still be asked: slow name servers, or files that must be unpacked, must not
 * switch them off. */
static int64_t waiting_deadline_us(const struct transaction *p, int64_t most_ms)
{
	int64_t half_us = p->runtime->options->message_deadline_ms * 1000 / 2;

	return MIN(clock_mono_us() + most_ms * 1000, p->deadline_us - half_us);
}

static bool parse_message(struct transaction *p)
{
	struct decoding decoding = { .pool = p->runtime->decoders,
				     .until_us = waiting_deadline_us(
					     p,
					     p->runtime->options->decode_deadline_ms) };
	const struct file_decoder decoder = decoding_begin(&decoding);
	bool looks = decoding.pool != NULL && !p->envelope->internal &&
		     rollout_is_on(p->rollout, ROLLOUT_DECODERS);
	struct message_limits limits = {
		.max_bytes = (size_t)p->runtime->options->max_message_bytes,
		.decoder = looks ? &decoder : NULL,
	};
	struct message *m = message_parse(p->arena, p->raw, &limits);

	m->decoder = NULL; /* it ends here */
	m->truncated |= p->truncated;
	if ((p->truncated & TRUNCATED_MEMORY) != 0)
		p->missing |= MISSING_MEMORY;
	p->message = m;
	return true;
}

/* Of the session as soon as it is known, of the message when it was read; never waited for
 * here. client: of the session's client, else of all else */
static void begin_dns_lists(struct transaction *p, const struct features *f, bool client)
{
	size_t n;
	const struct dns_use *uses = ruleset_dns_uses(p->runtime->rules, &n);

	for (size_t i = 0; i < n && p->dns_lists != NULL; i++)
		if ((uses[i].of == FEATURE_CLIENT_ADDR) == client)
			listed_ask(p->dns_lists, uses[i].list, f, uses[i].of);
}

static void begin_session_lists(struct transaction *p)
{
	struct features *f;
	size_t n;

	ruleset_dns_uses(p->runtime->rules, &n);
	if (n == 0 || p->runtime->resolver == NULL)
		return;
	p->dns_lists = dnslists_begin(p->runtime->resolver);
	f = arena_new(p->arena, struct features, 1);
	f->at[FEATURE_CLIENT_ADDR] = value_of_text(p->envelope->client_addr);
	begin_dns_lists(p, f, true);
}

/* What the message names is taken before authentication is waited for, and again after it,
 * which only costs where lists are asked. */
static void begin_message_lists(struct transaction *p)
{
	struct features *early;

	if (p->dns_lists == NULL)
		return;
	early = arena_new(p->arena, struct features, 1);
	features_take(p->arena, p->message, p->envelope, NULL, early);
	begin_dns_lists(p, early, false);
	p->dns_lists_until_us =
		waiting_deadline_us(p, p->runtime->options->dns_list_deadline_ms);
}

static void begin_clamd(struct transaction *p)
{
	const struct options *o = p->runtime->options;
	const struct clamd_setup setup = {
		.socket = o->clamd,
		.max_bytes = (size_t)o->clamd_max_size_bytes,
		.deadline_us = waiting_deadline_us(p, o->clamd_deadline_ms),
	};

	if (o->clamd[0] != '\0')
		p->clamd = clamd_begin(&setup, p->raw);
}

static void take_virus(const struct clamd_answer *answer, struct features *f)
{
	f->at[FEATURE_VIRUS] = answer->result == CLAMD_UNCHECKED
				       ? VALUE_UNKNOWN
				       : value_of_text(answer->name);
	f->at[FEATURE_VIRUS_UNCHECKED] = value_of_text(answer->why);
}

static void finish_clamd(struct transaction *p)
{
	struct clamd_answer answer;

	if (p->clamd == NULL)
		return;
	clamd_finish(&p->clamd, p->arena, &answer);
	take_virus(&answer, &p->features);
	for (size_t i = 0; i < p->features.n_authors; i++)
		take_virus(&answer, &p->features.authors[i]);
	if (answer.result == CLAMD_UNCHECKED)
		log_seldom(LOG_LEVEL_WARN, "clamd",
			   "%s: not looked at: %s; see clamd, clamd_deadline and "
			   "clamd_max_size, and clamd's own log",
			   p->id, answer.why);
}

static bool check_auth(struct transaction *p)
{
	const struct message *m = p->message;
	struct auth_results *r = arena_new(p->arena, struct auth_results, 1);

	begin_clamd(p);
	begin_message_lists(p);

	if (p->auth_check == NULL) { /* without DNS there may still be somebody's word */
		if (auth_trusted(p->runtime->options, m->headers, m->n_headers, p->arena,
				 r))
			p->auth = r;
		return true;
	}
	auth_finish(p->auth_check, m,
		    waiting_deadline_us(p, p->runtime->options->dns_timeout_ms), p->arena,
		    r);
	p->auth = r;
	if (r->resolver_silent)
		p->missing |= MISSING_RESOLVER;
	else if (r->timed_out)
		p->missing |= MISSING_SENDER_DNS;
	return p->missing == 0;
}

static bool take_features(struct transaction *p)
{
	const struct text_models models = { p->runtime->text_model,
					    p->runtime->text_delta };

	features_take(p->arena, p->message, p->envelope, p->auth, &p->features);
	if (!p->envelope->internal && rollout_is_on(p->rollout, ROLLOUT_TEXT_MODEL))
		features_ask_models(p->arena, &models, &p->features);
	finish_clamd(p);
	if (p->dns_lists != NULL) {
		dnslists_wait(p->dns_lists, p->dns_lists_until_us);
		listed_take(p->arena, p->dns_lists, &p->features);
	}
	return true;
}

/* By the lists that rules read, so that facts and rules never differ. */
static bool is_shared(const void *rules, const char *domain)
{
	return ruleset_list_covers(rules, "free_mail", domain) ||
	       ruleset_list_covers(rules, "mail_services", domain);
}

static bool ask_store(struct transaction *p)
{
	const struct options *o = p->runtime->options;
	struct lookup_setup setup = {
		.options = o,
		.store = p->runtime->store,
		.is_shared = is_shared,
		.shared = p->runtime->rules,
		.aliases = p->runtime->aliases,
		.needs = p->runtime->needs,
		.now_s = p->envelope->received_s,
		.deadline_us = clock_mono_us() + o->store_deadline_ms * 1000,
	};

	setup.deadline_us = MIN(setup.deadline_us, p->deadline_us);
	lookup_run(p->arena, &setup, &p->features, &p->facts);
	if (p->features.n_authors > 0) /* all that follows is about one of them */
		p->features = p->features.authors[p->facts.author];
	return !p->facts.degraded;
}

static bool look_all(struct transaction *p)
{
	const struct detect_setup setup = { .endings = p->runtime->endings };

	p->signals = detectors_look(p->arena, &p->features, &p->facts, &setup);
	return true;
}

static bool run_rules(struct transaction *p)
{
	const struct rules_in_force in = { .rules = p->runtime->rules,
					   .rollout = p->rollout,
					   .freeze = &p->frozen };

	p->frozen.without_pii = !p->runtime->options->journal_pii;
	p->hits = ruleset_run(p->arena, &in, &p->features, &p->facts, p->signals);
	return true;
}

/* Whoever may not see addresses in the journal's records may not see one here either. */
static void tell_lost_policies(struct transaction *p)
{
	for (size_t i = 0; i < p->decisions.n; i++) {
		const struct decision *d = &p->decisions.at[i];

		if (d->lost_policy == NULL)
			continue;
		p->lost_policies++;
		log_seldom(
			LOG_LEVEL_WARN, "lost-policy",
			"the record of %s names policy \"%s\", which the configuration "
			"does not have: \"%s\" holds instead; add the policy, or "
			"import the mailbox with another",
			p->runtime->options->journal_pii ? d->rcpt : "a mailbox",
			d->lost_policy, d->policy->name);
	}
}

static bool decide_all(struct transaction *p)
{
	struct decide_setup setup = {
		.options = p->runtime->options,
		.rollout = p->rollout,
		.envelope = p->envelope,
		.facts = p->facts.rcpts == NULL ? NULL : &p->facts,
		.hits = p->hits,
		.asked = p->runtime->asked,
		.missing = p->missing,
	};

	decide(p->arena, &setup, &p->decisions);
	for (size_t i = 0; i < p->decisions.n; i++)
		p->degraded |= p->decisions.at[i].missing != 0;
	tell_lost_policies(p);
	return true;
}

const char *transaction_authserv_id(const struct options *o, const struct envelope *e)
{
	if (o->authserv_id[0] != '\0')
		return o->authserv_id;
	return e->mta_name != NULL ? e->mta_name : "localhost";
}

static bool make_plan(struct transaction *p)
{
	struct plan_setup setup = {
		.options = p->runtime->options,
		.rollout = p->rollout,
		.message = p->message,
		.envelope = p->envelope,
		.auth = p->auth,
		.decisions = &p->decisions,
		.sweep = p->sweep,
		.authserv_id = transaction_authserv_id(p->runtime->options, p->envelope),
		.id = p->id,
	};

	plan_make(p->arena, &setup, &p->plan);
	return true;
}

/* The rest of the way is not gone: points that were reached decide, and without any the
 * message is undecided. */
static void end_early(struct transaction *p, enum missing why)
{
	p->missing |= why;
	p->degraded = true;
	if (!p->envelope->internal)
		decide_all(p);
	make_plan(p);
}

static const struct stage stages[STAGE_COUNT] = {
	/* name      fills        does           ms    when it cannot       internal */
	{ "parse", "message", parse_message, 20, STAGE_GO_ON_UNKNOWN, true },
	{ "auth", "auth", check_auth, 2000, STAGE_GO_ON_UNKNOWN, false },
	{ "feature", "features", take_features, 20, STAGE_GO_ON_UNKNOWN, true },
	{ "lookup", "facts", ask_store, 80, STAGE_GO_ON_UNKNOWN, false },
	{ "detect", "signals", look_all, 20, STAGE_STOP_PASS, false },
	{ "rule", "hits", run_rules, 20, STAGE_STOP_PASS, false },
	{ "verdict", "decisions", decide_all, 5, STAGE_STOP_PASS, false },
	{ "action", "plan", make_plan, 5, STAGE_STOP_PASS, true },
};

bool transaction_is_internal(const struct transaction *p)
{
	return p->envelope->internal;
}

struct transaction *transaction_unread(struct runtime *w, struct arena *a,
				       const struct envelope *env, const char *id)
{
	struct transaction *p = arena_new(a, struct transaction, 1);

	p->runtime = runtime_acquire(w);
	p->rollout = rollout_current(w->rollout);
	p->arena = a;
	p->envelope = env;
	p->id = id;
	p->unread = true;
	return p;
}

struct transaction *transaction_begin(struct runtime *w, struct arena *a,
				      const struct envelope *env, const char *id)
{
	struct transaction *p = transaction_unread(w, a, env, id);

	p->unread = false;
	if (w->auth != NULL && !env->internal)
		p->auth_check = auth_begin(w->auth, env);
	if (!env->internal)
		begin_session_lists(p);
	return p;
}

void transaction_headers(struct transaction *p, const struct header *h, size_t n)
{
	if (p->auth_check != NULL)
		auth_headers(p->auth_check, h, n);
}

/* false: the way ends here */
static bool run_stage(struct transaction *p, const struct stage *s)
{
	int64_t begin = clock_mono_us();
	bool done = s->run(p);
	int64_t end = clock_mono_us();

	p->times[p->n_times++] =
		(struct stage_time){ .stage = s->name, .us = end - begin };
	if (!done)
		p->degraded = true;
	if (end - begin > s->budget_ms * 1000)
		p->slow = s->name;
	if (!done && s->on_failure == STAGE_STOP_PASS)
		return false;
	return end <= p->deadline_us;
}

void transaction_run(struct transaction *p, struct bytes raw, unsigned truncated)
{
	p->raw = raw;
	p->truncated = truncated;
	p->deadline_us =
		clock_mono_us() + p->runtime->options->message_deadline_ms * 1000;
	p->plan = (struct plan){ .disposition = DISPOSE_ACCEPT };
	for (size_t i = 0; i < COUNT_OF(stages); i++) {
		if (p->envelope->internal && !stages[i].for_internal)
			continue;
		if (run_stage(p, &stages[i]) || i + 1 == COUNT_OF(stages))
			continue;
		p->stopped = stages[i].name;
		log_seldom(
			LOG_LEVEL_WARN, "stopped",
			"%s: out of time after the stage \"%s\" (message_deadline is "
			"%lld ms): what has no points until then is undecided; see which "
			"stage is slow with \"wonted explain\"",
			p->id, stages[i].name,
			(long long)p->runtime->options->message_deadline_ms);
		end_early(p, MISSING_TIME);
		break;
	}
}

void transaction_run_unread(struct transaction *p, enum missing why)
{
	g_assert(why == MISSING_SESSIONS || why == MISSING_MEMORY);
	p->unread = true;
	p->plan = (struct plan){ .disposition = DISPOSE_ACCEPT };
	end_early(p, why);
}

void transaction_record(const struct transaction *p, enum disposition d,
			const char *failed, struct record *r_r)
{
	*r_r = (struct record){
		.id = p->id,
		.envelope = p->envelope,
		.features = p->message == NULL ? NULL : &p->features,
		.facts = p->facts.rcpts == NULL ? NULL : &p->facts,
		.signals = p->signals,
		.hits = p->hits,
		.frozen = p->hits == NULL ? NULL : &p->frozen,
		.decisions = p->decisions.at == NULL ? NULL : &p->decisions,
		.plan = p->envelope->internal ? NULL : &p->plan,
		.ruleset_id = ruleset_id(p->runtime->rules),
		.config_id = p->runtime->id,
		.times = p->times,
		.n_times = p->n_times,
		.disposition = d,
		.failed = failed,
		.stopped = p->stopped,
		.slow = p->slow,
		.degraded = p->degraded,
		.missing = p->missing,
		.logfmt = p->runtime->options->log_logfmt,
		.hashed_by = p->runtime->options->log_hash_addresses ? p->rollout : NULL,
		.pii = p->runtime->options->journal_pii,
	};
}

bool transaction_journal(const struct transaction *p, struct journal *j,
			 enum disposition d, const char *failed)
{
	struct record r;

	transaction_record(p, d, failed, &r);
	bool done = journal_append(j, &r);

	if (log_wants(LOG_LEVEL_INFO)) {
		char *line = record_log_line(&r);

		log_line(LOG_LEVEL_INFO, "%s", line);
		g_free(line);
	}
	return done;
}

void transaction_end(struct transaction **pp)
{
	struct transaction *p = *pp;

	if (p == NULL)
		return;
	*pp = NULL;
	struct arena *a = p->arena;
	struct runtime *w = p->runtime;

	auth_release(&p->auth_check);
	rollout_unref(p->rollout);
	dnslists_end(&p->dns_lists);
	clamd_finish(&p->clamd, NULL, NULL);
	arena_destroy(&a);
	runtime_release(w);
}
