/* Words of strangers stand in it only with what turns or hides text shown as its number, each on
 * a line of its own; every link leads to a page that asks first. */
#include "review/digest_text.h"

#include <string.h>

#include "base/plural.h"
#include "base/printable.h"
#include "review/link.h"
#include "review/outgoing.h"
#include "review/page.h"

#define SHOWN_BYTES 200
#define TIME_FORMAT "%F %H:%M"

/* Mail programs know neither our style sheet nor names of colours by variables. */
static const char style[] =
	"body{font:16px/1.5 system-ui,\"Segoe "
	"UI\",Roboto,sans-serif;margin:0;padding:1rem;"
	"max-width:46rem;background:#ffffff;color:#1b2330}a{color:#0b5cad}"
	"h1{font-size:1.25rem}ol{padding:0;list-style:none}"
	"li{border:1px solid #8a94a3;border-radius:8px;padding:.6rem .9rem;margin:0 0 "
	".7rem;"
	"overflow-wrap:anywhere}"
	"li a{font-weight:600}small{display:block;font-size:.85rem}"
	"@media(prefers-color-scheme:dark){body{background:#14181e;color:#e7ebf0}"
	"a{color:#7db7f2}}";

struct writing {
	const struct digest *d;
	const char *link_key;
	int64_t serial, now_s, until_s;
	GString *text;
	struct page page;
};

static char *time_words(int64_t s)
{
	GDateTime *t = g_date_time_new_from_unix_local(s);
	char *words = t == NULL ? g_strdup("?") : g_date_time_format(t, TIME_FORMAT);

	if (t != NULL)
		g_date_time_unref(t);
	return words;
}

/* hold   id, or "@SERIAL" of a whole summary */
static char *path_of(const struct writing *w, const char *hold)
{
	const struct link_claim c = { .mailbox = w->d->mailbox,
				      .tenant = (char *)(uintptr_t)w->d->tenant->name,
				      .hold = (char *)(uintptr_t)hold,
				      .until_s = w->until_s };
	char *token = link_sign(w->link_key, &c);
	char *path = g_strconcat("/link/", token, NULL);

	g_free(token);
	return path;
}

static void paragraph(struct writing *w, const char *words)
{
	g_string_append_printf(w->text, "%s\n\n", words);
	page_element(&w->page, "p", NULL, words);
}

static char *sender_of(const struct digest_row *r)
{
	char *name = printable(r->name, SHOWN_BYTES);
	char *from =
		printable(r->from != NULL && r->from[0] != '\0' ? r->from : "no sender",
			  SHOWN_BYTES);
	char *words =
		name[0] != '\0' ? g_strdup_printf("%s <%s>", name, from) : g_strdup(from);

	g_free(name);
	g_free(from);
	return words;
}

static char *about_of(const struct digest_row *r)
{
	char *when = time_words(r->received_s), *sender = sender_of(r);
	char *words =
		g_strdup_printf("from %s, %s, %s", sender,
				r->verdict != NULL ? r->verdict : "undecided", when);

	g_free(sender);
	g_free(when);
	return words;
}

static void row(struct writing *w, const struct digest_row *r)
{
	struct page *p = &w->page;
	char *path = path_of(w, r->id), *about = about_of(r);
	char *subject = printable(
		r->subject != NULL && r->subject[0] != '\0' ? r->subject : "(no subject)",
		SHOWN_BYTES);
	char *reason = printable(r->reason, SHOWN_BYTES);

	g_string_append_printf(w->text, "* %s\n  %s\n%s%s%s  %s%s\n\n", subject, about,
			       reason[0] != '\0' ? "  " : "", reason,
			       reason[0] != '\0' ? "\n" : "", p->site, path + 1);
	page_open(p, "li", NULL);
	page_open(p, "a", "href", path, NULL);
	page_element(p, "bdi", NULL, subject);
	page_close(p, "a");
	page_element(p, "small", NULL, about);
	if (reason[0] != '\0')
		page_element(p, "small", NULL, reason);
	page_close(p, "li");
	g_free(reason);
	g_free(subject);
	g_free(about);
	g_free(path);
}

