/* What is held: a form with filters, a table, and what can be done with the rows that are
 * chosen. Its cost grows with the page, not with what is held. */
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/printable.h"
#include "quarantine/describe.h"
#include "review/filter.h"
#include "review/handlers.h"
#include "review/layout.h"

#define PAGE_ROWS 50
#define RCPTS_SHOWN 2
/* of a row, as HTML: 50 of them and what is around are less than 60 KB, whatever is in them */
#define SUBJECT_BYTES 100
#define REASON_BYTES 120
#define ADDRESS_BYTES 60
#define ESCAPED_BYTES 8 /* "&quot;", "\u{202E}" */

struct listing {
	struct exchange *x;
	size_t n;
	bool more;
	char *cursor; /* of the last row */
};

/* ---- filters ---- */

static void option(struct page *p, const char *value, const char *text, const char *now)
{
	page_open(p, "option", "value", value, "selected",
		  strcmp(value, now) == 0 ? "" : NULL, NULL);
	page_text(p, text);
	page_close(p, "option");
}

static void label(struct page *p, const char *name, const char *text)
{
	page_open(p, "label", "for", name, NULL);
	page_text(p, text);
	page_close(p, "label");
}

static void input(struct exchange *x, const char *name, const char *text,
		  const char *type)
{
	struct page *p = &x->page;

	page_open(p, "div", NULL);
	label(p, name, text);
	page_open(p, "input", "type", type, "id", name, "name", name, "value",
		  form_text(x->request->query, name), "maxlength", "200", NULL);
	page_close(p, "div");
}

static void choose_begin(struct page *p, const char *name, const char *text)
{
	page_open(p, "div", NULL);
	label(p, name, text);
	page_open(p, "select", "id", name, "name", name, NULL);
}

static void choose_end(struct page *p)
{
	page_close(p, "select");
	page_close(p, "div");
}

static void choose_verdict(struct exchange *x)
{
	const char *now = form_text(x->request->query, "verdict");

	choose_begin(&x->page, "verdict", "Verdict");
	option(&x->page, "", "any", now);
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		option(&x->page, verdict_names[i], verdict_names[i], now);
	choose_end(&x->page);
}

static void choose_since(struct exchange *x)
{
	const char *now = form_text(x->request->query, "since");

	choose_begin(&x->page, "since", "Received");
	option(&x->page, "", "at any time", now);
	option(&x->page, "1h", "in the last hour", now);
	option(&x->page, "1d", "in the last day", now);
	option(&x->page, "7d", "in the last week", now);
	option(&x->page, "30d", "in the last month", now);
	choose_end(&x->page);
}

static void choose_state(struct exchange *x)
{
	const char *now = form_text(x->request->query, "state");

	choose_begin(&x->page, "state", "State");
	option(&x->page, "", "held", now);
	for (size_t i = HOLD_RELEASED; i < HOLD_STATE_COUNT; i++)
		option(&x->page, hold_state_names[i], hold_state_names[i], now);
	option(&x->page, "all", "any", now);
	choose_end(&x->page);
}

static bool is_filtered(const struct form *f)
{
	for (const char *const *name = filter_fields(); *name != NULL; name++)
		if (strcmp(*name, "q") != 0 && form_text(f, *name)[0] != '\0')
			return true;
	return false;
}

static void filters(struct exchange *x)
{
	struct page *p = &x->page;
	bool wide = exchange_role(x) >= ROLE_REVIEWER;

	page_open(p, "form", "method", "get", "action", "/", "class", "filters", "role",
		  "search", NULL);
	input(x, "q", "Search sender, subject, reasons, text", "search");
	page_open(p, "details", "open", is_filtered(x->request->query) ? "" : NULL, NULL);
	page_element(p, "summary", NULL, "More filters");
	page_open(p, "div", "class", "more", NULL);
	choose_verdict(x);
	choose_since(x);
	choose_state(x);
	input(x, "from", "From", "text");
	if (wide) {
		input(x, "to", "To", "text");
		input(x, "rule", "Rule", "text");
	}
	page_close(p, "div");
	page_close(p, "details");
	page_button(p, "go", "1", NULL, "Show");
	page_close(p, "form");
}

/* ---- rows ---- */

