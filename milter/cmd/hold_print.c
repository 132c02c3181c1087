/* All texts of a hold are foreign: nothing of them reaches a terminal as it is. */
#include "cmd/hold_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json_line.h"
#include "base/printable.h"
#include "cmd/listing.h"

enum { NAME_BYTES = 60, ADDRESS_BYTES = 320, TEXT_BYTES = 2000 };

const char *const hold_state_names[HOLD_STATE_COUNT] = { "held", "released", "deleted",
							 "expired" };

/* what is known of a recipient's part beyond its state; NULL: nothing */
static const char *doubt_of(const struct hold *h, const struct hold_rcpt *r)
{
	if (r->state != HOLD_HELD)
		return NULL;
	if (r->sent == HOLD_SENT)
		return "handed over by a release that could not be noted";
	if (r->sent == HOLD_MAYBE_SENT)
		return "may have been delivered by a release that was broken off";
	return h->may_be_delivered ? "may have been delivered when it came" : NULL;
}

static void put_from(const struct hold *h)
{
	bool named = h->name != NULL && h->name[0] != '\0';

	if (named) {
		listing_put_text(h->name, NAME_BYTES);
		fputs(" <", stdout);
	}
	listing_put_text(h->from, NAME_BYTES);
	if (named)
		putchar('>');
}

/* "threat 12, spam 3.5"; nothing where there are none, or they were not kept */
static void put_points(const struct hold_rcpt *r, const char *before)
{
	for (size_t axis = 0; axis < AXIS_COUNT; axis++) {
		if (r->milli[axis] == 0)
			continue;
		printf("%s%s %g", before, axis_names[axis],
		       (double)r->milli[axis] / 1000);
		before = ", ";
	}
}

void hold_print_header(void)
{
	listing_header("HOLD  RECEIVED  FROM  \"SUBJECT\"  CLIENT\n"
		       "    STATE     VERDICT    RECIPIENT  POINTS  RULE");
}

static void print_rcpt_row(const struct hold *h, const struct hold_rcpt *r)
{
	const char *doubt = doubt_of(h, r);

	printf("    %-9s %-10s to ", hold_state_names[r->state],
	       r->verdict != NULL ? r->verdict : "");
	listing_put_text(r->address, ADDRESS_BYTES);
	put_points(r, "  ");
	if (r->rule != NULL) {
		fputs("  by ", stdout);
		listing_put_text(r->rule, NAME_BYTES);
	}
	if (doubt != NULL)
		printf(", %s", doubt);
	putchar('\n');
}

void hold_print_row(const struct hold *h)
{
	char *when = listing_time(h->received_s);

	printf("%s  %s  ", h->id, when);
	put_from(h);
	fputs("  \"", stdout);
	listing_put_text(h->subject, NAME_BYTES);
	putchar('"');
	if (h->client != NULL) {
		fputs("  from ", stdout);
		listing_put_text(h->client, NAME_BYTES);
	}
	if (h->seen > 1)
		printf("  (seen %" PRIu64 " times)", h->seen);
	putchar('\n');
	for (size_t i = 0; i < h->n_rcpts; i++)
		print_rcpt_row(h, &h->rcpts[i]);
	g_free(when);
}

static void print_label(const char *label, const char *text)
{
	char *safe = printable(text, TEXT_BYTES);

	printf("%-11s %s\n", label, safe);
	g_free(safe);
}

static void print_time(const char *label, int64_t s)
{
	char *text = listing_time(s);

	print_label(label, text);
	g_free(text);
}

static void print_known(const char *label, const char *text)
{
	if (text != NULL && text[0] != '\0')
		print_label(label, text);
}

/* One line of struct hold_rcpt's hits, taken apart in place. */
struct one_hit {
	const char *rule, *axis;
	int64_t milli;
};

static bool read_hit(char *line, struct one_hit *hit_r)
{
	char *axis = strchr(line, ' ');
	char *milli = axis == NULL ? NULL : strchr(axis + 1, ' ');

	if (milli == NULL)
		return false;
	*axis++ = *milli++ = '\0';
	*hit_r = (struct one_hit){ .rule = line,
				   .axis = axis,
				   .milli = g_ascii_strtoll(milli, NULL, 10) };
	return true;
}

static void print_hits(const struct hold_rcpt *r)
{
	char **lines = g_strsplit(r->hits != NULL ? r->hits : "", "\n", -1);
	struct one_hit hit;

	for (char **line = lines; *line != NULL; line++) {
		if (!read_hit(*line, &hit))
			continue;
		printf("%-11s %+g ", "rule", (double)hit.milli / 1000);
		listing_put_text(hit.axis, NAME_BYTES);
		fputs(", ", stdout);
		listing_put_text(hit.rule, NAME_BYTES);
		puts(g_strcmp0(hit.rule, r->rule) == 0 ? ", which decided" : "");
	}
	g_strfreev(lines);
}

