/* One message: why it is held first, then who wrote it, then what it says. Nothing of it is
 * HTML on this page; its own HTML stands at an address of its own, in a sandbox. */
#include <string.h>

#include "base/limits.h"
#include "base/plural.h"
#include "message/charset.h"
#include "message/content.h"
#include "message/html_safe.h"
#include "message/message.h"
#include "quarantine/acts.h"
#include "quarantine/describe.h"
#include "review/act.h"
#include "review/handlers.h"
#include "review/layout.h"
#include "review/page_wishes.h"

#define HEADERS_SHOWN 200
#define VALUE_BYTES 2000
#define LINKS_SHOWN 50

/* what is read of a hold for its page */
struct view {
	struct exchange *x;
	struct hold *hold;
	struct arena *arena;
	struct message *message;
	char *raw;
};

static bool view_open(struct exchange *x, struct view *v, const char *what)
{
	GError *e = NULL;
	size_t n = 0;

	*v = (struct view){ .x = x };
	if (!hold_find(&x->scope, x->id, &v->hold, &e) ||
	    !hold_raw(x->scope.of, v->hold, &v->raw, &n, &e)) {
		exchange_fail(x, e);
		return false;
	}
	/* nobody reads what others wrote without leaving a trace */
	if (!exchange_audit(x, what, v->hold, "done", NULL)) {
		exchange_refuse(x, 500,
				"It cannot be written down who reads this message, so it "
				"is not shown: the audit file cannot be written.");
		return false;
	}
	const struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };

	v->arena = arena_create();
	v->message = message_parse(v->arena, (struct bytes){ v->raw, n }, &limits);
	return true;
}

static void view_close(struct view *v)
{
	hold_free(v->hold);
	g_free(v->raw);
	if (v->arena != NULL)
		arena_destroy(&v->arena);
}

/* ---- why ---- */

static void reasons(struct page *p, const struct hold *h)
{
	char **lines = g_strsplit(h->reasons != NULL ? h->reasons : "", "\n", -1);

	page_open(p, "section", "class", "why", "aria-labelledby", "why", NULL);
	page_open(p, "h2", "id", "why", NULL);
	page_text(p, "Why it is held");
	page_close(p, "h2");
	page_open(p, "ul", NULL);
	for (char **line = lines; *line != NULL; line++)
		if (**line != '\0')
			page_element(p, "li", NULL, *line);
	page_close(p, "ul");
	page_close(p, "section");
	g_strfreev(lines);
}

static void hit_row(struct page *p, const struct hold_hit *hit, bool decided)
{
	char *path = path_join("/rule/", hit->rule, "");

	page_open(p, "tr", NULL);
	page_open(p, "th", "scope", "row", NULL);
	page_link(p, path, hit->rule);
	if (decided)
		page_element(p, "small", NULL, "decided");
	page_close(p, "th");
	page_element(p, "td", NULL, hit->axis);
	page_open(p, "td", "class", "number", NULL);
	page_printf(p, "%+g", (double)hit->milli / 1000);
	page_close(p, "td");
	page_close(p, "tr");
	g_free(path);
}

static void hits(struct page *p, const struct hold_rcpt *r)
{
	const char *at = r->hits;
	struct hold_hit hit;

	page_open(p, "table", "class", "plain", NULL);
	page_open(p, "caption", NULL);
	page_printf(p, "Points for %s", r->address);
	page_close(p, "caption");
	page_open(p, "thead", NULL);
	page_open(p, "tr", NULL);
	page_open(p, "th", "scope", "col", NULL);
	page_text(p, "Rule");
	page_close(p, "th");
	page_open(p, "th", "scope", "col", NULL);
	page_text(p, "Axis");
	page_close(p, "th");
	page_open(p, "th", "scope", "col", NULL);
	page_text(p, "Points");
	page_close(p, "th");
	page_close(p, "tr");
	page_close(p, "thead");
	page_open(p, "tbody", NULL);
	while (hold_hit_next(&at, &hit))
		hit_row(p, &hit, g_strcmp0(hit.rule, r->rule) == 0);
	page_close(p, "tbody");
	page_close(p, "table");
}

