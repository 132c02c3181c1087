/* A record is built from what the passage left behind, and from nothing else. */
#include <jansson.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "journal/journal.h"

#define RECORD_VERSION 1

static const char *const disposition_names[] = {
	[DISPOSE_ACCEPT] = "accept",
	[DISPOSE_DISCARD] = "discard",
	[DISPOSE_REJECT] = "reject",
	[DISPOSE_DEFER] = "defer",
};

/* what came over the wire need not be UTF-8 */
static json_t *json_text(const char *text)
{
	if (g_utf8_validate(text, -1, NULL))
		return json_string_nocheck(text);
	char *valid = g_utf8_make_valid(text, -1);
	json_t *j = json_string_nocheck(valid);

	g_free(valid);
	return j;
}

static void put_text(json_t *to, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new_nocheck(to, name, json_text(text));
}

static void put_int(json_t *to, const char *name, int64_t n)
{
	json_object_set_new_nocheck(to, name, json_integer(n));
}

static json_t *json_value(const struct value *v, enum value_type type)
{
	if (v->known == ANSWER_UNKNOWN)
		return json_null();
	switch (type) {
	case VALUE_BOOL:
		return json_boolean(v->boolean);
	case VALUE_INT:
		return json_integer(v->number);
	case VALUE_TEXT:
		return json_text(v->text);
	case VALUE_LIST:
		break;
	}
	json_t *list = json_array();

	for (size_t i = 0; i < v->n_items; i++)
		json_array_append_new(list, json_text(v->items[i]));
	return list;
}

static void put_value(json_t *to, const struct name_row *row, const struct value *v)
{
	if (v->known != ANSWER_NO)
		json_object_set_new_nocheck(to, row->name, json_value(v, row->type));
}

static json_t *json_features(const struct features *f, bool pii)
{
	json_t *all = json_object();

	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		unsigned flags = feature_flags((enum feature_id)i);

		if ((flags & FEATURE_HEAVY) != 0 || ((flags & FEATURE_PII) != 0 && !pii))
			continue;
		put_value(all, &feature_names.rows[i], &f->at[i]);
	}
	return all;
}

static json_t *json_facts(const struct rcpt_facts *f, bool pii)
{
	json_t *all = json_object();

	for (size_t i = 0; i < FACT_COUNT; i++)
		if (pii || !fact_names.rows[i].pii)
			put_value(all, &fact_names.rows[i], &f->at[i]);
	return all;
}

/* words of signals and reasons quote the message: names, addresses, subjects */
static json_t *json_signals(const struct rcpt_signals *s, bool pii)
{
	json_t *all = json_object();

	for (size_t i = 0; i < DETECTOR_COUNT; i++) {
		const struct signal *one = &s->at[i];

		if (one->answer == ANSWER_UNKNOWN)
			json_object_set_new_nocheck(all, detectors[i].name, json_null());
		else if (one->answer == ANSWER_YES)
			put_text(all, detectors[i].name,
				 pii && one->words != NULL ? one->words : "");
	}
	return all;
}

static json_t *json_reasons(const struct decision *d, bool pii)
{
	json_t *all = json_array();

	for (size_t i = 0; i < d->n_reasons; i++) {
		json_t *one = json_object();

		put_text(one, "rule", d->reasons[i].rule);
		put_text(one, "text", pii ? d->reasons[i].text : NULL);
		put_text(one, "axis", axis_names[d->reasons[i].axis]);
		put_int(one, "points", d->reasons[i].milli);
		json_array_append_new(all, one);
	}
	return all;
}

static void put_watched(json_t *to, const struct rcpt_hits *hits)
{
	json_t *all = NULL;

	for (size_t i = 0; i < hits->n; i++) {
		if (!hits->at[i].observed)
			continue;
		if (all == NULL)
			all = json_array();
		json_array_append_new(all, json_text(hits->at[i].rule));
	}
	if (all != NULL)
		json_object_set_new_nocheck(to, "watched", all);
}

