/* Features of what is in the message: parts, attachments, links, text, and what is odd
 * about its form. */
#include <glib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "feature/extract.h"
#include "feature/file_names.h"
#include "feature/link_target.h"
#include "feature/link_text.h"
#include "feature/unchecked.h"
#include "message/address.h"
#include "message/decoder.h"
#include "message/domain.h"
#include "message/html_text.h"
#include "message/links.h"
#include "message/page.h"

enum {
	INSIDE_MOST = 1000,             /* names in all archives together */
	INSIDE_TYPES_MOST = 100,        /* there are not more */
	UNCHECKED_MOST = 20,            /* kinds; there are not many more */
	MISLEADING_MOST = 20,           /* more say nothing new */
	SCHEMES_MOST = 20,              /* mail has three */
	ALTERNATIVES_SHARED_LEAST = 15, /* percent: small words are in both by chance */
};

struct bit_name {
	unsigned bit;
	const char *name;
};

static const struct bit_name malformed_names[] = {
	{ MALFORMED_HEADER_LINE, "header_line" },
	{ MALFORMED_NO_FROM, "no_from" },
	{ MALFORMED_MANY_FROM, "many_from" },
	{ MALFORMED_FROM_SYNTAX, "from_syntax" },
	{ MALFORMED_DUPLICATE, "duplicate" },
	{ MALFORMED_BOUNDARY, "boundary" },
	{ MALFORMED_ENCODING, "encoding" },
	{ MALFORMED_CHARSET, "charset" },
	{ MALFORMED_NUL, "nul" },
	{ MALFORMED_8BIT_HEADER, "8bit_header" },
	{ MALFORMED_DATE, "date" },
};

static const struct bit_name truncated_names[] = {
	{ TRUNCATED_SIZE, "size" },           { TRUNCATED_HEADERS, "headers" },
	{ TRUNCATED_PARTS, "parts" },         { TRUNCATED_DEPTH, "depth" },
	{ TRUNCATED_LINKS, "links" },         { TRUNCATED_TEXT, "text" },
	{ TRUNCATED_ADDRESSES, "addresses" }, { TRUNCATED_ARCHIVE, "archive" },
};

static const struct bit_name page_act_names[] = {
	{ PAGE_SCRIPT, "script" },
	{ PAGE_LEADS, "leads on" },
	{ PAGE_FORM, "form" },
	{ PAGE_PASSWORD, "password" },
	{ PAGE_BUILDS, "builds a file" },
};

static const struct bit_name html_field_names[] = {
	{ HTML_FIELD_TEXT, "text" },
	{ HTML_FIELD_PASSWORD, "password" },
	{ HTML_FIELD_FILE, "file" },
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

/* what is found in files */
struct files {
	struct arena *arena;
	struct collected *names, *types, *inside, *inside_types, *unchecked, *scripted,
		*links;
	bool locked;
	unsigned page_acts;
};

static void take_inside(struct files *f, const char *const *inside, size_t n, bool locked)
{
	for (size_t i = 0; i < n; i++)
		file_names_add(f->arena, f->inside, inside[i]);
	f->locked = f->locked || locked;
}

void collect_decoded(struct arena *a, const struct decoded *d, struct collected *kinds,
		     struct collected *hosts)
{
	for (size_t i = 0; d != NULL && i < d->n_kinds; i++)
		collect_add(kinds, d->kinds[i]);
	for (size_t i = 0; d != NULL && i < d->n_links; i++) {
		struct link link = { .url = d->links[i] };

		links_resolve(a, &link, NULL);
		collect_add(hosts, link.host);
		collect_add(hosts, link.host == NULL ? NULL : link_beyond(a, &link));
	}
}

struct value page_acts_value(struct arena *a, unsigned acts)
{
	return bits_value(a, acts, page_act_names, COUNT_OF(page_act_names));
}

/* Neither the type nor the disposition that a part declares makes it harmless. */
static void take_part(struct files *f, const struct part *p)
{
	file_names_of(f->arena, f->names, p);
	collect_add(f->types, p->magic);
	if ((p->page_acts & (PAGE_SCRIPT | PAGE_LEADS)) != 0)
		collect_add(f->scripted, p->filename != NULL ? p->filename : p->type);
	f->page_acts |= p->page_acts;
	take_inside(f, p->inside, p->n_inside, p->encrypted_archive);
	collect_decoded(f->arena, p->decoded, f->inside_types, f->links);
}

static void take_parts(const struct source *s, struct value *at)
{
	const struct message *m = s->message;
	size_t most = (LIMIT_PARTS + LIMIT_ENCLOSED) * 2;
	struct files f = { .arena = s->arena,
			   .names = collect_new(s->arena, most),
			   .types = collect_new(s->arena, most),
			   .inside = collect_new(s->arena, INSIDE_MOST),
			   .inside_types = collect_new(s->arena, INSIDE_TYPES_MOST),
			   .unchecked = collect_new(s->arena, UNCHECKED_MOST),
			   .links = collect_new(s->arena, LIMIT_LINKS),
			   .scripted = collect_new(s->arena, LIMIT_PARTS) };
	bool html = false;

	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];

		html = html || (p->kind == PART_TEXT_HTML && !p->is_attachment);
		take_part(&f, p);
	}
	for (size_t i = 0; i < m->n_enclosed; i++) {
		const struct enclosed *one = &m->enclosed[i];

		file_names_add(s->arena, f.names, one->filename);
		collect_add(f.types, one->magic);
		take_inside(&f, one->inside, one->n_inside, one->encrypted_archive);
		collect_decoded(s->arena, one->decoded, f.inside_types, f.links);
	}
	at[FEATURE_PARTS_COUNT] = VALUE_OF_INT((int64_t)m->n_parts);
	at[FEATURE_ATTACHMENTS] = collect_value(f.names);
	at[FEATURE_ATTACHMENTS_TYPES] = collect_value(f.types);
	at[FEATURE_ATTACHMENTS_INSIDE] = collect_value(f.inside);
	at[FEATURE_ATTACHMENTS_INSIDE_TYPES] = collect_value(f.inside_types);
	at[FEATURE_ATTACHMENTS_LOCKED] = VALUE_OF_BOOL(f.locked);
	unchecked_take(s->arena, f.unchecked, m);
	at[FEATURE_ATTACHMENTS_UNCHECKED] = collect_value(f.unchecked);
	at[FEATURE_ATTACHMENTS_SCRIPTED] = collect_value(f.scripted);
	at[FEATURE_ATTACHMENTS_LINKS] = collect_value(f.links);
	at[FEATURE_ATTACHMENTS_PAGES] = page_acts_value(s->arena, f.page_acts);
	at[FEATURE_HTML] = VALUE_OF_BOOL(html);
}