static const struct hold_rcpt *worst(const struct hold *h)
{
	const struct hold_rcpt *worst = NULL;
	int most = -1;

	for (size_t i = 0; i < h->n_rcpts; i++) {
		int v = h->rcpts[i].verdict == NULL
				? 0
				: word_find(verdict_names, VERDICT_COUNT,
					    h->rcpts[i].verdict);

		if (v > most) {
			most = v;
			worst = &h->rcpts[i];
		}
	}
	return worst;
}

/* as much of a text as a row has room for, as HTML: what is escaped there takes more */
static char *cut(const char *text, size_t most)
{
	char *valid = g_utf8_make_valid(text, -1), *at = valid;
	size_t room = most;

	for (; *at != '\0'; at = g_utf8_next_char(at)) {
		bool plain = shows_itself(g_utf8_get_char(at)) &&
			     strchr("&<>\"'", *at) == NULL;
		size_t n = plain ? (size_t)(g_utf8_next_char(at) - at) : ESCAPED_BYTES;

		if (n > room)
			break;
		room -= n;
	}
	char *words = *at == '\0' ? g_strdup(valid)
				  : g_strdup_printf("%.*s…", (int)(at - valid), valid);

	g_free(valid);
	return words;
}

static void cell_begin(struct page *p, const char *css, const char *name)
{
	page_open(p, "td", "class", css, "data-label", name, NULL);
}

static void choose_row(struct page *p, const struct hold *h, const char *subject)
{
	char *from = cut(h->from != NULL ? h->from : "(no sender)", ADDRESS_BYTES);
	char *name = g_strdup_printf("Select: %s, from %s", subject, from);

	cell_begin(p, "choose", NULL);
	page_open(p, "input", "type", "checkbox", "name", "id", "value", h->id,
		  "aria-label", name, NULL);
	page_close(p, "td");
	g_free(name);
	g_free(from);
}

static void rcpts_cell(struct page *p, const struct hold *h)
{
	cell_begin(p, "rcpts", "To");
	for (size_t i = 0; i < MIN(h->n_rcpts, RCPTS_SHOWN); i++) {
		if (i > 0)
			page_open(p, "br", NULL);
		char *address = cut(h->rcpts[i].address, ADDRESS_BYTES);

		page_element(p, "bdi", NULL, address);
		g_free(address);
	}
	if (h->n_rcpts > RCPTS_SHOWN)
		page_printf(p, " and %zu more", h->n_rcpts - RCPTS_SHOWN);
	page_close(p, "td");
}

static void verdict_cell(struct exchange *x, const struct hold *h)
{
	const struct hold_rcpt *r = worst(h);
	struct page *p = &x->page;

	cell_begin(p, NULL, "Verdict");
	layout_verdict(x, r == NULL ? NULL : r->verdict);
	if (r != NULL && r->state != HOLD_HELD)
		page_element(p, "span", "state", hold_state_names[r->state]);
	page_close(p, "td");
}

static void subject_cell(struct page *p, const struct hold *h, const char *subject)
{
	char *path = path_join("/hold/", h->id, "");
	const char *reasons = h->reasons != NULL ? h->reasons : "";
	char *first = g_strndup(reasons, strcspn(reasons, "\n"));
	char *reason = cut(first, REASON_BYTES);

	page_open(p, "th", "scope", "row", NULL);
	page_open(p, "a", "href", path, NULL);
	page_element(p, "bdi", NULL, subject);
	page_close(p, "a");
	if (reason[0] != '\0')
		page_element(p, "small", NULL, reason);
	page_close(p, "th");
	g_free(reason);
	g_free(first);
	g_free(path);
}

static void sender_cell(struct exchange *x, const struct hold *h)
{
	char *name = h->name == NULL ? NULL : cut(h->name, ADDRESS_BYTES);
	char *from = h->from == NULL ? NULL : cut(h->from, ADDRESS_BYTES);
	char *mail_from = cut(h->mail_from, ADDRESS_BYTES);
	const struct hold shown = { .name = name, .from = from, .mail_from = mail_from };

	layout_sender(x, &shown);
	g_free(mail_from);
	g_free(from);
	g_free(name);
}

