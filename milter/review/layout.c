#include "review/layout.h"

#include <string.h>

/* whose page it is; NULL: nobody in particular's */
static const struct tenant *tenant_of(const struct exchange *x)
{
	const struct options *o = x->review->options;
	const char *name = x->session.who.tenant;

	for (size_t i = 0; i < o->n_tenants; i++)
		if ((name == NULL && o->n_tenants == 1) ||
		    (name != NULL && strcmp(o->tenants[i].name, name) == 0))
			return &o->tenants[i];
	return NULL;
}

static const char *house_of(const struct exchange *x)
{
	const struct tenant *t = tenant_of(x);

	if (t == NULL)
		return "Quarantine";
	return t->review_name[0] != '\0' ? t->review_name : t->name;
}

static void nav_link(struct exchange *x, const char *path, const char *text)
{
	bool here = strcmp(x->request->path, path) == 0;

	page_open(&x->page, "a", "href", path, "aria-current", here ? "page" : NULL,
		  NULL);
	page_text(&x->page, text);
	page_close(&x->page, "a");
}

static void navigation(struct exchange *x)
{
	struct page *p = &x->page;

	page_open(p, "nav", "aria-label", "Pages", NULL);
	nav_link(x, "/", "Held mail");
	if (exchange_role(x) >= ROLE_REVIEWER)
		nav_link(x, "/requests", "Requests");
	if (x->session.who.mailbox != NULL && x->session.who.holds == NULL)
		nav_link(x, "/preferences", "Wishes");
	if (x->session.who.mailbox != NULL)
		nav_link(x, "/digest", "Summaries");
	nav_link(x, "/history", "History");
	page_close(p, "nav");
	layout_form(x, "/logout", "who");
	page_element(p, "span", NULL, x->session.who.name);
	page_button(p, "out", "1", "quiet", "Sign out");
	page_close(p, "form");
}

static void flash(struct exchange *x)
{
	char *told = x->token == NULL ? NULL
				      : sessions_take_told(x->review->sessions, x->token);
	char **lines = told == NULL ? NULL : g_strsplit(told, "\n", -1);

	if (lines != NULL)
		page_open(&x->page, "div", "class", "flash", "role", "status", NULL);
	for (char **line = lines; line != NULL && *line != NULL; line++)
		page_element(&x->page, "p", NULL, *line);
	if (lines != NULL)
		page_close(&x->page, "div");
	g_strfreev(lines);
	g_free(told);
}

void layout_begin(struct exchange *x, const char *title)
{
	struct page *p = &x->page;

	page_head(p);
	page_open(p, "link", "rel", "stylesheet", "href", "/style.css", NULL);
	page_open(p, "script", "type", "module", "src", "/review.js", NULL);
	page_close(p, "script");
	page_open(p, "title", NULL);
	page_printf(p, "%s – %s", title, house_of(x));
	page_close(p, "title");
	page_close(p, "head");
	page_open(p, "body", NULL);
	page_open(p, "a", "class", "skip", "href", "#main", NULL);
	page_text(p, "To the content");
	page_close(p, "a");
	page_open(p, "header", NULL);
	page_element(p, "p", "house", house_of(x));
	if (exchange_role(x) > ROLE_NONE)
		navigation(x);
	page_close(p, "header");
	page_open(p, "main", "id", "main", NULL);
	flash(x);
	page_element(p, "h1", NULL, title);
}

void layout_end(struct exchange *x)
{
	const struct tenant *t = tenant_of(x);
	struct page *p = &x->page;

	page_close(p, "main");
	page_open(p, "footer", NULL);
	if (t != NULL && t->review_contact[0] != '\0') {
		page_open(p, "p", NULL);
		page_printf(p, "Questions about held mail: %s", t->review_contact);
		page_close(p, "p");
	}
	page_close(p, "footer");
	page_close(p, "body");
	page_close(p, "html");
}

void layout_form(struct exchange *x, const char *action, const char *css)
{
	page_open(&x->page, "form", "method", "post", "action", action, "class", css,
		  NULL);
	page_hidden(&x->page, "csrf", x->session.csrf);
}

void layout_verdict(struct exchange *x, const char *verdict)
{
	char *css =
		g_strconcat("verdict ", verdict != NULL ? verdict : "undecided", NULL);

	page_element(&x->page, "span", css, verdict != NULL ? verdict : "undecided");
	g_free(css);
}

void layout_sender(struct exchange *x, const struct hold *h)
{
	const char *address = h->from != NULL ? h->from : h->mail_from;

	if (h->name != NULL && h->name[0] != '\0') {
		page_element(&x->page, "bdi", "name", h->name);
		page_text(&x->page, " ");
	}
	page_element(&x->page, "bdi", "address",
		     address != NULL && address[0] != '\0' ? address : "(no sender)");
}
