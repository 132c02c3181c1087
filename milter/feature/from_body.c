/* Features of what is in the message: parts, attachments, links, text, and what is odd
 * about its form. */
#include <glib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "feature/extract.h"
#include "feature/link_text.h"
#include "feature/link_wrap.h"
#include "message/domain.h"

enum {
	INSIDE_MOST = 1000,   /* names in all archives together */
	MISLEADING_MOST = 20, /* more say nothing new */
};

struct bit_name {
	unsigned bit;
	const char *name;
};

static const struct bit_name broken_names[] = {
	{ BROKEN_HEADER_LINE, "header_line" },
	{ BROKEN_NO_FROM, "no_from" },
	{ BROKEN_MANY_FROM, "many_from" },
	{ BROKEN_FROM_SYNTAX, "from_syntax" },
	{ BROKEN_DUPLICATE, "duplicate" },
	{ BROKEN_BOUNDARY, "boundary" },
	{ BROKEN_ENCODING, "encoding" },
	{ BROKEN_CHARSET, "charset" },
	{ BROKEN_NUL, "nul" },
	{ BROKEN_8BIT_HEADER, "8bit_header" },
	{ BROKEN_DATE, "date" },
};

static const struct bit_name cut_names[] = {
	{ CUT_SIZE, "size" },           { CUT_HEADERS, "headers" },
	{ CUT_PARTS, "parts" },         { CUT_DEPTH, "depth" },
	{ CUT_LINKS, "links" },         { CUT_TEXT, "text" },
	{ CUT_ADDRESSES, "addresses" },
};

static struct value bits_value(struct arena *a, unsigned bits,
			       const struct bit_name *names, size_t n)
{
	struct collected *c = collect_new(a, n);

	for (size_t i = 0; i < n; i++)
		if ((bits & names[i].bit) != 0)
			collect_add(c, names[i].name);
	return collect_value(c);
}

static void take_parts(const struct source *s, struct value *at)
{
	const struct message *m = s->message;
	struct collected *names = collect_new(s->arena, LIMIT_PARTS + LIMIT_ENCLOSED);
	struct collected *types = collect_new(s->arena, LIMIT_PARTS + LIMIT_ENCLOSED);
	struct collected *inside = collect_new(s->arena, INSIDE_MOST);
	bool locked = false, html = false;

	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];

		html = html || (p->kind == PART_TEXT_HTML && !p->is_attachment);
		if (!p->is_attachment)
			continue;
		collect_add(names, p->filename);
		collect_add(types, p->magic);
		for (size_t k = 0; k < p->n_inside; k++)
			collect_add(inside, p->inside[k]);
		locked = locked || p->encrypted_archive;
	}
	for (size_t i = 0; i < m->n_enclosed; i++) {
		const struct enclosed *f = &m->enclosed[i];

		collect_add(names, f->filename);
		collect_add(types, f->magic);
		for (size_t k = 0; k < f->n_inside; k++)
			collect_add(inside, f->inside[k]);
		locked = locked || f->encrypted_archive;
	}
	at[FEATURE_PARTS_COUNT] = VALUE_OF_INT((int64_t)m->n_parts);
	at[FEATURE_ATTACHMENTS] = collect_value(names);
	at[FEATURE_ATTACHMENTS_TYPES] = collect_value(types);
	at[FEATURE_ATTACHMENTS_INSIDE] = collect_value(inside);
	at[FEATURE_ATTACHMENTS_LOCKED] = VALUE_OF_BOOL(locked);
	at[FEATURE_HTML] = VALUE_OF_BOOL(html);
}

static const char *misleading(struct arena *a, const struct link *l)
{
	if (l->org == NULL || l->host == NULL || l->hidden)
		return NULL;
	/* most texts show the very host */
	if (g_strcmp0(l->text, l->host) == 0)
		return NULL;

	const char *shown = link_text_host(a, l->text);

	if (shown == NULL || strcmp(shown, l->host) == 0 ||
	    strcmp(domain_org(shown), l->org) == 0)
		return NULL;

	const char *real = link_unwrap(a, l->url, l->host);

	if (strcmp(domain_org(shown), domain_org(real)) == 0)
		return NULL;
	return arena_printf(a, "%s -> %s", shown, real);
}

static void take_links(const struct source *s, struct value *at)
{
	const struct message *m = s->message;
	struct collected *hosts = collect_new(s->arena, LIMIT_LINKS);
	struct collected *orgs = collect_new(s->arena, LIMIT_LINKS);
	struct collected *lies = collect_new(s->arena, MISLEADING_MOST);

	for (size_t i = 0; i < m->n_links; i++) {
		collect_add(hosts, m->links[i].host);
		collect_add(orgs, m->links[i].org);
		collect_add(lies, misleading(s->arena, &m->links[i]));
	}
	at[FEATURE_LINKS_COUNT] = VALUE_OF_INT((int64_t)m->n_links);
	at[FEATURE_LINKS_HOSTS] = collect_value(hosts);
	at[FEATURE_LINKS_ORGS] = collect_value(orgs);
	at[FEATURE_LINKS_MISLEADING] = collect_value(lies);
}

static struct value length_value(const char *text)
{
	return VALUE_OF_INT(text == NULL ? 0 : (int64_t)strlen(text));
}

void features_from_body(const struct source *s, struct value *at)
{
	const struct message *m = s->message;

	take_parts(s, at);
	take_links(s, at);
	at[FEATURE_TEXT] = text_value(s->arena, m->text);
	at[FEATURE_TEXT_BYTES] = length_value(m->text);
	at[FEATURE_TEXT_HIDDEN] = text_value(s->arena, m->hidden);
	at[FEATURE_TEXT_HIDDEN_BYTES] = length_value(m->hidden);
	at[FEATURE_SIGNED] = VALUE_OF_BOOL((m->kind & MESSAGE_SIGNED) != 0);
	at[FEATURE_ENCRYPTED] = VALUE_OF_BOOL((m->kind & MESSAGE_ENCRYPTED) != 0);
	at[FEATURE_REPORT] = VALUE_OF_BOOL((m->kind & MESSAGE_REPORT) != 0);
	at[FEATURE_CALENDAR] = VALUE_OF_BOOL((m->kind & MESSAGE_CALENDAR) != 0);
	at[FEATURE_BROKEN] =
		bits_value(s->arena, m->broken, broken_names, COUNT_OF(broken_names));
	at[FEATURE_CUT] = bits_value(s->arena, m->cut, cut_names, COUNT_OF(cut_names));
}