/* neighbours mostly share theirs */
static void all_hits(struct exchange *x, const struct hold *h)
{
	if (exchange_role(x) < ROLE_REVIEWER)
		return;
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (h->rcpts[i].hits != NULL &&
		    (i == 0 || g_strcmp0(h->rcpts[i].hits, h->rcpts[i - 1].hits) != 0))
			hits(&x->page, &h->rcpts[i]);
}

/* holds, and recipients' parts of them that are held */
struct radius {
	unsigned holds, rcpts;
};

static bool count_one(const struct hold *h, void *user)
{
	struct radius *r = user;

	for (size_t i = 0; i < h->n_rcpts; i++)
		r->rcpts += h->rcpts[i].state == HOLD_HELD;
	return ++r->holds < HOLD_LIST_MOST;
}

/* what   "is/are held for the same deciding reason" in other words; path: where they are */
static void tell_radius(struct exchange *x, const struct hold_filter *f, const char *what,
			const char *path, const char *link)
{
	struct radius r = { 0 };
	struct page *p = &x->page;

	if (!hold_list(&x->scope, f, count_one, &r, NULL))
		return;
	page_open(p, "p", "class", "radius", NULL);
	if (r.holds <= 1)
		page_printf(p, "Nothing else is held %s: ", what);
	else
		page_printf(p, "%u%s more %s held %s, for %u %s in all: ", r.holds - 1,
			    r.holds == HOLD_LIST_MOST ? " or more" : "",
			    plural(r.holds - 1, "is", "are"), what, r.rcpts,
			    plural(r.rcpts, "recipient", "recipients"));
	page_link(p, path, link);
	page_close(p, "p");
}

/* How many more does the same rule hold, and who else got the same text? */
static void radius(struct exchange *x, const struct hold *h)
{
	const char *rule = h->n_rcpts > 0 ? h->rcpts[0].rule : NULL;
	const struct hold_filter of_rule = { .parts.decided_by = rule },
				 of_text = { .campaign = h->campaign };
	GString *campaign = g_string_new("/");
	char *path = rule == NULL ? NULL : path_join("/rule/", rule, "");

	if (path != NULL && exchange_role(x) >= ROLE_REVIEWER)
		tell_radius(x, &of_rule, "for the same deciding reason", path, rule);
	query_add(campaign, "campaign", h->campaign);
	if (h->campaign != NULL && exchange_role(x) >= ROLE_REVIEWER)
		tell_radius(x, &of_text, "with the same text", campaign->str,
			    "the campaign");
	g_string_free(campaign, TRUE);
	g_free(path);
}

/* ---- who ---- */

static void term(struct page *p, const char *name, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	page_element(p, "dt", NULL, name);
	page_open(p, "dd", NULL);
	page_element(p, "bdi", NULL, text);
	page_close(p, "dd");
}

static void time_term(struct page *p, const char *name, int64_t s)
{
	page_element(p, "dt", NULL, name);
	page_open(p, "dd", NULL);
	page_time(p, s);
	page_close(p, "dd");
}

static void rcpt_terms(struct exchange *x, const struct hold *h)
{
	struct page *p = &x->page;

	page_element(p, "dt", NULL, "To");
	page_open(p, "dd", NULL);
	for (size_t i = 0; i < h->n_rcpts; i++) {
		const struct hold_rcpt *r = &h->rcpts[i];
		const char *doubt = hold_doubt(h, r);

		page_open(p, "div", NULL);
		page_element(p, "bdi", NULL, r->address);
		page_text(p, " ");
		layout_verdict(x, r->verdict);
		page_printf(p, " %s", hold_state_names[r->state]);
		if (doubt != NULL)
			page_printf(p, ", %s", doubt);
		page_close(p, "div");
	}
	page_close(p, "dd");
}

