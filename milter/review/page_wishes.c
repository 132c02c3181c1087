/* What a mailbox wants, for its owner: one sentence beside each button says what the next
 * message will meet. */
#include "review/page_wishes.h"

#include <string.h>

#include "base/json_line.h"
#include "base/plural.h"
#include "quarantine/describe.h"
#include "review/handlers.h"
#include "review/layout.h"
#include "review/wishes.h"

/* ---- on the page of a message ---- */

static void choice(struct exchange *x, const char *id, const char *wants,
		   const char *button, const char *sentence)
{
	struct page *p = &x->page;

	page_open(p, "div", NULL);
	page_open(p, "button", "type", "submit", "name", "wants", "value", wants, "class",
		  wants[0] == '\0' ? "quiet" : NULL, "aria-describedby", id, NULL);
	page_text(p, button);
	page_close(p, "button");
	page_open(p, "span", "id", id, NULL);
	page_text(p, sentence);
	page_close(p, "span");
	page_close(p, "div");
}

static void choices(struct exchange *x, const struct wishes *w, const char *entry,
		    bool proven)
{
	char *who = wishes_words(entry);
	char *always = g_strdup_printf("The next message from %s %s.", who,
				       wishes_next(w, PREFERENCE_WANTED));
	char *never = g_strdup_printf("The next message from %s %s.", who,
				      wishes_next(w, PREFERENCE_JUNK));

	if (proven)
		choice(x, "next-wanted", "wanted", "Always wanted", always);
	choice(x, "next-junk", "junk", "Never wanted", never);
	g_free(never);
	g_free(always);
	g_free(who);
}

/* "wanted: stated by ann", "junk: moved to Junk (3 messages)" */
static char *state_words(const struct preference_view *v)
{
	const char *cause = v->cause != NULL ? v->cause : "stated";

	if (v->strength == STRENGTH_STATED)
		return g_strdup_printf("%s: stated by %s", preference_names[v->kind],
				       cause);
	return g_strdup_printf("%s: %s (%lld %s)", preference_names[v->kind], cause,
			       (long long)v->count,
			       plural((size_t)v->count, "message", "messages"));
}

static void section(struct exchange *x, const struct wishes *w, const struct hold *h,
		    const struct received *r)
{
	struct page *p = &x->page;
	enum preference_entry of;
	struct preference_view now;
	const char *signer, *entry = wishes_entry(w, r, &of, &signer);

	if (entry == NULL)
		return;
	wishes_look(w, entry, &now);
	page_open(p, "section", "aria-labelledby", "wishes", NULL);
	page_open(p, "h2", "id", "wishes", NULL);
	page_text(p, "Mail like this");
	page_close(p, "h2");
	layout_form(x, "/preferences", "wishes");
	page_hidden(p, "entry", entry);
	page_hidden(p, "hold", h->id);
	if (signer != NULL)
		page_hidden(p, "signer", signer);
	choices(x, w, entry, of == ENTRY_LIST || r->proven);
	if (now.kind != PREFERENCE_NONE) {
		char *state = state_words(&now);
		char *words = g_strdup_printf("Now it is %s.", state);

		choice(x, "next-forget", "", "Forget that", words);
		g_free(words);
		g_free(state);
	}
	page_close(p, "form");
	page_close(p, "section");
}

void wishes_section(struct exchange *x, const struct hold *h)
{
	char *message = hold_message(h);
	struct received r;
	struct wishes w;

	if (wishes_open(x, &w) && wishes_received(&w, message, &r))
		section(x, &w, h, &r);
	wishes_close(&w);
	g_free(message);
}

/* ---- all of them ---- */

struct table {
	struct exchange *x;
	size_t n;
};

static void forget_form(struct exchange *x, const struct wishes_entry *one,
			const char *words)
{
	struct page *p = &x->page;
	char *name = g_strdup_printf("Forget what is known of %s", words);

	layout_form(x, "/preferences", NULL);
	page_hidden(p, "entry", one->entry);
	page_open(p, "button", "type", "submit", "name", "wants", "value", "", "class",
		  "quiet", "aria-label", name, NULL);
	page_text(p, "Forget");
	page_close(p, "button");
	page_close(p, "form");
	g_free(name);
}

static void head(struct page *p, const char *text)
{
	page_open(p, "th", "scope", "col", NULL);
	page_text(p, text);
	page_close(p, "th");
}

static void table_begin(struct page *p)
{
	page_open(p, "table", "class", "plain", NULL);
	page_element(p, "caption", NULL, "What you want, and what showed it");
	page_open(p, "thead", NULL);
	page_open(p, "tr", NULL);
	head(p, "Mail from");
	head(p, "It is");
	head(p, "Since");
	head(p, "Undo");
	page_close(p, "tr");
	page_close(p, "thead");
	page_open(p, "tbody", NULL);
}

