/* What reviewers look at: requests, what one rule holds, what was done. */
#include <string.h>

#include "audit/audit.h"
#include "quarantine/request.h"
#include "review/handlers.h"
#include "review/layout.h"

#define HISTORY_BYTES (1024 * 1024) /* of the end of the audit file */
#define HISTORY_ROWS 200

/* ---- requests ---- */

struct queue {
	struct exchange *x;
	size_t n;
};

static void request_acts(struct exchange *x, const struct hold *h)
{
	struct page *p = &x->page;

	layout_form(x, "/act", "acts");
	page_hidden(p, "id", h->id);
	page_hidden(p, "sure", "1");
	page_hidden(p, "back", "/requests");
	page_button(p, "act", "release", "main", "Release");
	page_button(p, "act", "deny", "danger", "Deny");
	page_close(p, "form");
}

static bool show_request(const struct hold *h, const struct request_for_release *r,
			 void *user)
{
	struct queue *q = user;
	struct page *p = &q->x->page;
	char *path = path_join("/hold/", h->id, "");
	const char *subject =
		h->subject != NULL && h->subject[0] != '\0' ? h->subject : "(no subject)";

	q->n++;
	page_open(p, "li", NULL);
	page_open(p, "h2", NULL);
	page_link(p, path, subject);
	page_close(p, "h2");
	page_open(p, "p", NULL);
	page_text(p, "From ");
	layout_sender(q->x, h);
	page_text(p, ", asked for by ");
	page_element(p, "bdi", NULL, r->who);
	page_text(p, " ");
	page_time(p, r->time_s);
	page_close(p, "p");
	if (r->why[0] != '\0')
		page_element(p, "blockquote", NULL, r->why);
	request_acts(q->x, h);
	page_close(p, "li");
	g_free(path);
	return true;
}

void page_requests(struct exchange *x)
{
	struct queue q = { .x = x };

	layout_begin(x, "Requests");
	page_open(&x->page, "ul", "class", "queue", NULL);
	request_list(&x->scope, show_request, &q);
	page_close(&x->page, "ul");
	if (q.n == 0)
		page_element(&x->page, "p", "none", "Nobody waits for a release.");
	layout_end(x);
}

/* ---- a rule ---- */

static bool count_one(const struct hold *h, void *user)
{
	size_t *n = user;

	(void)h;
	return ++*n < HOLD_LIST_MOST;
}

static size_t count(const struct exchange *x, const struct hold_parts *parts,
		    enum hold_state state)
{
	const struct hold_filter f = { .parts = *parts, .state = state };
	size_t n = 0;

	hold_list(&x->scope, &f, count_one, &n, NULL);
	return n;
}

static void number_row(struct page *p, const char *what, size_t n)
{
	page_open(p, "tr", NULL);
	page_open(p, "th", "scope", "row", NULL);
	page_text(p, what);
	page_close(p, "th");
	page_open(p, "td", "class", "number", NULL);
	page_printf(p, n == HOLD_LIST_MOST ? "%zu or more" : "%zu", n);
	page_close(p, "td");
	page_close(p, "tr");
}

static void rule_numbers(struct exchange *x)
{
	const struct hold_parts decided = { .decided_by = x->id },
				gave = { .rule = x->id };
	struct page *p = &x->page;

	page_open(p, "table", "class", "plain", NULL);
	page_element(p, "caption", NULL, "Messages");
	page_open(p, "tbody", NULL);
	number_row(p, "held, and it decided", count(x, &decided, HOLD_HELD));
	number_row(p, "held, and it gave points", count(x, &gave, HOLD_HELD));
	number_row(p, "released, and it decided", count(x, &decided, HOLD_RELEASED));
	number_row(p, "deleted, and it decided", count(x, &decided, HOLD_DELETED));
	number_row(p, "expired, and it decided", count(x, &decided, HOLD_EXPIRED));
	page_close(p, "tbody");
	page_close(p, "table");
}

void page_rule(struct exchange *x)
{
	struct page *p = &x->page;
	GString *path = g_string_new("/");

	layout_begin(x, x->id);
	page_element(p, "p", NULL, "What is held because of one rule.");
	rule_numbers(x);
	query_add(path, "decided_by", x->id);
	page_open(p, "p", NULL);
	page_link(p, path->str, "Show what it decided");
	page_close(p, "p");
	layout_form(x, "/act", "acts one");
	page_hidden(p, "which", "all");
	page_hidden(p, "rule", x->id);
	page_hidden(p, "only_because", "1");
	page_element(p, "p", NULL,
		     "Was the rule a mistake? This releases what would not be held "
		     "without its points; how much that is, is shown first.");
	page_button(p, "act", "release", "main",
		    "Release what is held only because of it …");
	page_close(p, "form");
	layout_end(x);
	g_string_free(path, TRUE);
}