static void facts(struct view *v)
{
	const struct hold *h = v->hold;
	struct page *p = &v->x->page;

	page_open(p, "section", "aria-labelledby", "who", NULL);
	page_open(p, "h2", "id", "who", NULL);
	page_text(p, "Who wrote it");
	page_close(p, "h2");
	page_open(p, "dl", NULL);
	page_element(p, "dt", NULL, "From");
	page_open(p, "dd", NULL);
	layout_sender(v->x, h);
	page_close(p, "dd");
	if (g_strcmp0(h->from, h->mail_from) != 0)
		term(p, "Envelope sender",
		     h->mail_from[0] == '\0' ? "(none: a notice of an MTA)"
					     : h->mail_from);
	rcpt_terms(v->x, h);
	term(p, "Brought by", h->client);
	time_term(p, "Received", h->received_s);
	time_term(p, "Kept until", h->expires_s);
	if (v->message->n_reply_to > 0)
		term(p, "Answers go to", v->message->reply_to[0].address);
	page_close(p, "dl");
	page_close(p, "section");
}

/* Our own lines of when it came: the trace that a release puts on top. */
static void authentication(struct page *p, const struct hold *h)
{
	const char *trace = h->trace != NULL ? h->trace : "";
	const char *at = strstr(trace, "Authentication-Results:");

	if (at == NULL)
		return;
	const char *end = at;

	while ((end = strchr(end, '\n')) != NULL && (end[1] == ' ' || end[1] == '\t'))
		end++;
	char *value = end == NULL ? g_strdup(at) : g_strndup(at, (gsize)(end - at));
	char **parts = g_strsplit(strchr(value, ':') + 1, ";", -1);

	page_open(p, "section", "aria-labelledby", "auth", NULL);
	page_open(p, "h2", "id", "auth", NULL);
	page_text(p, "Authentication");
	page_close(p, "h2");
	page_open(p, "ul", NULL);
	for (char **part = parts; *part != NULL; part++) {
		char *line = g_strstrip(g_strdelimit(*part, "\r\n\t", ' '));

		if (part > parts && line[0] != '\0')
			page_element(p, "li", NULL, line);
	}
	page_close(p, "ul");
	page_close(p, "section");
	g_strfreev(parts);
	g_free(value);
}

/* ---- what can be done ---- */

static void rcpt_choice(struct exchange *x, const struct hold *h)
{
	struct page *p = &x->page;

	if (h->n_rcpts < 2 || exchange_role(x) < ROLE_REVIEWER)
		return;
	page_open(p, "label", "for", "rcpt", NULL);
	page_text(p, "For whom");
	page_close(p, "label");
	page_open(p, "select", "id", "rcpt", "name", "rcpt", NULL);
	page_open(p, "option", "value", "", NULL);
	page_text(p, "all of them");
	page_close(p, "option");
	for (size_t i = 0; i < MIN(h->n_rcpts, 100); i++) {
		if (h->rcpts[i].state != HOLD_HELD)
			continue;
		page_open(p, "option", "value", h->rcpts[i].address, NULL);
		page_text(p, h->rcpts[i].address);
		page_close(p, "option");
	}
	page_close(p, "select");
}

static void acts_form(struct exchange *x, const struct hold *h)
{
	struct page *p = &x->page;
	bool requested = act_needs_approver(x, h);

	layout_form(x, "/act", "acts one");
	page_hidden(p, "id", h->id);
	page_hidden(p, "sure", "1");
	rcpt_choice(x, h);
	page_open(p, "label", "for", "reason", NULL);
	page_text(p, "Why (it is written down)");
	page_close(p, "label");
	page_open(p, "input", "type", "text", "id", "reason", "name", "why", "maxlength",
		  "500", NULL);
	if (hold_is_doubtful(h)) {
		page_open(p, "label", NULL);
		page_open(p, "input", "type", "checkbox", "name", "again", "value", "1",
			  NULL);
		page_text(p, " even though it may have been delivered already");
		page_close(p, "label");
	}
	page_button(p, "act", "release", "main",
		    requested ? "Ask for its release" : "Release");
	page_button(p, "act", "delete", "danger", "Delete");
	page_button(p, "act", "report", "quiet", "Report as judged wrong");
	if (requested)
		page_element(p, "p", "note",
			     "It may be dangerous, so somebody who knows looks at it "
			     "before it is released.");
	page_close(p, "form");
}