static const char *misleading(struct arena *a, const struct link *l)
{
	const char *real, *shown = link_shown(a, l, &real);

	return shown == NULL ? NULL : arena_printf(a, "%s -> %s", shown, real);
}

static void take_links(const struct source *s, struct value *at)
{
	const struct message *m = s->message;
	struct collected *hosts = collect_new(s->arena, LIMIT_LINKS);
	struct collected *orgs = collect_new(s->arena, LIMIT_LINKS);
	struct collected *lies = collect_new(s->arena, MISLEADING_MOST);
	struct collected *urls = collect_new(s->arena, LIMIT_LINKS);
	struct collected *schemes = collect_new(s->arena, SCHEMES_MOST);
	struct collected *coded = collect_new(s->arena, LIMIT_LINKS);
	struct collected *beyond = collect_new(s->arena, LIMIT_LINKS);

	for (size_t i = 0; i < m->n_links; i++) {
		collect_add(hosts, m->links[i].host);
		collect_add(orgs, m->links[i].org);
		collect_add(lies, misleading(s->arena, &m->links[i]));
		collect_add(urls, link_readable(s->arena, &m->links[i]));
		collect_add(schemes, link_scheme(s->arena, m->links[i].url));
		collect_add(beyond, link_beyond(s->arena, &m->links[i]));
		if (m->links[i].coded)
			collect_add(coded, m->links[i].host != NULL ? m->links[i].host
								    : m->links[i].url);
	}
	at[FEATURE_LINKS_URLS] = collect_value(urls);
	at[FEATURE_LINKS_SCHEMES] = collect_value(schemes);
	at[FEATURE_LINKS_BEYOND] = collect_value(beyond);
	at[FEATURE_LINKS_CODED] = collect_value(coded);
	at[FEATURE_LINKS_COUNT] = VALUE_OF_INT((int64_t)m->n_links);
	at[FEATURE_LINKS_HOSTS] = collect_value(hosts);
	at[FEATURE_LINKS_ORGS] = collect_value(orgs);
	at[FEATURE_LINKS_MISLEADING] = collect_value(lies);
}

/* the first who is of no author's organisation, else the first */
static void take_organizers(const struct source *s, struct value *at)
{
	const struct message *m = s->message;
	const char *told = m->n_organizers > 0 ? m->organizers[0] : NULL;

	for (size_t i = 0; i < m->n_organizers; i++) {
		const char *domain = address_domain(m->organizers[i]);

		if (domain == NULL || is_author_org(m, domain_org(domain)))
			continue;
		told = m->organizers[i];
		break;
	}
	const char *domain = told == NULL ? NULL : address_domain(told);

	at[FEATURE_CALENDAR_ORGANIZER] = text_value(s->arena, told);
	at[FEATURE_CALENDAR_ORGANIZER_ORG] =
		text_value(s->arena, domain == NULL ? NULL : domain_org(domain));
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
	at[FEATURE_TEXT_MIXED_SCRIPT_WORDS] =
		VALUE_OF_INT((int64_t)(s->subject.mixed + s->text.mixed));
	at[FEATURE_TEXT_ALTERNATIVES_DIFFER] =
		VALUE_OF_BOOL(m->alternatives_shared >= 0 &&
			      m->alternatives_shared < ALTERNATIVES_SHARED_LEAST);
	at[FEATURE_TEXT_HIDDEN] = text_value(s->arena, m->hidden);
	at[FEATURE_TEXT_HIDDEN_BYTES] = length_value(m->hidden);
	at[FEATURE_HTML_FIELDS] = bits_value(s->arena, m->html_fields, html_field_names,
					     COUNT_OF(html_field_names));
	take_organizers(s, at);
	at[FEATURE_SIGNED] = VALUE_OF_BOOL((m->kind & MESSAGE_SIGNED) != 0);
	at[FEATURE_ENCRYPTED] = VALUE_OF_BOOL((m->kind & MESSAGE_ENCRYPTED) != 0);
	at[FEATURE_REPORT] = VALUE_OF_BOOL((m->kind & MESSAGE_REPORT) != 0);
	at[FEATURE_CALENDAR] = VALUE_OF_BOOL((m->kind & MESSAGE_CALENDAR) != 0);
	at[FEATURE_MALFORMED] = bits_value(s->arena, m->malformed, malformed_names,
					   COUNT_OF(malformed_names));
	/* a sender has no part in our lack of memory: then nobody knows how long it is */
	if ((m->truncated & TRUNCATED_MEMORY) != 0)
		at[FEATURE_TRUNCATED] = VALUE_UNKNOWN;
	else
		at[FEATURE_TRUNCATED] =
			bits_value(s->arena, m->truncated, truncated_names,
				   COUNT_OF(truncated_names));
}