/* ---- history ---- */

struct history {
	struct exchange *x;
	GPtrArray *rows; /* of HTML, oldest first */
};

/* Entries that name no recipient are about accounts: of the tenant's reviewers, not of users. */
static bool may_see(const struct exchange *x, const struct audit_entry *a)
{
	const struct hold_scope *scope = &x->scope;
	bool own = false;

	if (scope->kind == HOLD_SCOPE_ALL)
		return true;
	if (g_strcmp0(a->tenant, scope->tenant) != 0)
		return false;
	if (scope->kind == HOLD_SCOPE_TENANT)
		return true;
	if (!hold_scope_admits_id(scope, a->hold != NULL ? a->hold : ""))
		return false;
	for (const char *const *r = a->rcpts; *r != NULL; r++) {
		const struct hold_rcpt rcpt = { .address = *r };

		own |= hold_scope_admits_rcpt(scope, &rcpt);
	}
	return own;
}

static void history_cell(struct page *p, const char *name, const char *text)
{
	page_open(p, "td", "data-label", name, NULL);
	page_element(p, "bdi", NULL, text);
	page_close(p, "td");
}

/* Of others a user is told only that it was one. */
static const char *who_of(const struct exchange *x, const struct audit_entry *a)
{
	bool told = exchange_role(x) >= ROLE_REVIEWER ||
		    g_strcmp0(a->who, x->session.who.name) == 0;

	return told ? a->who : "a reviewer";
}

static bool history_row(const struct audit_entry *a, void *user)
{
	struct history *h = user;
	struct page p = { .out = g_string_new(NULL) };

	if (!may_see(h->x, a) || strcmp(a->outcome, "begun") == 0) {
		g_string_free(p.out, TRUE);
		return true;
	}
	page_open(&p, "tr", NULL);
	page_open(&p, "td", "data-label", "When", NULL);
	page_time(&p, a->time_s);
	page_close(&p, "td");
	history_cell(&p, "What", a->what);
	history_cell(&p, "Outcome", a->outcome);
	history_cell(&p, "Who", who_of(h->x, a));
	history_cell(&p, "Why", exchange_role(h->x) >= ROLE_REVIEWER ? a->why : "");
	page_open(&p, "td", "data-label", "Hold", NULL);
	if (a->hold[0] != '\0') {
		char *path = path_join("/hold/", a->hold, "");

		page_link(&p, path, a->hold);
		g_free(path);
	}
	page_close(&p, "td");
	page_close(&p, "tr");
	g_ptr_array_add(h->rows, g_string_free(p.out, FALSE));
	if (h->rows->len > HISTORY_ROWS)
		g_ptr_array_remove_index(h->rows, 0);
	return true;
}

static void history_table(struct page *p, const GPtrArray *rows)
{
	static const char *const columns[] = { "When", "What", "Outcome",
					       "Who",  "Why",  "Hold" };

	page_open(p, "table", "class", "holds", NULL);
	page_element(p, "caption", NULL, "Newest first");
	page_open(p, "thead", NULL);
	page_open(p, "tr", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		page_open(p, "th", "scope", "col", NULL);
		page_text(p, columns[i]);
		page_close(p, "th");
	}
	page_close(p, "tr");
	page_close(p, "thead");
	page_open(p, "tbody", NULL);
	for (guint i = rows->len; i > 0; i--)
		g_string_append(p->out, rows->pdata[i - 1]);
	page_close(p, "tbody");
	page_close(p, "table");
}

void page_history(struct exchange *x)
{
	struct history h = { .x = x, .rows = g_ptr_array_new_with_free_func(g_free) };
	GError *e = NULL;

	layout_begin(x, "History");
	if (!audit_list(x->review->options->audit_dir, HISTORY_BYTES, history_row, &h,
			&e)) {
		exchange_fail(x, e);
	} else {
		if (h.rows->len > 0)
			history_table(&x->page, h.rows);
		else
			page_element(&x->page, "p", "none", "Nothing was done yet.");
		layout_end(x);
	}
	g_ptr_array_free(h.rows, TRUE);
}
