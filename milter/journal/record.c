/* A record is built from what the transaction left behind, and from nothing else. */
#include "base/json_line.h"
#include "base/limits.h"
#include "journal/journal.h"
#include "journal/kind.h"

#define RECORD_VERSION 1
#define USUAL_BYTES 4096 /* of a record with one recipient */

static const char *const disposition_names[] = {
	[DISPOSE_ACCEPT] = "accept",
	[DISPOSE_DISCARD] = "discard",
	[DISPOSE_REJECT] = "reject",
	[DISPOSE_DEFER] = "defer",
};

unsigned record_missing(const struct record *r)
{
	unsigned all = r->missing;

	for (size_t i = 0; r->decisions != NULL && i < r->decisions->n; i++)
		all |= r->decisions->at[i].missing;
	return all;
}

static void open_list(GString *to, const char *name)
{
	json_line_name(to, name);
	json_line_open(to, '[');
}

static void open_object(GString *to, const char *name)
{
	json_line_name(to, name);
	json_line_open(to, '{');
}

static void put_known(GString *to, const struct value *v, enum value_type type)
{
	switch (type) {
	case VALUE_BOOL:
		json_line_bool(to, v->boolean);
		return;
	case VALUE_INT:
		json_line_int(to, v->number);
		return;
	case VALUE_TEXT:
		json_line_text(to, v->text);
		return;
	case VALUE_LIST:
		break;
	}
	json_line_open(to, '[');
	for (size_t i = 0; i < v->n_items; i++)
		json_line_text(to, v->items[i]);
	json_line_close(to, ']');
}

static void put_value(GString *to, const struct name_row *row, const struct value *v)
{
	if (v->known == ANSWER_NO)
		return;
	json_line_name(to, row->name);
	if (v->known == ANSWER_UNKNOWN)
		json_line_null(to);
	else
		put_known(to, v, row->type);
}

static void put_features(GString *to, const struct features *f, bool pii)
{
	open_object(to, "features");
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		unsigned flags = feature_flags((enum feature_id)i);

		if ((flags & FEATURE_HEAVY) != 0 || ((flags & FEATURE_PII) != 0 && !pii))
			continue;
		put_value(to, &feature_names.rows[i], &f->at[i]);
	}
	json_line_close(to, '}');
}

static void put_facts(GString *to, const struct rcpt_facts *f, bool pii)
{
	open_object(to, "facts");
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (pii || !fact_names.rows[i].pii)
			put_value(to, &fact_names.rows[i], &f->at[i]);
	json_line_close(to, '}');
}

/* words of signals and reasons quote the message: names, addresses, subjects */
static void put_signals(GString *to, const struct rcpt_signals *s, bool pii)
{
	open_object(to, "signals");
	for (size_t i = 0; i < DETECTOR_COUNT; i++) {
		const struct signal *one = &s->at[i];

		if (one->answer == ANSWER_NO)
			continue;
		json_line_name(to, detectors[i].name);
		if (one->answer == ANSWER_UNKNOWN)
			json_line_null(to);
		else
			json_line_text(to, pii && one->words != NULL ? one->words : "");
	}
	json_line_close(to, '}');
}

static void put_reasons(GString *to, const struct decision *d, bool pii)
{
	open_list(to, "reasons");
	for (size_t i = 0; i < d->n_reasons; i++) {
		json_line_open(to, '{');
		json_line_put_text(to, "rule", d->reasons[i].rule);
		json_line_put_text(to, "text", pii ? d->reasons[i].text : NULL);
		json_line_put_text(to, "axis", axis_names[d->reasons[i].axis]);
		json_line_put_int(to, "points", d->reasons[i].milli);
		json_line_close(to, '}');
	}
	json_line_close(to, ']');
}

static void put_watched(GString *to, const struct rcpt_hits *hits)
{
	bool any = false;

	for (size_t i = 0; i < hits->n; i++) {
		if (!hits->at[i].observed)
			continue;
		if (!any)
			open_list(to, "watched");
		any = true;
		json_line_text(to, hits->at[i].rule);
	}
	if (any)
		json_line_close(to, ']');
}

static void put_decision(GString *to, const struct decision *d, bool pii)
{
	json_line_put_text(to, "verdict", verdict_names[d->verdict]);
	json_line_put_text(to, "action", action_names[d->action]);
	json_line_put_text(to, "mode", mode_names[d->mode]);
	if (d->differs)
		json_line_put_text(to, "would", verdict_names[d->would]);
	json_line_put_text(to, "policy", d->policy != NULL ? d->policy->name : NULL);
	for (int i = 0; i < AXIS_COUNT; i++)
		json_line_put_int(to, axis_names[i], d->milli[i]);
	put_reasons(to, d, pii);
}