/* the hits of one recipient, where they are not those of the one before */
static void print_rcpt(const struct hold *h, size_t i)
{
	const struct hold_rcpt *r = &h->rcpts[i];
	const char *doubt = doubt_of(h, r);

	printf("%-11s ", "recipient");
	listing_put_text(r->address, ADDRESS_BYTES);
	printf(", %s, %s", r->verdict != NULL ? r->verdict : "?",
	       hold_state_names[r->state]);
	put_points(r, ", ");
	putchar('\n');
	if (i == 0 || g_strcmp0(r->hits, r[-1].hits) != 0)
		print_hits(r);
	if (doubt == NULL)
		return;
	printf("%-11s ", "doubt");
	listing_put_text(r->address, ADDRESS_BYTES);
	printf(", %s\n", doubt);
}

static void print_seen(const struct hold *h)
{
	char *last = listing_time(h->seen_s);

	printf("%-11s %" PRIu64 " times, last %s\n", "seen", h->seen, last);
	g_free(last);
}

void hold_print_all(const struct hold *h)
{
	char **reasons = g_strsplit(h->reasons != NULL ? h->reasons : "", "\n", -1);

	print_label("id", h->id);
	print_label("queue id", h->queue_id);
	print_known("tenant", h->tenant);
	print_time("received", h->received_s);
	if (h->seen > 1)
		print_seen(h);
	print_time("expires", h->expires_s);
	print_known("client", h->client);
	print_label("mail from", h->mail_from);
	print_known("name", h->name);
	print_label("from", h->from);
	print_label("subject", h->subject);
	print_label("message-id", h->message_id);
	printf("%-11s %zu bytes\n", "size", h->bytes);
	for (size_t i = 0; i < h->n_rcpts; i++)
		print_rcpt(h, i);
	for (char **reason = reasons; *reason != NULL; reason++)
		print_label("reason", *reason);
	g_strfreev(reasons);
}

/* ---- JSON ---- */

static void json_hits(GString *out, const struct hold_rcpt *r)
{
	char **lines = g_strsplit(r->hits != NULL ? r->hits : "", "\n", -1);
	struct one_hit hit;

	json_line_name(out, "hits");
	json_line_open(out, '[');
	for (char **line = lines; *line != NULL; line++) {
		if (!read_hit(*line, &hit))
			continue;
		json_line_open(out, '{');
		listing_json_text(out, "rule", hit.rule);
		listing_json_text(out, "axis", hit.axis);
		listing_json_int(out, "milli", hit.milli);
		json_line_close(out, '}');
	}
	json_line_close(out, ']');
	g_strfreev(lines);
}

static void json_rcpt(GString *out, const struct hold *h, const struct hold_rcpt *r)
{
	json_line_open(out, '{');
	listing_json_text(out, "address", r->address);
	listing_json_text(out, "verdict", r->verdict);
	listing_json_text(out, "state", hold_state_names[r->state]);
	listing_json_text(out, "doubt", doubt_of(h, r));
	listing_json_text(out, "rule", r->rule);
	for (size_t axis = 0; r->hits != NULL && axis < AXIS_COUNT; axis++) {
		char *name = g_strdup_printf("%s_milli", axis_names[axis]);

		listing_json_int(out, name, r->milli[axis]);
		g_free(name);
	}
	json_hits(out, r);
	json_line_close(out, '}');
}

static void json_reasons(GString *out, const char *reasons)
{
	char **lines = g_strsplit(reasons != NULL ? reasons : "", "\n", -1);

	listing_json_texts(out, "reasons", (const char *const *)lines,
			   g_strv_length(lines));
	g_strfreev(lines);
}

void hold_print_json(const struct hold *h)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "id", h->id);
	listing_json_text(out, "queue_id", h->queue_id);
	listing_json_text(out, "tenant", h->tenant);
	listing_json_int(out, "received_s", h->received_s);
	listing_json_int(out, "expires_s", h->expires_s);
	listing_json_text(out, "client", h->client);
	listing_json_text(out, "mail_from", h->mail_from);
	listing_json_text(out, "name", h->name);
	listing_json_text(out, "from", h->from);
	listing_json_text(out, "subject", h->subject);
	listing_json_text(out, "message_id", h->message_id);
	listing_json_int(out, "bytes", (int64_t)h->bytes);
	listing_json_int(out, "seen", (int64_t)MAX(h->seen, 1));
	json_line_name(out, "recipients");
	json_line_open(out, '[');
	for (size_t i = 0; i < h->n_rcpts; i++)
		json_rcpt(out, h, &h->rcpts[i]);
	json_line_close(out, ']');
	json_reasons(out, h->reasons);
	listing_json_print(out);
}
