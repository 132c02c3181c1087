/* From a line of JSON back to what was recorded. Types are checked field by field: a line may
 * be anything that lies in a file, and values that do not parse count as absent. */
#include "journal/recorded.h"

#include <jansson.h>

#include "base/error.h"
#include "base/limits.h"
#include "journal/kind.h"
#include "message/disguise.h"
#include "verdict/verdict.h"

#define KNOWN_VERSION 1

static const char *text_of(struct arena *a, const json_t *o, const char *name)
{
	return arena_strdup(a, json_string_value(json_object_get(o, name)));
}

static struct value list_value(struct arena *a, const json_t *list)
{
	size_t room = MIN(json_array_size(list), LIMIT_ADDRESSES), n = 0;
	const char **items = arena_new(a, const char *, room);

	for (size_t i = 0; i < room; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text != NULL)
			items[n++] = arena_strdup(a, text);
	}
	return value_of_list(items, n);
}

static struct value value_of_json(struct arena *a, const json_t *v, enum value_type type)
{
	if (v == NULL)
		return VALUE_ABSENT;
	if (type == VALUE_BOOL && json_is_boolean(v))
		return VALUE_OF_BOOL(json_is_true(v));
	if (type == VALUE_INT && json_is_integer(v))
		return VALUE_OF_INT(json_integer_value(v));
	if (type == VALUE_TEXT && json_is_string(v))
		return value_of_text(arena_strdup(a, json_string_value(v)));
	if (type == VALUE_LIST && json_is_array(v))
		return list_value(a, v);
	return VALUE_UNKNOWN;
}

static void read_values(struct arena *a, const json_t *o, const struct name_table *names,
			struct value *at)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct name_row *row = &names->rows[i];
		const char *former = name_table_former(names, i);
		const json_t *v = json_object_get(o, row->name);

		if (v == NULL && former != NULL)
			v = json_object_get(o, former);
		at[i] = value_of_json(a, v, row->type);
	}
}

/* n: there is no such word */
static int word_of(const json_t *o, const char *name, const char *const *words, int n)
{
	const char *word = json_string_value(json_object_get(o, name));
	int found = word == NULL ? -1 : word_find(words, (size_t)n, word);

	return found < 0 ? n : found;
}

static void read_reasons(struct arena *a, const json_t *list, struct recorded_rcpt *r)
{
	size_t room = MIN(json_array_size(list), LIMIT_RECORDED_RULES);
	struct reason *reasons = arena_new(a, struct reason, room);

	for (size_t i = 0; i < room; i++) {
		const json_t *one = json_array_get(list, i);
		const char *rule = text_of(a, one, "rule");

		if (rule == NULL)
			continue;
		reasons[r->n_reasons++] = (struct reason){
			.rule = rule,
			.axis = (enum axis)word_of(one, "axis", axis_names, AXIS_COUNT),
			.milli = json_integer_value(json_object_get(one, "points")),
		};
	}
	r->reasons = reasons;
}

/* Reasons begin with those that made the verdict, if there are any. */
static void find_decisive(struct recorded_rcpt *r)
{
	enum axis axis =
		r->verdict < VERDICT_COUNT ? verdict_axis(r->verdict) : AXIS_COUNT;

	r->axis = AXIS_COUNT;
	if (axis == AXIS_COUNT || r->n_reasons == 0 || r->reasons[0].axis != axis ||
	    r->reasons[0].milli <= 0)
		return;
	r->axis = axis;
	r->decisive = r->reasons[0].rule;
}

/* null: unknown; a text, which may be empty: yes; not there: no */
static const struct signal *read_signals(struct arena *a, const json_t *o)
{
	struct signal *signals = arena_new(a, struct signal, DETECTOR_COUNT);

	for (size_t i = 0; i < DETECTOR_COUNT; i++) {
		const json_t *v = json_object_get(o, detectors[i].name);

		signals[i].answer = v == NULL           ? ANSWER_NO
				    : json_is_string(v) ? ANSWER_YES
							: ANSWER_UNKNOWN;
		if (signals[i].answer == ANSWER_YES)
			signals[i].words = arena_strdup(a, json_string_value(v));
	}
	return signals;
}

static void read_evidence(struct arena *a, const json_t *o, struct recorded_rcpt *r)
{
	const json_t *facts = json_object_get(o, "facts");
	const json_t *signals = json_object_get(o, "signals");

	r->has_evidence = json_is_object(facts) && json_is_object(signals);
	r->tests = text_of(a, o, "tests");
	r->overrun = json_is_true(json_object_get(o, "overrun"));
	if (!r->has_evidence)
		return;
	r->facts.missing = (unsigned)json_integer_value(json_object_get(o, "unanswered"));
	read_values(a, facts, &fact_names, r->facts.at);
	r->signals = read_signals(a, signals);
}

