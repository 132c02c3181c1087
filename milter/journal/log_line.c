/* The one line a message gets in the log: queue id first, then key=value, as Postfix does.
 * Every text is quoted where it needs to be, cut, and free of control characters. */
#include <inttypes.h>

#include "base/printable.h"
#include "journal/journal.h"

#define ADDRESS_SHOWN 120
#define MESSAGE_ID_SHOWN 200
#define REASONS_SHOWN 500
#define RULES_SHOWN 500 /* the line must not lose its end */

static void put_quoted(GString *to, const char *key, const char *text, size_t most)
{
	char *safe = printable(text, most);

	g_strdelimit(safe, "\"", '\'');
	g_string_append_printf(to, " %s=\"%s\"", key, safe);
	g_free(safe);
}

static void put_address(GString *to, const struct record *r, const char *key,
			const char *address)
{
	char *safe = r->hashed_by != NULL && address != NULL && *address != '\0'
			     ? rollout_tag(r->hashed_by, address)
			     : printable(address, ADDRESS_SHOWN);

	g_strdelimit(safe, " \"<>", '_');
	if (r->logfmt)
		g_string_append_printf(to, " %s=\"<%s>\"", key, safe);
	else
		g_string_append_printf(to, " %s=<%s>", key, safe);
	g_free(safe);
}

/* the decision that asks for most: the line is about it, "rcpts" says of how many */
static const struct decision *strictest(const struct record *r)
{
	const struct decision *worst = NULL;

	if (r->decisions == NULL)
		return NULL;
	for (size_t i = 0; i < r->decisions->n; i++) {
		const struct decision *d = &r->decisions->at[i];

		if (worst == NULL || d->verdict > worst->verdict ||
		    (d->verdict == worst->verdict && d->action > worst->action))
			worst = d;
	}
	return worst;
}

static void put_done(GString *to, const struct record *r)
{
	size_t n[ACTION_COUNT] = { 0 };
	const char *between = "";

	if (r->plan == NULL || r->plan->n_done == 0) {
		g_string_append(to, " action=pass");
		return;
	}
	for (size_t i = 0; i < r->plan->n_done; i++)
		n[r->plan->done[i]]++;
	g_string_append(to, " action=");
	for (int i = 0; i < ACTION_COUNT; i++) {
		if (n[i] == 0)
			continue;
		g_string_append_printf(to, "%s%s", between, action_names[i]);
		if (n[i] != r->plan->n_done)
			g_string_append_printf(to, ":%zu", n[i]);
		between = ",";
	}
}

static void put_decision(GString *to, const struct record *r, const struct decision *d)
{
	GString *reasons = g_string_new(NULL), *rules = g_string_new(NULL);

	g_string_append_printf(to, " score=%.3g/%.3g/%.3g",
			       (double)d->milli[AXIS_THREAT] / 1000,
			       (double)d->milli[AXIS_SPAM] / 1000,
			       (double)d->milli[AXIS_GRAYMAIL] / 1000);
	for (size_t i = 0; i < d->n_reasons; i++) {
		const char *between = i > 0 ? "; " : "";

		g_string_append_printf(reasons, "%s%s", between, d->reasons[i].text);
		if (rules->len < RULES_SHOWN)
			g_string_append_printf(rules, "%s%s", i > 0 ? "," : "",
					       d->reasons[i].rule);
	}
	if (d->n_reasons > 0) {
		if (r->hashed_by == NULL) /* they quote the message */
			put_quoted(to, "reasons", reasons->str, REASONS_SHOWN);
		g_string_append_printf(to, " rules=%s", rules->str);
	}
	g_string_free(reasons, TRUE);
	g_string_free(rules, TRUE);
}

/* the first of them, and how many there are */
static void put_unresolved(GString *to, const struct envelope *env)
{
	const char *why = NULL;
	size_t n = 0;

	for (size_t i = 0; i < env->n_rcpts; i++) {
		if (env->rcpts[i].unresolved == NULL)
			continue;
		why = n++ == 0 ? env->rcpts[i].unresolved : why;
	}
	if (n > 0)
		g_string_append_printf(to, " unresolved=%zu", n);
	if (n > 0)
		put_quoted(to, "unresolved_why", why, 100);
}