static void show_entry(const struct wishes_entry *one, void *user)
{
	struct table *t = user;
	struct page *p = &t->x->page;
	char *words = wishes_words(one->entry), *state = state_words(&one->view);

	if (t->n++ == 0)
		table_begin(p);
	page_open(p, "tr", NULL);
	page_open(p, "th", "scope", "row", NULL);
	page_element(p, "bdi", NULL, words);
	page_close(p, "th");
	page_element(p, "td", NULL, state);
	page_open(p, "td", NULL);
	page_time(p, one->view.since_s);
	page_close(p, "td");
	page_open(p, "td", NULL);
	forget_form(t->x, one, words);
	page_close(p, "td");
	page_close(p, "tr");
	g_free(state);
	g_free(words);
}

/* A link opens one message, and not all that its mailbox wants. */
static bool may(struct exchange *x)
{
	if (x->session.who.mailbox != NULL && x->session.who.holds == NULL)
		return true;
	exchange_refuse(x, 403, "Only the owner of a mailbox sees what it wants.");
	return false;
}

static void refuse_memory(struct exchange *x)
{
	exchange_refuse(x, 503,
			"What is known of your mail cannot be read now; try again "
			"later.");
}

void page_preferences(struct exchange *x)
{
	struct table t = { .x = x };
	struct wishes w;
	GError *e = NULL;

	if (!may(x))
		return;
	if (!wishes_open(x, &w)) {
		refuse_memory(x);
		wishes_close(&w);
		return;
	}
	layout_begin(x, "What you want");
	page_element(
		&x->page, "p", NULL,
		"Learned from what you did with your mail, and from what you said. It "
		"holds for you alone, and never lets through what looks dangerous.");
	bool done = wishes_list(&w, show_entry, &t, &e);

	if (t.n > 0) {
		page_close(&x->page, "tbody");
		page_close(&x->page, "table");
	} else {
		page_element(&x->page, "p", "none", "Nothing has been learned or said.");
	}
	if (done)
		layout_end(x);
	else
		exchange_fail(x, e);
	wishes_close(&w);
}

/* ---- saying it ---- */

/* true: it was taken */
static bool say(struct exchange *x, struct wishes *w, char **words_r)
{
	const struct form *f = x->request->form;
	const char *wants = form_text(f, "wants"), *signer = form_text(f, "signer");
	struct wish wish = { .entry = form_text(f, "entry"),
			     .signer = signer[0] != '\0' ? signer : NULL,
			     .wants = wants[0] != '\0' ? wants : NULL };
	char *said =
		g_strdup_printf("%s: %s", wish.entry, wants[0] != '\0' ? wants : "-");
	bool done = wishes_say(x, w, &wish, words_r);

	exchange_audit(x, "preference", NULL, done ? "done" : "failed", said);
	g_free(said);
	return done;
}

void page_preferences_post(struct exchange *x)
{
	const char *hold = form_text(x->request->form, "hold");
	char *words = NULL, *back = path_join("/hold/", hold, "");
	struct wishes w;

	if (!wishes_open(x, &w)) {
		refuse_memory(x);
	} else {
		bool done = say(x, &w, &words);
		char *told =
			g_strdup_printf("%s: %s", done ? "Noted" : "Not noted", words);

		sessions_tell(x->review->sessions, x->token, told);
		exchange_redirect(x, hold[0] != '\0' ? back : "/preferences");
		g_free(told);
	}
	wishes_close(&w);
	g_free(back);
	g_free(words);
}

/* ---- the same as JSON ---- */

static void json_entry(const struct wishes_entry *one, void *user)
{
	const struct preference_view *v = &one->view;
	GString *out = user;

	json_line_open(out, '{');
	json_line_name(out, "entry");
	json_line_text(out, one->entry);
	json_line_name(out, "wants");
	json_line_text(out, preference_names[v->kind]);
	json_line_name(out, "strength");
	json_line_text(out, preference_strength_names[v->strength]);
	json_line_name(out, "cause");
	json_line_text(out, v->cause != NULL ? v->cause : "");
	json_line_name(out, "count");
	json_line_int(out, v->count);
	json_line_name(out, "since_s");
	json_line_int(out, v->since_s);
	json_line_name(out, "expires_s");
	json_line_int(out, v->expires_s);
	json_line_close(out, '}');
}

void api_preferences(struct exchange *x)
{
	GString *out = x->response->body;
	struct wishes w;
	GError *e = NULL;

	if (!may(x))
		return;
	if (!wishes_open(x, &w)) {
		refuse_memory(x);
	} else {
		g_string_append(out, "{\"preferences\":[");
		if (wishes_list(&w, json_entry, out, &e))
			g_string_append(out, "]}");
		else
			exchange_fail(x, e);
	}
	wishes_close(&w);
}

void api_preferences_post(struct exchange *x)
{
	GString *out = x->response->body;
	char *words = NULL;
	struct wishes w;

	if (!may(x))
		return;
	if (!wishes_open(x, &w)) {
		refuse_memory(x);
	} else {
		bool done = say(x, &w, &words);

		x->response->status = done ? 200 : 409;
		json_line_open(out, '{');
		json_line_name(out, "outcome");
		json_line_text(out, done ? "done" : "failed");
		json_line_name(out, "words");
		json_line_text(out, words);
		json_line_close(out, '}');
	}
	wishes_close(&w);
	g_free(words);
}
