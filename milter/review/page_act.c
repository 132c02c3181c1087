/* Acts on one hold or many. What is meant by a filter, or is more than one, is shown with its
 * count before anything is done; if the count is another one then, it is shown again. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/plural.h"
#include "review/act.h"
#include "review/filter.h"
#include "review/handlers.h"
#include "review/layout.h"

#define ACT_MOST 200 /* at once: a release waits for a mail server each time */
#define FAILURES_SHOWN 5

/* ids of what is meant, and how many there are in all */
struct meant {
	GPtrArray *ids; /* at most ACT_MOST */
	size_t holds, rcpts;
	bool all; /* by the filter */
};

static void take_ids(const struct form *f, struct meant *m)
{
	size_t n = 0;
	const char **ids = form_values(f, "id", &n);
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < n; i++)
		if (g_hash_table_add(seen, (gpointer)(guintptr)ids[i]) &&
		    m->holds++ < ACT_MOST)
			g_ptr_array_add(m->ids, g_strdup(ids[i]));
	g_hash_table_destroy(seen);
	g_free(ids);
}

static const char *take_all(const struct exchange *x, struct act_request *r,
			    struct meant *m)
{
	struct operation_found found = { 0 };
	struct list_filter f;
	GError *e = NULL;
	const char *wrong =
		filter_read(x->request->form, x->review->options, clock_now_s(), &f);

	r->parts = f.of.parts;
	if (wrong == NULL && operation_find(&x->scope, &f.of, &found, &e)) {
		m->holds = found.holds;
		m->rcpts = found.rcpts;
		for (size_t i = 0; i < found.holds && i < ACT_MOST; i++)
			g_ptr_array_add(m->ids, g_strdup(found.ids[i]));
	} else if (wrong == NULL) {
		wrong = "The index of what is held cannot be read now.";
	}
	g_clear_error(&e);
	operation_found_clear(&found);
	filter_clear(&f);
	return wrong;
}

/* ---- before ---- */

static void repeat_fields(struct exchange *x, const struct meant *m)
{
	const struct form *f = x->request->form;
	struct page *p = &x->page;
	char count[32];

	snprintf(count, sizeof(count), "%zu", m->holds);
	page_hidden(p, "sure", count);
	page_hidden(p, "which", m->all ? "all" : "chosen");
	for (const char *const *name = filter_fields(); m->all && *name != NULL; name++)
		if (form_text(f, *name)[0] != '\0')
			page_hidden(p, *name, form_get(f, *name));
	for (guint i = 0; !m->all && i < m->ids->len; i++)
		page_hidden(p, "id", m->ids->pdata[i]);
}

static void ask_first(struct exchange *x, const struct act_request *r,
		      const struct meant *m)
{
	struct page *p = &x->page;
	char *back = filter_query("/", x->request->form);
	const char *what = act_names[r->kind];
	char *title = g_strdup_printf("%c%s %zu %s?", g_ascii_toupper(what[0]), what + 1,
				      m->holds, plural(m->holds, "message", "messages"));

	layout_begin(x, title);
	if (m->rcpts > 0) {
		page_open(p, "p", NULL);
		page_printf(p, "They are held for %zu %s.", m->rcpts,
			    plural(m->rcpts, "recipient", "recipients"));
		page_close(p, "p");
	}
	if (m->holds > ACT_MOST) {
		page_open(p, "p", NULL);
		page_printf(p, "%d are done at once, the newest; then ask again.",
			    ACT_MOST);
		page_close(p, "p");
	}
	if (r->kind == ACT_RELEASE && exchange_role(x) < ROLE_REVIEWER)
		page_element(p, "p", NULL,
			     "What may be dangerous is asked for, and waits for somebody "
			     "who looks at it.");
	layout_form(x, "/act", "acts one");
	repeat_fields(x, m);
	page_open(p, "label", "for", "reason", NULL);
	page_text(p, "Why (it is written down)");
	page_close(p, "label");
	page_open(p, "input", "type", "text", "id", "reason", "name", "why", "maxlength",
		  "500", NULL);
	page_button(p, "act", what, r->kind == ACT_RELEASE ? "main" : "danger", title);
	page_link(p, back, "Cancel");
	page_close(p, "form");
	layout_end(x);
	g_free(title);
	g_free(back);
}

/* ---- and then ---- */

struct tally {
	size_t n[3]; /* of each enum act_outcome */
	GString *words;
};

static void sum_up(struct tally *t, enum act_kind kind)
{
	static const char *const done[ACT_COUNT] = { "Released", "Deleted", "Reported",
						     "Denied" };
	GString *head = g_string_new(NULL);

	if (t->n[ACT_DONE] > 0)
		g_string_append_printf(head, "%s: %zu. ", done[kind], t->n[ACT_DONE]);
	if (t->n[ACT_REQUESTED] > 0)
		g_string_append_printf(head, "Asked for: %zu. ", t->n[ACT_REQUESTED]);
	if (t->n[ACT_FAILED] > 0)
		g_string_append_printf(head, "Failed: %zu. ", t->n[ACT_FAILED]);
	g_string_prepend(t->words, head->str);
	g_string_free(head, TRUE);
}

static void make_all(struct exchange *x, const struct act_request *r,
		     const struct meant *m)
{
	struct tally t = { .words = g_string_new(NULL) };
	struct act_request each = *r;

	each.many = m->ids->len > 1;
	for (guint i = 0; i < m->ids->len; i++) {
		char *words = NULL;
		enum act_outcome got = act_make(x, &each, m->ids->pdata[i], &words);

		t.n[got]++;
		if (m->ids->len == 1 || (got == ACT_FAILED && t.n[got] <= FAILURES_SHOWN))
			g_string_append_printf(t.words, "\n%s: %s",
					       (const char *)m->ids->pdata[i], words);
		g_free(words);
	}
	sum_up(&t, r->kind);
	sessions_tell(x->review->sessions, x->token, t.words->str);
	g_string_free(t.words, TRUE);
	char *back =
		filter_query(strcmp(form_text(x->request->form, "back"), "/requests") == 0
				     ? "/requests"
				     : "/",
			     x->request->form);

	exchange_redirect(x, back);
	g_free(back);
}

void page_act(struct exchange *x)
{
	const struct form *f = x->request->form;
	struct meant m = { .ids = g_ptr_array_new_with_free_func(g_free),
			   .all = strcmp(form_text(f, "which"), "all") == 0 };
	struct act_request r;
	const char *wrong = act_read(x, f, &r);
	size_t sure = strtoul(form_text(f, "sure"), NULL, 10);

	if (wrong == NULL && m.all)
		wrong = take_all(x, &r, &m);
	else if (wrong == NULL)
		take_ids(f, &m);
	if (wrong != NULL)
		exchange_refuse(x, 400, wrong);
	else if (m.holds == 0)
		exchange_refuse(x, 400, "Nothing is selected.");
	else if (sure != m.holds)
		ask_first(x, &r, &m);
	else
		make_all(x, &r, &m);
	g_ptr_array_free(m.ids, TRUE);
}
