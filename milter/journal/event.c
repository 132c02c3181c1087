/* Events to JSON and back. A line may be anything that lies in a file: an event that is not
 * whole is none. */
#include "journal/event.h"

#include <jansson.h>

#include "base/error.h"
#include "base/json_line.h"
#include "base/limits.h"
#include "config/words.h"

#define EVENT_VERSION 1

static const char *const said_names[EVENT_SAID_COUNT] = { "set", "forget" };

static void put_int(GString *to, const char *name, int64_t n)
{
	if (n != 0)
		json_line_put_int(to, name, n);
}

static void put_feedback(GString *to, const struct event *ev)
{
	const struct received *r = &ev->received;

	bool review = ev->kind == RECORD_KIND_REVIEW;

	if (review)
		json_line_put_text(to, "act", ev->review);
	if (ev->feedback < FEEDBACK_COUNT)
		json_line_put_text(to, review ? "teaches" : "act",
				   feedback_rows[ev->feedback].word);
	json_line_put_text(to, "message", ev->message);
	json_line_put_bool(to, "mass", ev->mass);
	put_int(to, "received_s", r->time_s);
	json_line_put_text(to, "sender", r->sender);
	json_line_put_text(to, "org", r->org);
	json_line_put_text(to, "list", r->list_id);
	json_line_put_bool(to, "proven", r->proven);
	json_line_name(to, "signers");
	json_line_open(to, '[');
	for (size_t i = 0; i < r->n_signers; i++)
		json_line_text(to, r->signers[i]);
	json_line_close(to, ']');
}

static void put_preference(GString *to, const struct event *ev)
{
	json_line_put_text(to, "act", said_names[ev->said]);
	json_line_put_text(to, "entry", ev->entry);
	json_line_put_text(to, "wants", preference_names[ev->wants]);
	json_line_put_text(to, "signer", ev->signer);
	put_int(to, "expires_s", ev->expires_s);
}

char *event_json(const struct event *ev)
{
	GString *line = g_string_new(NULL);

	g_assert(ev->id != NULL && ev->tenant != NULL && ev->mailbox != NULL);
	json_line_open(line, '{');
	put_int(line, "v", EVENT_VERSION);
	json_line_put_text(line, "kind", record_kind_names[ev->kind]);
	json_line_put_text(line, "id", ev->id);
	put_int(line, "time_ms", ev->time_ms);
	json_line_put_text(line, "tenant", ev->tenant);
	json_line_put_text(line, "mailbox", ev->mailbox);
	json_line_put_text(line, "by", ev->by);
	if (ev->kind == RECORD_KIND_PREFERENCE)
		put_preference(line, ev);
	else
		put_feedback(line, ev);
	json_line_close(line, '}');
	return g_string_free(line, FALSE);
}

static const char *text_of(struct arena *a, const json_t *o, const char *name)
{
	return arena_strdup(a, json_string_value(json_object_get(o, name)));
}

static int64_t int_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static void read_signers(struct arena *a, const json_t *list, struct received *r)
{
	const char **all = arena_new(a, const char *, LIMIT_SIGNERS);

	for (size_t i = 0; i < json_array_size(list) && r->n_signers < LIMIT_SIGNERS;
	     i++) {
		const char *one = json_string_value(json_array_get(list, i));

		if (one != NULL)
			all[r->n_signers++] = arena_strdup(a, one);
	}
	r->signers = all;
}

/* NULL: it is whole; else the member that is missing or wrong */
static const char *read_feedback(struct arena *a, const json_t *o, struct event *ev)
{
	bool review = ev->kind == RECORD_KIND_REVIEW;
	const char *word =
		json_string_value(json_object_get(o, review ? "teaches" : "act"));

	ev->review = review ? text_of(a, o, "act") : NULL;
	ev->feedback = word == NULL ? FEEDBACK_COUNT : feedback_find(word);
	ev->message = text_of(a, o, "message");
	ev->mass = json_is_true(json_object_get(o, "mass"));
	ev->received = (struct received){
		.time_s = int_of(o, "received_s"),
		.sender = text_of(a, o, "sender"),
		.org = text_of(a, o, "org"),
		.list_id = text_of(a, o, "list"),
		.proven = json_is_true(json_object_get(o, "proven")),
	};
	read_signers(a, json_object_get(o, "signers"), &ev->received);
	if (review ? ev->review == NULL : ev->feedback == FEEDBACK_COUNT)
		return "act";
	if (word != NULL && ev->feedback == FEEDBACK_COUNT)
		return "teaches";
	return ev->message == NULL || *ev->message == '\0' ? "message" : NULL;
}

static const char *read_preference(struct arena *a, const json_t *o, struct event *ev)
{
	const char *act = json_string_value(json_object_get(o, "act"));
	const char *wants = json_string_value(json_object_get(o, "wants"));
	int said = act == NULL ? -1 : word_find(said_names, EVENT_SAID_COUNT, act);
	int kind = wants == NULL ? PREFERENCE_NONE
				 : word_find(preference_names, PREFERENCE_COUNT, wants);

	ev->entry = text_of(a, o, "entry");
	ev->signer = text_of(a, o, "signer");
	ev->expires_s = int_of(o, "expires_s");
	if (said < 0)
		return "act";
	ev->said = (enum event_said)said;
	if (kind < 0)
		return "wants";
	ev->wants = (enum preference_kind)kind;
	return ev->entry == NULL || *ev->entry == '\0' ? "entry" : NULL;
}

static const char *read_members(struct arena *a, const json_t *o, struct event *ev)
{
	ev->kind = record_kind_of(json_string_value(json_object_get(o, "kind")));
	ev->id = text_of(a, o, "id");
	ev->time_ms = int_of(o, "time_ms");
	ev->tenant = text_of(a, o, "tenant");
	ev->mailbox = text_of(a, o, "mailbox");
	ev->by = text_of(a, o, "by");
	if (int_of(o, "v") != EVENT_VERSION)
		return "v";
	if (ev->id == NULL)
		return "id";
	if (ev->time_ms <= 0)
		return "time_ms";
	if (ev->tenant == NULL || *ev->tenant == '\0')
		return "tenant";
	if (ev->mailbox == NULL || *ev->mailbox == '\0')
		return "mailbox";
	if (ev->kind == RECORD_KIND_FEEDBACK || ev->kind == RECORD_KIND_REVIEW)
		return read_feedback(a, o, ev);
	return ev->kind == RECORD_KIND_PREFERENCE ? read_preference(a, o, ev) : "kind";
}

bool event_read(struct arena *a, struct bytes line, struct event *ev_r, GError **e)
{
	json_error_t why = { .text = "" };
	json_t *o = json_loadb(line.at, line.n, 0, &why);
	const char *wrong = NULL;

	*ev_r = (struct event){ .kind = RECORD_KIND_COUNT };
	if (json_is_object(o))
		wrong = read_members(a, o, ev_r);
	if (wrong != NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "no event: \"%s\" is missing or not known here", wrong);
	else if (!json_is_object(o))
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "no event: %s",
			    o == NULL ? why.text : "no object");
	bool good = wrong == NULL && json_is_object(o);

	json_decref(o);
	return good;
}