static void put_missing(GString *to, unsigned missing)
{
	struct arena *a = arena_create();

	if (missing != 0)
		put_quoted(to, "missing", missing_words(a, missing), 200);
	arena_destroy(&a);
}

static void put_troubles(GString *to, const struct record *r)
{
	if (r->plan != NULL && r->plan->banner != NULL)
		put_quoted(to, "banner", r->plan->banner, 100);
	if (r->plan != NULL && r->plan->remark != NULL)
		put_quoted(to, "remark", r->plan->remark, 100);
	char *ids = r->plan == NULL ? NULL : plan_hold_ids(r->plan);

	if (ids != NULL)
		g_string_append_printf(to, " hold=%s", ids);
	g_free(ids);
	if (r->degraded)
		g_string_append(to, " degraded=yes");
	if (r->stopped != NULL)
		g_string_append_printf(to, " stopped=%s", r->stopped);
	put_missing(to, record_missing(r));
	if (r->failed != NULL)
		put_quoted(to, "failed", r->failed, 200);
}

/* What the rules that are only watched would have made of it, for the first recipient for whom
 * that is something else. */
static void put_would(GString *to, const struct record *r)
{
	const char *between = " watched=";

	for (size_t i = 0; r->decisions != NULL && r->hits != NULL; i++) {
		if (i == r->decisions->n)
			return;
		const struct decision *d = &r->decisions->at[i];
		size_t before = to->len;

		if (!d->differs)
			continue;
		g_string_append_printf(to, " would=%s", verdict_names[d->would]);
		for (size_t h = 0; h < r->hits[i].n; h++) {
			if (!r->hits[i].at[h].observed || to->len - before > RULES_SHOWN)
				continue;
			g_string_append_printf(to, "%s%s", between,
					       r->hits[i].at[h].rule);
			between = ",";
		}
		return;
	}
}

/* where it came from, and what decided: for whoever follows one message, or one client */
static void put_origin(GString *to, const struct record *r)
{
	const struct value *id =
		r->features == NULL ? NULL : &r->features->at[FEATURE_MESSAGE_ID];

	if (r->envelope->client_addr != NULL) {
		char *client = printable(r->envelope->client_addr, ADDRESS_SHOWN);

		g_strdelimit(client, " \"=", '_');
		g_string_append_printf(to, " client=%s", client);
		g_free(client);
	}
	if (id != NULL && id->known == ANSWER_YES) {
		char *tag = r->hashed_by != NULL ? rollout_tag(r->hashed_by, id->text)
						 : g_strdup(id->text);

		put_quoted(to, "msgid", tag, MESSAGE_ID_SHOWN);
		g_free(tag);
	}
	if (r->config_id != NULL)
		g_string_append_printf(to, " config=%s", r->config_id);
}

char *record_log_line(const struct record *r)
{
	const struct envelope *env = r->envelope;
	const struct decision *d = strictest(r);
	const char *queue_id = env->queue_id != NULL ? env->queue_id : r->id;
	GString *to = g_string_new(NULL);
	int64_t us = 0;

	if (r->logfmt)
		g_string_append_printf(to, "queue=%s", queue_id);
	else
		g_string_append_printf(to, "%s:", queue_id);
	if (env->internal)
		g_string_append(to, " verdict=internal");
	else
		g_string_append_printf(to, " verdict=%s",
				       d != NULL ? verdict_names[d->verdict] : "none");
	if (d != NULL && d->mode == MODE_OBSERVE && d->action != ACTION_PASS)
		g_string_append_printf(to, " observed=%s", action_names[d->action]);
	put_would(to, r);
	put_done(to, r);
	g_string_append_printf(to, " rcpts=%zu", env->n_rcpts);
	put_address(to, r, "from", env->mail_from);
	if (d != NULL)
		put_decision(to, r, d);
	put_unresolved(to, env);
	put_troubles(to, r);
	for (size_t i = 0; i < r->n_times; i++)
		us += r->times[i].us;
	g_string_append_printf(to, " id=%s ms=%" PRId64 ".%" PRId64, r->id, us / 1000,
			       us / 100 % 10);
	put_origin(to, r);
	if (r->logfmt) /* whose readers take it for the beginning of an escape */
		g_strdelimit(to->str, "\\", '/');
	return g_string_free(to, FALSE);
}