static void put_decision(json_t *to, const struct decision *d, bool pii)
{
	put_text(to, "verdict", verdict_names[d->verdict]);
	put_text(to, "action", action_names[d->action]);
	put_text(to, "mode", mode_names[d->mode]);
	put_text(to, "policy", d->policy != NULL ? d->policy->name : NULL);
	for (int i = 0; i < AXIS_COUNT; i++)
		put_int(to, axis_names[i], d->milli[i]);
	json_object_set_new_nocheck(to, "reasons", json_reasons(d, pii));
}

static json_t *json_rcpt(const struct record *r, size_t i)
{
	json_t *one = json_object();

	if (r->pii)
		put_text(one, "address", r->envelope->rcpts[i].address);
	if (r->decisions != NULL && i < r->decisions->n)
		put_decision(one, &r->decisions->at[i], r->pii);
	if (r->plan != NULL && i < r->plan->n_done)
		put_text(one, "done", action_names[r->plan->done[i]]);
	if (r->hits != NULL)
		put_watched(one, &r->hits[i]);
	if (i >= LIMIT_RECORD_RCPTS)
		return one;
	if (r->signals != NULL)
		json_object_set_new_nocheck(one, "signals",
					    json_signals(&r->signals[i], r->pii));
	if (r->facts != NULL && i < r->facts->n_rcpts)
		json_object_set_new_nocheck(one, "facts",
					    json_facts(&r->facts->rcpts[i], r->pii));
	return one;
}

static void put_envelope(json_t *to, const struct record *r)
{
	const struct envelope *env = r->envelope;

	put_text(to, "queue_id", env->queue_id);
	put_int(to, "time", env->received_s);
	json_object_set_new_nocheck(to, "internal", json_boolean(env->internal));
	if (r->pii) {
		put_text(to, "client", env->client_addr);
		put_text(to, "mail_from", env->mail_from);
		put_text(to, "client_name", env->client_name);
		put_text(to, "helo", env->helo);
	}
}

static void put_plan(json_t *to, const struct plan *p)
{
	json_t *headers = json_array();

	for (size_t i = 0; i < p->n_edits; i++)
		if (p->edits[i].kind == EDIT_INSERT_HEADER ||
		    p->edits[i].kind == EDIT_ADD_HEADER)
			json_array_append_new(headers, json_text(p->edits[i].name));
	json_object_set_new_nocheck(to, "headers", headers);
	put_text(to, "banner", p->banner);
	put_text(to, "remark", p->remark);
	put_text(to, "hold_id", p->n_held > 0 ? p->hold_id : NULL);
}

static void put_times(json_t *to, const struct record *r)
{
	json_t *us = json_object();

	for (size_t i = 0; i < r->n_times; i++)
		put_int(us, r->times[i].stage, r->times[i].us);
	json_object_set_new_nocheck(to, "us", us);
	if (r->facts == NULL)
		return;
	put_int(to, "store_us", r->facts->store_us);
	put_int(to, "store_keys", (int64_t)r->facts->keys_asked);
}

char *record_json(const struct record *r)
{
	json_t *all = json_object(), *rcpts = json_array();

	put_int(all, "v", RECORD_VERSION);
	put_text(all, "id", r->id);
	put_envelope(all, r);
	put_text(all, "rules", r->ruleset_id);
	put_text(all, "config", r->config_id);
	if (r->features != NULL)
		json_object_set_new_nocheck(all, "features",
					    json_features(r->features, r->pii));
	if (r->plan != NULL)
		put_plan(all, r->plan);
	put_text(all, "told", disposition_names[r->disposition]);
	put_text(all, "failed", r->failed);
	put_text(all, "stopped", r->stopped);
	put_text(all, "slow", r->slow);
	json_object_set_new_nocheck(all, "degraded", json_boolean(r->degraded));
	put_times(all, r);
	for (size_t i = 0; i < r->envelope->n_rcpts; i++)
		json_array_append_new(rcpts, json_rcpt(r, i));
	json_object_set_new_nocheck(all, "rcpts", rcpts);
	char *dumped = json_dumps(all, JSON_COMPACT);
	char *line = g_strdup(dumped != NULL ? dumped : "{}");

	free(dumped);
	json_decref(all);
	return line;
}