static void rows(struct writing *w)
{
	page_open(&w->page, "ol", NULL);
	for (guint i = 0; i < w->d->rows->len; i++)
		row(w, w->d->rows->pdata[i]);
	page_close(&w->page, "ol");
}

static char *subject_of(const struct digest *d)
{
	const char *what = d->codes ? plural(d->ids->len, "message with a one-time code",
					     "messages with one-time codes")
				    : plural(d->ids->len, "message", "messages");

	return g_strdup_printf("%s%u %s %s held for you", d->more ? "More than " : "",
			       d->ids->len, what, plural(d->ids->len, "is", "are"));
}

static void beginning(struct writing *w, const char *subject)
{
	const struct digest *d = w->d;
	char *words = g_strdup_printf("%s has kept back mail for %s. It was judged not "
				      "wanted, or not safe. Each "
				      "link opens a page on which you can read it, and "
				      "say what becomes of it; the "
				      "link by itself does nothing.",
				      outgoing_house(d->tenant), d->mailbox);

	page_element(&w->page, "h1", NULL, subject);
	paragraph(w, words);
	g_free(words);
	if (d->sent.missed_s == 0)
		return;
	char *when = time_words(d->sent.missed_s);

	words = g_strdup_printf(
		"The summary of %s may not have reached you. What stood in it is not "
		"repeated here; the page has it, under the last link.",
		when);
	paragraph(w, words);
	g_free(words);
	g_free(when);
}

static void all_link(struct writing *w)
{
	const guint n = w->d->ids->len;
	char *hold = g_strdup_printf("@%" G_GINT64_FORMAT, w->serial);
	char *path = path_of(w, hold);
	char *words =
		g_strdup_printf("Open %s%s, or change how often this comes",
				n == 1 ? "it" : "all of them",
				n > w->d->rows->len ? " (more than stand here)" : "");

	g_string_append_printf(w->text, "%s:\n%s%s\n\n", words, w->page.site, path + 1);
	page_open(&w->page, "p", NULL);
	page_link(&w->page, path, words);
	page_close(&w->page, "p");
	g_free(words);
	g_free(path);
	g_free(hold);
}

static void ending(struct writing *w)
{
	char *until = time_words(w->until_s);
	char *words = g_strdup_printf(
		"The links are yours alone, until %s: whoever has them can read these "
		"messages, so do not pass this mail on.",
		until);

	all_link(w);
	paragraph(w, words);
	g_free(words);
	g_free(until);
	if (w->d->tenant->review_contact[0] == '\0')
		return;
	words = g_strdup_printf("Questions about held mail: %s",
				w->d->tenant->review_contact);
	paragraph(w, words);
	g_free(words);
}

static void head(struct page *p, const char *title)
{
	page_head(p);
	page_element(p, "title", NULL, title);
	g_string_append_printf(p->out, "<style>%s</style>", style);
	page_close(p, "head");
	page_open(p, "body", NULL);
	page_open(p, "main", NULL);
}

struct digest_text digest_text(const struct digest *d, const char *link_key,
			       int64_t serial, int64_t now_s)
{
	struct digest_text made = { .subject = subject_of(d) };
	struct writing w = { .d = d,
			     .link_key = link_key,
			     .serial = serial,
			     .now_s = now_s,
			     .until_s = now_s + d->options->digest_link_ms / 1000,
			     .text = g_string_new(NULL),
			     .page = { g_string_new(NULL), d->options->review_url } };

	head(&w.page, made.subject);
	beginning(&w, made.subject);
	rows(&w);
	ending(&w);
	page_close(&w.page, "main");
	page_close(&w.page, "body");
	page_close(&w.page, "html");
	made.text = g_string_free(w.text, FALSE);
	made.html = g_string_free(w.page.out, FALSE);
	return made;
}

void digest_text_clear(struct digest_text *t)
{
	g_clear_pointer(&t->subject, g_free);
	g_clear_pointer(&t->text, g_free);
	g_clear_pointer(&t->html, g_free);
}