static void put_rcpt(GString *to, const struct record *r, size_t i)
{
	bool all = i < LIMIT_RECORD_RCPTS;

	json_line_open(to, '{');
	if (r->pii)
		json_line_put_text(to, "address", r->envelope->rcpts[i].address);
	json_line_put_text(to, "unresolved", r->envelope->rcpts[i].unresolved);
	if (r->decisions != NULL && i < r->decisions->n)
		put_decision(to, &r->decisions->at[i], r->pii);
	if (r->plan != NULL && i < r->plan->n_done)
		json_line_put_text(to, "done", action_names[r->plan->done[i]]);
	if (r->hits != NULL)
		put_watched(to, &r->hits[i]);
	if (r->frozen != NULL)
		json_line_put_text(to, "tests", r->frozen->rcpts[i]);
	if (all && r->facts != NULL && i < r->facts->n_rcpts &&
	    r->facts->rcpts[i].missing != 0)
		json_line_put_int(to, "unanswered", r->facts->rcpts[i].missing);
	if (r->hits != NULL && r->hits[i].overrun)
		json_line_put_bool(to, "overrun", true);
	if (all && r->signals != NULL)
		put_signals(to, &r->signals[i], r->pii);
	if (all && r->facts != NULL && i < r->facts->n_rcpts)
		put_facts(to, &r->facts->rcpts[i], r->pii);
	json_line_close(to, '}');
}

static void put_envelope(GString *to, const struct record *r)
{
	const struct envelope *env = r->envelope;

	json_line_put_text(to, "queue_id", env->queue_id);
	json_line_put_int(to, "time", env->received_s);
	json_line_put_bool(to, "internal", env->internal);
	if (r->pii) {
		json_line_put_text(to, "client", env->client_addr);
		json_line_put_text(to, "mail_from", env->mail_from);
		json_line_put_text(to, "client_name", env->client_name);
		json_line_put_text(to, "helo", env->helo);
	}
}

static void put_plan(GString *to, const struct plan *p)
{
	open_list(to, "headers");
	for (size_t i = 0; i < p->n_edits; i++)
		if (p->edits[i].kind == EDIT_INSERT_HEADER ||
		    p->edits[i].kind == EDIT_ADD_HEADER)
			json_line_text(to, p->edits[i].name);
	json_line_close(to, ']');
	json_line_put_text(to, "banner", p->banner);
	json_line_put_text(to, "remark", p->remark);
	char *ids = plan_hold_ids(p);

	json_line_put_text(to, "hold_id", ids);
	g_free(ids);
}

static void put_missing(GString *to, const struct record *r)
{
	unsigned all = record_missing(r);

	if (all == 0)
		return;
	open_list(to, "missing");
	for (int i = 0; i < MISSING_COUNT; i++)
		if ((all & 1u << i) != 0)
			json_line_text(to, missing_names[i]);
	json_line_close(to, ']');
}

static void put_times(GString *to, const struct record *r)
{
	open_object(to, "us");
	for (size_t i = 0; i < r->n_times; i++)
		json_line_put_int(to, r->times[i].stage, r->times[i].us);
	json_line_close(to, '}');
	if (r->facts == NULL)
		return;
	json_line_put_int(to, "store_us", r->facts->store_us);
	json_line_put_int(to, "store_keys", (int64_t)r->facts->keys_asked);
}

char *record_json(const struct record *r)
{
	GString *line = g_string_sized_new(USUAL_BYTES);

	json_line_open(line, '{');
	json_line_put_int(line, "v", RECORD_VERSION);
	json_line_put_text(line, "kind", record_kind_names[RECORD_KIND_DECISION]);
	json_line_put_text(line, "id", r->id);
	put_envelope(line, r);
	json_line_put_text(line, "rules", r->ruleset_id);
	json_line_put_text(line, "config", r->config_id);
	if (r->features != NULL)
		put_features(line, r->features, r->pii);
	if (r->frozen != NULL)
		json_line_put_text(line, "tests", r->frozen->message);
	if (r->plan != NULL)
		put_plan(line, r->plan);
	json_line_put_text(line, "told", disposition_names[r->disposition]);
	json_line_put_text(line, "failed", r->failed);
	json_line_put_text(line, "stopped", r->stopped);
	json_line_put_text(line, "slow", r->slow);
	json_line_put_bool(line, "degraded", r->degraded);
	put_missing(line, r);
	put_times(line, r);
	open_list(line, "rcpts");
	for (size_t i = 0; i < r->envelope->n_rcpts; i++)
		put_rcpt(line, r, i);
	json_line_close(line, ']');
	json_line_close(line, '}');
	return g_string_free(line, FALSE);
}
