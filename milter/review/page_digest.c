/* How often a mailbox gets a summary: its owner's choice, which a link of a summary may change as
 * well, so that whoever gets too many can end them. */
#include <string.h>

#include "base/json_line.h"
#include "review/digest_state.h"
#include "review/handlers.h"
#include "review/layout.h"

static const char *const every_words[DIGEST_COUNT] = {
	[DIGEST_OFF] = "never",
	[DIGEST_DAILY] = "once a day",
	[DIGEST_HOURLY] = "every hour in which something is held",
};

static bool may(struct exchange *x)
{
	if (x->session.who.mailbox != NULL)
		return true;
	exchange_refuse(x, 403, "Only the owner of a mailbox gets summaries of it.");
	return false;
}

static struct digest_choice choice_of(const struct exchange *x)
{
	return digest_choice(x->review->quarantine, x->review->options,
			     x->session.who.mailbox);
}

static void radio(struct page *p, const char *value, const char *text, bool now)
{
	page_open(p, "label", NULL);
	page_open(p, "input", "type", "radio", "name", "every", "value", value, "checked",
		  now ? "" : NULL, NULL);
	page_text(p, " ");
	page_text(p, text);
	page_close(p, "label");
}

static void form(struct exchange *x, const struct digest_choice *c)
{
	struct page *p = &x->page;

	layout_form(x, "/digest", "digest");
	page_open(p, "fieldset", NULL);
	page_element(p, "legend", NULL, "A mail that lists what is newly held for you");
	radio(p, "", "as your organisation has set it", !c->own);
	for (size_t i = 0; i < DIGEST_COUNT; i++)
		radio(p, digest_every_names[i], every_words[i],
		      c->own && c->every == (enum digest_every)i);
	page_close(p, "fieldset");
	page_open(p, "label", NULL);
	page_open(p, "input", "type", "checkbox", "name", "codes", "value", "1",
		  "checked", c->codes ? "" : NULL, NULL);
	page_text(p, " and a mail at once when a message with a one-time code is held, "
		     "unless it looks dangerous");
	page_close(p, "label");
	page_button(p, "set", "1", "main", "Save");
	page_close(p, "form");
}

void page_digest(struct exchange *x)
{
	if (!may(x))
		return;
	struct digest_choice c = choice_of(x);
	struct page *p = &x->page;

	layout_begin(x, "Summaries of held mail");
	page_open(p, "p", NULL);
	page_printf(p, "Now %s gets one: %s%s%s.", x->session.who.mailbox,
		    every_words[c.every], c.codes ? ", and one-time codes at once" : "",
		    c.own ? "" : ", as your organisation has set it");
	page_close(p, "p");
	form(x, &c);
	layout_end(x);
}

/* NULL: done; else static words on what is wrong */
static const char *set(struct exchange *x)
{
	const struct form *f = x->request->form;
	const char *every = form_text(f, "every");
	int word = word_find(digest_every_names, DIGEST_COUNT, every);
	const struct digest_choice c = {
		.every = word < 0 ? DIGEST_OFF : (enum digest_every)word,
		.codes = strcmp(form_text(f, "codes"), "1") == 0,
	};
	GError *e = NULL;

	if (word < 0 && every[0] != '\0')
		return "every is off, daily, hourly or empty";
	char *why = g_strdup_printf("summaries: %s%s", word < 0 ? "-" : every,
				    word >= 0 && c.codes ? ", codes at once" : "");
	bool done = digest_choose(x->review->quarantine, x->session.who.mailbox,
				  word < 0 ? NULL : &c, x->session.who.name, &e);

	exchange_audit(x, "digest", NULL, done ? "done" : "failed", why);
	g_free(why);
	if (done)
		return NULL;
	exchange_fail(x, e);
	return "";
}

void page_digest_post(struct exchange *x)
{
	if (!may(x))
		return;
	const char *wrong = set(x);

	if (wrong == NULL) {
		sessions_tell(x->review->sessions, x->token, "Noted.");
		exchange_redirect(x, "/digest");
	} else if (wrong[0] != '\0') {
		exchange_refuse(x, 400, wrong);
	}
}

static void answer(struct exchange *x)
{
	struct digest_choice c = choice_of(x);
	GString *out = x->response->body;

	json_line_open(out, '{');
	json_line_name(out, "every");
	json_line_text(out, digest_every_names[c.every]);
	json_line_name(out, "codes");
	json_line_bool(out, c.codes);
	json_line_name(out, "own");
	json_line_bool(out, c.own);
	json_line_close(out, '}');
}

void api_digest(struct exchange *x)
{
	if (may(x))
		answer(x);
}

void api_digest_post(struct exchange *x)
{
	const char *wrong = may(x) ? set(x) : "";

	if (wrong == NULL)
		answer(x);
	else if (wrong[0] != '\0')
		exchange_refuse(x, 400, wrong);
}
