#include "quarantine/hold_json.h"

#include "base/json_line.h"
#include "quarantine/describe.h"

static void add_text(GString *out, const char *name, const char *text)
{
	json_line_name(out, name);
	if (text == NULL)
		json_line_null(out);
	else
		json_line_text(out, text);
}

static void add_int(GString *out, const char *name, int64_t n)
{
	json_line_name(out, name);
	json_line_int(out, n);
}

static void add_hits(GString *out, const struct hold_rcpt *r)
{
	const char *at = r->hits;
	struct hold_hit hit;

	json_line_name(out, "hits");
	json_line_open(out, '[');
	while (hold_hit_next(&at, &hit)) {
		json_line_open(out, '{');
		add_text(out, "rule", hit.rule);
		add_text(out, "axis", hit.axis);
		add_int(out, "milli", hit.milli);
		json_line_close(out, '}');
	}
	json_line_close(out, ']');
}

static void add_rcpt(GString *out, const struct hold *h, const struct hold_rcpt *r)
{
	json_line_open(out, '{');
	add_text(out, "address", r->address);
	add_text(out, "verdict", r->verdict);
	add_text(out, "state", hold_state_names[r->state]);
	add_text(out, "doubt", hold_doubt(h, r));
	add_text(out, "rule", r->rule);
	for (size_t axis = 0; r->hits != NULL && axis < AXIS_COUNT; axis++) {
		char *name = g_strdup_printf("%s_milli", axis_names[axis]);

		add_int(out, name, r->milli[axis]);
		g_free(name);
	}
	add_hits(out, r);
	json_line_close(out, '}');
}

static void add_reasons(GString *out, const char *reasons)
{
	char **lines = reasons == NULL || reasons[0] == '\0'
			       ? NULL
			       : g_strsplit(reasons, "\n", -1);

	json_line_name(out, "reasons");
	json_line_open(out, '[');
	for (char **line = lines; line != NULL && *line != NULL; line++)
		json_line_text(out, *line);
	json_line_close(out, ']');
	g_strfreev(lines);
}

void hold_json_append(GString *out, const struct hold *h)
{
	json_line_open(out, '{');
	add_text(out, "id", h->id);
	add_text(out, "queue_id", h->queue_id);
	add_text(out, "tenant", h->tenant);
	add_int(out, "received_s", h->received_s);
	add_int(out, "expires_s", h->expires_s);
	add_text(out, "client", h->client);
	add_text(out, "mail_from", h->mail_from);
	add_text(out, "name", h->name);
	add_text(out, "from", h->from);
	add_text(out, "subject", h->subject);
	add_text(out, "message_id", h->message_id);
	add_text(out, "campaign", h->campaign);
	add_int(out, "bytes", (int64_t)h->bytes);
	add_int(out, "seen", (int64_t)MAX(h->seen, 1));
	json_line_name(out, "recipients");
	json_line_open(out, '[');
	for (size_t i = 0; i < h->n_rcpts; i++)
		add_rcpt(out, h, &h->rcpts[i]);
	json_line_close(out, ']');
	add_reasons(out, h->reasons);
	json_line_close(out, '}');
}
