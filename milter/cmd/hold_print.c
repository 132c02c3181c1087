/* All texts of a hold are foreign: nothing of them reaches a terminal as it is. */
#include "cmd/hold_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "cmd/listing.h"
#include "quarantine/hold_json.h"

enum { NAME_BYTES = 60, ADDRESS_BYTES = 320, TEXT_BYTES = 2000 };

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
	const char *doubt = hold_doubt(h, r);

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

static void print_hits(const struct hold_rcpt *r)
{
	const char *at = r->hits;
	struct hold_hit hit;

	while (hold_hit_next(&at, &hit)) {
		printf("%-11s %+g ", "rule", (double)hit.milli / 1000);
		listing_put_text(hit.axis, NAME_BYTES);
		fputs(", ", stdout);
		listing_put_text(hit.rule, NAME_BYTES);
		puts(g_strcmp0(hit.rule, r->rule) == 0 ? ", which decided" : "");
	}
}

/* the hits of one recipient, where they are not those of the one before */
static void print_rcpt(const struct hold *h, size_t i)
{
	const struct hold_rcpt *r = &h->rcpts[i];
	const char *doubt = hold_doubt(h, r);

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

void hold_print_json(const struct hold *h)
{
	GString *out = g_string_new(NULL);

	hold_json_append(out, h);
	puts(out->str);
	g_string_free(out, TRUE);
}