/* ---- what it says ---- */

static void text_of(struct view *v)
{
	struct page *p = &v->x->page;
	char *path = path_join("/hold/", v->hold->id, "/html");
	const char *text = v->message->text;
	size_t n = strlen(text);
	char *shown = g_strndup(text, MIN(n, LIMIT_REVIEW_TEXT_BYTES));

	page_open(p, "section", "aria-labelledby", "text", NULL);
	page_open(p, "h2", "id", "text", NULL);
	page_text(p, "What it says");
	page_close(p, "h2");
	if (v->message->html_text[0] != '\0') {
		page_open(p, "p", NULL);
		page_link(p, path, "Show as it is laid out, without pictures and links");
		page_close(p, "p");
	}
	page_open(p, "pre", "class", "text", "tabindex", "0", "dir", "auto", NULL);
	page_text(p, n == 0 ? "(no text)" : shown);
	page_close(p, "pre");
	if (n > LIMIT_REVIEW_TEXT_BYTES)
		page_element(p, "p", "note",
			     "The text goes on; only its beginning is shown.");
	page_close(p, "section");
	g_free(shown);
	g_free(path);
}

static void files(struct view *v)
{
	const struct message *m = v->message;
	struct page *p = &v->x->page;
	size_t n = 0;

	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *part = &m->parts[i];

		if (!part->is_attachment)
			continue;
		if (n++ == 0) {
			page_open(p, "section", "aria-labelledby", "files", NULL);
			page_open(p, "h2", "id", "files", NULL);
			page_text(p, "Files in it");
			page_close(p, "h2");
			page_element(p, "p", "warning",
				     "Files of held mail can harm the machine they are "
				     "opened on. They are not opened here.");
			page_open(p, "ul", NULL);
		}
		page_open(p, "li", NULL);
		page_element(p, "bdi", NULL,
			     part->filename != NULL ? part->filename : "(no name)");
		page_printf(p, " – %s, %zu bytes%s%s", part->type, part->bytes,
			    part->magic != NULL ? ", its bytes are of: " : "",
			    part->magic != NULL ? part->magic : "");
		page_close(p, "li");
	}
	if (n > 0) {
		page_close(p, "ul");
		page_close(p, "section");
	}
}

static void links(struct view *v)
{
	const struct message *m = v->message;
	struct page *p = &v->x->page;

	if (m->n_links == 0)
		return;
	page_open(p, "details", NULL);
	page_open(p, "summary", NULL);
	page_printf(p, "Where its %zu %s", m->n_links,
		    plural(m->n_links, "link leads", "links lead"));
	page_close(p, "summary");
	page_open(p, "ul", "class", "links", NULL);
	for (size_t i = 0; i < MIN(m->n_links, LINKS_SHOWN); i++) {
		page_open(p, "li", NULL);
		page_element(p, "code", NULL, m->links[i].url);
		page_close(p, "li");
	}
	page_close(p, "ul");
	page_close(p, "details");
}