static unsigned read_missing(const json_t *list)
{
	unsigned missing = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));
		int bit =
			word == NULL ? -1 : word_find(missing_names, MISSING_COUNT, word);

		if (bit >= 0)
			missing |= 1u << bit;
	}
	return missing;
}

static void read_rcpts(struct arena *a, const json_t *list, bool all, struct recorded *r)
{
	size_t n = MIN(json_array_size(list), LIMIT_RCPTS);
	struct recorded_rcpt *rcpts = arena_new(a, struct recorded_rcpt, n);

	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i);

		rcpts[i] = (struct recorded_rcpt){
			/* what the client wrote for it is nobody's address */
			.address = json_object_get(one, "unresolved") != NULL
					   ? NULL
					   : text_of(a, one, "address"),
			.verdict = (enum verdict)word_of(one, "verdict", verdict_names,
							 VERDICT_COUNT),
			.done = (enum action)word_of(one, "done", action_names,
						     ACTION_COUNT),
			.action = (enum action)word_of(one, "action", action_names,
						       ACTION_COUNT),
			.policy = text_of(a, one, "policy"),
		};
		read_reasons(a, json_object_get(one, "reasons"), &rcpts[i]);
		find_decisive(&rcpts[i]);
		if (all)
			read_evidence(a, one, &rcpts[i]);
	}
	r->rcpts = rcpts;
	r->n_rcpts = n;
}

static bool check(const json_t *all, const char *why, GError **e)
{
	int64_t version = json_integer_value(json_object_get(all, "v"));

	if (!json_is_object(all) || version < 1)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "not a record: %s",
			    all == NULL ? why : "it has no version");
	else if (version > KNOWN_VERSION)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "a record of version %" G_GINT64_FORMAT
			    ", newer than this program, which knows %d: update it",
			    version, KNOWN_VERSION);
	else if (record_kind_of(json_string_value(json_object_get(all, "kind"))) !=
		 RECORD_KIND_DECISION)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "a record of kind \"%.40s\", where decisions are expected",
			    json_string_value(json_object_get(all, "kind")));
	else
		return true;
	return false;
}

static void read_subject(struct arena *a, struct features *f)
{
	const struct value *subject = &f->at[FEATURE_SUBJECT];

	if (subject->known == ANSWER_YES)
		f->plain_subject = disguise_look(a, bytes_of(subject->text)).plain.at;
}

static bool read_line(struct arena *a, struct bytes line, bool everything,
		      struct recorded *r_r, GError **e)
{
	json_error_t why = { .text = "" };
	json_t *all = json_loadb(line.at, line.n, 0, &why);
	bool good = check(all, why.text, e);

	*r_r = (struct recorded){ 0 };
	if (good) {
		r_r->id = text_of(a, all, "id");
		r_r->queue_id = text_of(a, all, "queue_id");
		r_r->client = text_of(a, all, "client");
		r_r->mail_from = text_of(a, all, "mail_from");
		r_r->told = text_of(a, all, "told");
		r_r->hold_id = text_of(a, all, "hold_id");
		r_r->stopped = text_of(a, all, "stopped");
		r_r->time_s = json_integer_value(json_object_get(all, "time"));
		r_r->internal = json_is_true(json_object_get(all, "internal"));
		r_r->degraded = json_is_true(json_object_get(all, "degraded"));
		r_r->has_features = json_is_object(json_object_get(all, "features"));
		read_values(a, json_object_get(all, "features"), &feature_names,
			    r_r->features.at);
		r_r->rules = text_of(a, all, "rules");
		r_r->missing = read_missing(json_object_get(all, "missing"));
		if (everything) {
			r_r->tests = text_of(a, all, "tests");
			read_subject(a, &r_r->features);
		}
		read_rcpts(a, json_object_get(all, "rcpts"), everything, r_r);
	}
	json_decref(all);
	return good;
}

bool recorded_read(struct arena *a, struct bytes line, struct recorded *r_r, GError **e)
{
	return read_line(a, line, false, r_r, e);
}

bool recorded_read_all(struct arena *a, struct bytes line, struct recorded *r_r,
		       GError **e)
{
	return read_line(a, line, true, r_r, e);
}
