/* From a line of JSON back to what was recorded. Types are checked field by field: a line may
 * be anything that lies in a file, and values that do not parse count as absent. */
#include "journal/recorded.h"

#include <jansson.h>

#include "base/error.h"
#include "base/limits.h"
#include "journal/kind.h"

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

static void read_features(struct arena *a, const json_t *o, struct recorded *r)
{
	r->has_features = json_is_object(o);
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		const struct name_row *row = &feature_names.rows[i];

		const char *former = name_table_former(&feature_names, i);
		const json_t *v = json_object_get(o, row->name);

		if (v == NULL && former != NULL)
			v = json_object_get(o, former);
		r->features.at[i] = value_of_json(a, v, row->type);
	}
}

/* n: there is no such word */
static int word_of(const json_t *o, const char *name, const char *const *words, int n)
{
	const char *word = json_string_value(json_object_get(o, name));
	int found = word == NULL ? -1 : word_find(words, (size_t)n, word);

	return found < 0 ? n : found;
}

static void read_rules(struct arena *a, const json_t *reasons, struct recorded_rcpt *r)
{
	size_t room = MIN(json_array_size(reasons), LIMIT_RECORDED_RULES);
	const char **rules = arena_new(a, const char *, room);

	for (size_t i = 0; i < room; i++) {
		const char *rule = text_of(a, json_array_get(reasons, i), "rule");

		if (rule != NULL)
			rules[r->n_rules++] = rule;
	}
	r->rules = rules;
}

static void read_rcpts(struct arena *a, const json_t *list, struct recorded *r)
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
		};
		read_rules(a, json_object_get(one, "reasons"), &rcpts[i]);
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

bool recorded_read(struct arena *a, struct bytes line, struct recorded *r_r, GError **e)
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
		read_features(a, json_object_get(all, "features"), r_r);
		read_rcpts(a, json_object_get(all, "rcpts"), r_r);
	}
	json_decref(all);
	return good;
}