static void headers(struct view *v)
{
	const struct message *m = v->message;
	struct page *p = &v->x->page;

	page_open(p, "details", NULL);
	page_element(p, "summary", NULL, "Its header");
	page_open(p, "pre", "class", "header", "tabindex", "0", "dir", "ltr", NULL);
	for (size_t i = 0; i < MIN(m->n_headers, HEADERS_SHOWN); i++) {
		struct bytes value = m->headers[i].value;

		html_escape_append(p->out, m->headers[i].name);
		page_text(p, ":");
		value.n = MIN(value.n, VALUE_BYTES);
		html_escape_append(p->out, value);
		page_text(p, "\n");
	}
	if (m->n_headers > HEADERS_SHOWN)
		page_printf(p, "(%zu more fields)\n", m->n_headers - HEADERS_SHOWN);
	page_close(p, "pre");
	page_close(p, "details");
}

static void show_act(const struct act *act, void *user)
{
	struct page *p = user;

	page_open(p, "li", NULL);
	page_time(p, act->time_s);
	page_printf(p, " %s, %s, by %s", act->what, act->outcome, act->who);
	page_close(p, "li");
}

static void acts_done(struct view *v)
{
	struct page *p = &v->x->page;

	if (exchange_role(v->x) < ROLE_REVIEWER)
		return;
	page_open(p, "details", NULL);
	page_element(p, "summary", NULL, "What was done with it");
	page_open(p, "ul", NULL);
	acts_list(v->x->review->options->quarantine_dir, v->hold->id, show_act, p, NULL);
	page_close(p, "ul");
	page_close(p, "details");
}

void page_hold(struct exchange *x)
{
	struct view v;

	if (view_open(x, &v, "view")) {
		const char *subject = v.hold->subject;

		layout_begin(x, subject != NULL && subject[0] != '\0' ? subject
								      : "(no subject)");
		reasons(&x->page, v.hold);
		radius(x, v.hold);
		if (hold_is_held(v.hold))
			acts_form(x, v.hold);
		wishes_section(x, v.hold);
		facts(&v);
		authentication(&x->page, v.hold);
		text_of(&v);
		files(&v);
		links(&v);
		all_hits(x, v.hold);
		headers(&v);
		acts_done(&v);
		layout_end(x);
	}
	view_close(&v);
}

/* ---- its HTML ---- */

static void append_html(const struct view *v, const struct part *part, GString *out)
{
	struct bytes content =
		content_decode(v->arena, part_content(v->message, part), part->encoding);
	bool sound = false;
	struct bytes html = charset_decode(v->arena, content, part->charset, &sound);

	if (!html_safe_append(v->arena, html, LIMIT_REVIEW_HTML_BYTES, out))
		g_string_append(out, "<hr>(it goes on; only its beginning is shown)");
}

void page_hold_html(struct exchange *x)
{
	GString *out = x->response->body;
	struct view v;

	if (view_open(x, &v, "view")) {
		x->response->policy =
			"sandbox; default-src 'none'; frame-ancestors 'none'; base-uri "
			"'none'; form-action 'none'";
		g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
				     "charset=\"utf-8\"><meta name=\"viewport\" "
				     "content=\"width=device-width, initial-scale=1\">"
				     "<title>A held message</title></head><body><main>"
				     "<h1>A held message, as its sender laid it out</h1>"
				     "<p>Pictures and links are left out.</p><hr>");
		for (size_t i = 0; i < v.message->n_parts; i++)
			if (v.message->parts[i].kind == PART_TEXT_HTML &&
			    !v.message->parts[i].is_attachment)
				append_html(&v, &v.message->parts[i], out);
		g_string_append(out, "</main></body></html>");
	}
	view_close(&v);
}

void page_hold_raw(struct exchange *x)
{
	struct view v;

	if (view_open(x, &v, "download")) {
		char *name =
			g_strdup_printf("attachment; filename=\"%s.eml\"", v.hold->id);

		x->response->type = "application/octet-stream";
		x->response->policy = "sandbox; default-src 'none'";
		http_header(x->response, "Content-Disposition", name);
		g_string_append_len(x->response->body, v.message->raw.at,
				    (gssize)v.message->raw.n);
		g_free(name);
	}
	view_close(&v);
}
