#include "review/filter.h"

#include <inttypes.h>
#include <string.h>

#include "base/compiler.h"
#include "quarantine/describe.h"

#define TEXT_BYTES 200

static const char *const fields[] = { "q",          "verdict", "rule",
				      "decided_by", "from",    "to",
				      "since",      "state",   "only_because",
				      "campaign",   NULL };

static const struct {
	const char *word;
	int64_t s;
} spans[] = {
	{ "1h", 3600 },
	{ "1d", 86400 },
	{ "7d", 7 * 86400 },
	{ "30d", 30 * 86400 },
};

const char *const *filter_fields(void)
{
	return fields;
}

/* a field's text; NULL where there is none */
static const char *text_of(const struct form *f, const char *name)
{
	const char *text = form_text(f, name);

	return text[0] == '\0' ? NULL : text;
}

static bool read_since(const char *word, int64_t now_s, int64_t *since_r)
{
	for (size_t i = 0; word != NULL && i < COUNT_OF(spans); i++) {
		if (strcmp(word, spans[i].word) != 0)
			continue;
		*since_r = now_s - spans[i].s;
		return true;
	}
	return word == NULL;
}

static bool read_state(const char *word, struct hold_filter *h)
{
	int state = word == NULL ? HOLD_HELD
				 : word_find(hold_state_names, HOLD_STATE_COUNT, word);

	h->all_states = word != NULL && strcmp(word, "all") == 0;
	if (state >= 0)
		h->state = (enum hold_state)state;
	return state >= 0 || h->all_states;
}

/* "SECONDS-ID" */
static bool read_cursor(const char *text, struct list_filter *filter)
{
	char *end = NULL;

	if (text == NULL)
		return true;
	filter->of.before_s = g_ascii_strtoll(text, &end, 10);
	if (end == text || *end != '-' || end[1] == '\0')
		return false;
	filter->cursor_id = g_strdup(end + 1);
	filter->of.before_id = filter->cursor_id;
	return true;
}

const char *filter_read(const struct form *f, const struct options *o, int64_t now_s,
			struct list_filter *filter_r)
{
	struct hold_filter *h = &filter_r->of;
	const char *verdict = text_of(f, "verdict");

	*filter_r = (struct list_filter){ 0 };
	h->parts = (struct hold_parts){
		.rcpt = text_of(f, "to"),
		.rule = text_of(f, "rule"),
		.verdict = verdict,
		.decided_by = text_of(f, "decided_by"),
		.only_because = text_of(f, "only_because") != NULL ? o : NULL,
	};
	h->from = text_of(f, "from");
	h->text = text_of(f, "q");
	h->campaign = text_of(f, "campaign");
	for (const char *const *name = fields; *name != NULL; name++)
		if (strlen(form_text(f, *name)) > TEXT_BYTES)
			return "a field of the filter is too long";
	if (verdict != NULL && word_find(verdict_names, VERDICT_COUNT, verdict) < 0)
		return "there is no such verdict";
	if (!read_since(text_of(f, "since"), now_s, &h->since_s))
		return "since is 1h, 1d, 7d or 30d";
	if (!read_state(text_of(f, "state"), h))
		return "state is held, released, deleted, expired or all";
	if (!read_cursor(text_of(f, "cursor"), filter_r))
		return "the cursor is none of ours";
	return NULL;
}

void filter_clear(struct list_filter *filter)
{
	g_clear_pointer(&filter->cursor_id, g_free);
}

char *filter_query(const char *path, const struct form *f)
{
	GString *query = g_string_new(path);

	for (const char *const *name = fields; *name != NULL; name++)
		query_add(query, *name, form_get(f, *name));
	return g_string_free(query, FALSE);
}

char *filter_cursor(const struct hold *h)
{
	return g_strdup_printf("%" PRId64 "-%s", h->received_s, h->id);
}