static void row(struct exchange *x, const struct hold *h)
{
	struct page *p = &x->page;
	char *subject = cut(h->subject != NULL && h->subject[0] != '\0' ? h->subject
									: "(no subject)",
			    SUBJECT_BYTES);

	page_open(p, "tr", NULL);
	choose_row(p, h, subject);
	subject_cell(p, h, subject);
	cell_begin(p, "from", "From");
	sender_cell(x, h);
	page_close(p, "td");
	if (exchange_role(x) >= ROLE_REVIEWER)
		rcpts_cell(p, h);
	verdict_cell(x, h);
	cell_begin(p, "when", "Received");
	page_time(p, h->received_s);
	page_close(p, "td");
	page_close(p, "tr");
	g_free(subject);
}

static void column(struct page *p, const char *text)
{
	page_open(p, "th", "scope", "col", NULL);
	page_text(p, text);
	page_close(p, "th");
}

static void table_begin(struct exchange *x)
{
	struct page *p = &x->page;

	page_open(p, "table", "class", "holds", NULL);
	page_element(p, "caption", NULL, "Newest first");
	page_open(p, "thead", NULL);
	page_open(p, "tr", NULL);
	column(p, "Select");
	column(p, "Subject and first reason");
	column(p, "From");
	if (exchange_role(x) >= ROLE_REVIEWER)
		column(p, "To");
	column(p, "Verdict");
	column(p, "Received");
	page_close(p, "tr");
	page_close(p, "thead");
	page_open(p, "tbody", NULL);
}

static bool list_one(const struct hold *h, void *user)
{
	struct listing *l = user;

	l->more = l->n == PAGE_ROWS;
	if (l->more)
		return false;
	if (l->n++ == 0)
		table_begin(l->x);
	row(l->x, h);
	g_free(l->cursor);
	l->cursor = filter_cursor(h);
	return true;
}

/* ---- what can be done ---- */

static void acts(struct exchange *x)
{
	struct page *p = &x->page;

	page_open(p, "div", "class", "acts", NULL);
	page_open(p, "label", NULL);
	page_open(p, "input", "type", "radio", "name", "which", "value", "chosen",
		  "checked", "", NULL);
	page_text(p, " those selected");
	page_open(p, "span", "id", "chosen", NULL);
	page_close(p, "span");
	page_close(p, "label");
	page_open(p, "label", NULL);
	page_open(p, "input", "type", "radio", "name", "which", "value", "all", NULL);
	page_text(p, " all that match the filter");
	page_close(p, "label");
	page_button(p, "act", "release", "main", "Release …");
	page_button(p, "act", "delete", "danger", "Delete …");
	page_close(p, "div");
}

static void further(struct exchange *x, const struct listing *l)
{
	char *path = filter_query("/", x->request->query);
	GString *next = g_string_new(path);

	query_add(next, "cursor", l->cursor);
	page_open(&x->page, "nav", "class", "pages", "aria-label", "Further pages", NULL);
	if (form_get(x->request->query, "cursor") != NULL)
		page_link(&x->page, path, "Newest");
	if (l->more)
		page_link(&x->page, next->str, "Older");
	page_close(&x->page, "nav");
	g_string_free(next, TRUE);
	g_free(path);
}

static void table(struct exchange *x, const struct hold_filter *f)
{
	struct listing l = { .x = x };
	struct page *p = &x->page;
	GError *e = NULL;

	layout_form(x, "/act", "list");
	for (const char *const *name = filter_fields(); *name != NULL; name++)
		if (form_text(x->request->query, *name)[0] != '\0')
			page_hidden(p, *name, form_get(x->request->query, *name));
	bool done = hold_list(&x->scope, f, list_one, &l, &e);

	if (l.n > 0) {
		page_close(p, "tbody");
		page_close(p, "table");
		if (f->state == HOLD_HELD)
			acts(x);
	} else if (done) {
		page_element(p, "p", "none", "Nothing is held that matches.");
	}
	page_close(p, "form");
	further(x, &l);
	g_free(l.cursor);
	if (!done)
		exchange_fail(x, e);
}

void page_list(struct exchange *x)
{
	struct list_filter f;
	const char *wrong =
		filter_read(x->request->query, x->review->options, clock_now_s(), &f);

	if (wrong != NULL) {
		exchange_refuse(x, 400, wrong);
	} else {
		f.of.most = PAGE_ROWS + 1;
		layout_begin(x, exchange_role(x) == ROLE_USER ? "Mail held for you"
							      : "Held mail");
		filters(x);
		table(x, &f.of);
		if (x->response->status == 200)
			layout_end(x);
	}
	filter_clear(&f);
}
