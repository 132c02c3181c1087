/* Each kind fills the words of its own; features.def says the same of all together. */
#include "feature/objects.h"

#include <glib.h>
#include <string.h>

#include "base/file_magic.h"
#include "feature/extract.h"
#include "feature/file_names.h"
#include "feature/link_target.h"
#include "feature/link_text.h"
#include "message/decoder.h"

static const struct name_row rows[OBJECT_WORD_COUNT] = {
#define OBJECT_WORD(kind, id, name_, type_, unit_, doc_) \
	[OBJECT_##id] = { .name = (name_),               \
			  .type = VALUE_##type_,         \
			  .scope = SCOPE_MESSAGE,        \
			  .unit = (unit_),               \
			  .since = "0.2",                \
			  .pii = true,                   \
			  .doc = (doc_) },
#include "feature/objects.def"
#undef OBJECT_WORD
};

static const enum object_kind kinds[OBJECT_WORD_COUNT] = {
#define OBJECT_WORD(kind, id, name, type, unit, doc) [OBJECT_##id] = OBJECT_##kind,
#include "feature/objects.def"
#undef OBJECT_WORD
};

static const struct {
	const char *one, *many;
} names[OBJECT_KIND_COUNT] = {
	[OBJECT_LINK] = { "link", "links" },
	[OBJECT_ATTACHMENT] = { "attachment", "attachments" },
	[OBJECT_RECIPIENT] = { "recipient", "recipients" },
};

const struct name_table object_words = { .what = "word",
					 .rows = rows,
					 .n = OBJECT_WORD_COUNT };

const char *object_name(enum object_kind kind, bool many)
{
	return many ? names[kind].many : names[kind].one;
}

bool object_kind_of(const char *word, bool many, enum object_kind *kind_r)
{
	for (size_t i = 0; i < OBJECT_KIND_COUNT; i++) {
		if (strcmp(word, object_name((enum object_kind)i, many)) != 0)
			continue;
		*kind_r = (enum object_kind)i;
		return true;
	}
	return false;
}

enum object_kind object_word_kind(enum object_word word)
{
	return kinds[word];
}

size_t object_word_find(enum object_kind kind, const char *name)
{
	for (size_t i = 0; i < OBJECT_WORD_COUNT; i++)
		if (kinds[i] == kind && strcmp(rows[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

/* objects while they are taken */
struct taken {
	struct arena *arena;
	GPtrArray *at;
};

/* one more, of which nothing is there yet */
static struct value *add(struct taken *t)
{
	struct value *at = arena_new(t->arena, struct value, OBJECT_WORD_COUNT);

	for (size_t i = 0; i < OBJECT_WORD_COUNT; i++)
		at[i] = VALUE_ABSENT;
	g_ptr_array_add(t->at, at);
	return at;
}

static void take_link(struct taken *t, const struct link *l)
{
	struct arena *a = t->arena;
	struct value *at = add(t);
	const char *real;

	at[OBJECT_LINK_HOST] = text_value(a, l->host);
	at[OBJECT_LINK_ORG] = text_value(a, l->org);
	at[OBJECT_LINK_URL] = text_value(a, link_readable(a, l));
	at[OBJECT_LINK_TEXT] = text_value(a, l->text);
	at[OBJECT_LINK_SHOWN] = text_value(a, link_shown(a, l, &real));
	at[OBJECT_LINK_BEYOND] = text_value(a, link_beyond(a, l));
	at[OBJECT_LINK_SCHEME] = text_value(a, link_scheme(a, l->url));
	at[OBJECT_LINK_HIDDEN] = VALUE_OF_BOOL(l->hidden);
	at[OBJECT_LINK_CODED] = VALUE_OF_BOOL(l->coded);
}

/* what is found in a file, whether it is a part or stands in one */
static void take_file(struct taken *t, struct value *at, const struct enclosed *file)
{
	struct arena *a = t->arena;
	const struct decoded *d = file->decoded;
	struct collected *inside = collect_new(a, file->n_inside * 2),
			 *kinds_inside = collect_new(a, d == NULL ? 0 : d->n_kinds),
			 *hosts = collect_new(a, d == NULL ? 0 : d->n_links * 2);

	for (size_t i = 0; i < file->n_inside; i++)
		file_names_add(a, inside, file->inside[i]);
	collect_decoded(a, d, kinds_inside, hosts);
	at[OBJECT_ATTACHMENT_TYPE] = text_value(a, file->magic);
	at[OBJECT_ATTACHMENT_INSIDE] = collect_value(inside);
	at[OBJECT_ATTACHMENT_INSIDE_TYPES] = collect_value(kinds_inside);
	at[OBJECT_ATTACHMENT_LINKS] = collect_value(hosts);
	at[OBJECT_ATTACHMENT_LOCKED] = VALUE_OF_BOOL(file->encrypted_archive);
}

/* a picture in the text is none, unless it has the name or the bytes of something else */
static void take_part(struct taken *t, const struct part *p)
{
	struct collected *called = collect_new(t->arena, MAX(p->n_names, 1) * 2);
	const struct enclosed file = { .magic = p->magic,
				       .inside = p->inside,
				       .n_inside = p->n_inside,
				       .encrypted_archive = p->encrypted_archive,
				       .decoded = p->decoded };
	struct value all, *at;

	file_names_of(t->arena, called, p);
	all = collect_value(called);
	if (!p->is_attachment && all.n_items == 0 &&
	    (p->magic == NULL ||
	     (file_packs(p->magic) == PACKS_CODES && strcmp(p->magic, "pdf") != 0)))
		return;
	at = add(t);
	take_file(t, at, &file);
	at[OBJECT_ATTACHMENT_NAME] = text_value(t->arena, p->filename);
	at[OBJECT_ATTACHMENT_NAMES] = all;
	at[OBJECT_ATTACHMENT_DECLARED] = text_value(t->arena, p->type);
	at[OBJECT_ATTACHMENT_SIZE] = VALUE_OF_INT((int64_t)p->bytes);
	at[OBJECT_ATTACHMENT_PAGE] = page_acts_value(t->arena, p->page_acts);
}

static void take_enclosed(struct taken *t, const struct enclosed *file)
{
	struct collected *called = collect_new(t->arena, 2);
	struct value *at = add(t);

	file_names_add(t->arena, called, file->filename);
	take_file(t, at, file);
	at[OBJECT_ATTACHMENT_NAME] = text_value(t->arena, file->filename);
	at[OBJECT_ATTACHMENT_NAMES] = collect_value(called);
}

static void take_recipient(struct taken *t, const struct mailaddr *to)
{
	struct value *at = add(t);

	at[OBJECT_RECIPIENT_ADDRESS] = text_value(t->arena, to->key);
	at[OBJECT_RECIPIENT_DOMAIN] = text_value(t->arena, to->domain);
	at[OBJECT_RECIPIENT_ORG] = text_value(t->arena, to->org);
	at[OBJECT_RECIPIENT_NAME] = text_value(t->arena, to->display);
}

static void take_all(struct taken *t, const struct message *m, enum object_kind kind)
{
	switch (kind) {
	case OBJECT_LINK:
		for (size_t i = 0; i < m->n_links; i++)
			take_link(t, &m->links[i]);
		break;
	case OBJECT_ATTACHMENT:
		for (size_t i = 0; i < m->n_parts; i++)
			take_part(t, &m->parts[i]);
		for (size_t i = 0; i < m->n_enclosed; i++)
			take_enclosed(t, &m->enclosed[i]);
		break;
	case OBJECT_RECIPIENT:
		for (size_t i = 0; i < m->n_to; i++)
			take_recipient(t, &m->to[i]);
		break;
	case OBJECT_KIND_COUNT:
		break;
	}
}

struct objects objects_take(struct arena *a, const struct message *m,
			    enum object_kind kind)
{
	static const unsigned limits[OBJECT_KIND_COUNT] = {
		[OBJECT_LINK] = TRUNCATED_LINKS,
		[OBJECT_ATTACHMENT] = TRUNCATED_PARTS | TRUNCATED_DEPTH,
		[OBJECT_RECIPIENT] = TRUNCATED_ADDRESSES,
	};
	struct taken t = { .arena = a, .at = g_ptr_array_new() };
	struct objects all = { .cut = true };
	const struct value **at;

	if (m == NULL) {
		g_ptr_array_unref(t.at);
		return all;
	}
	take_all(&t, m, kind);
	at = arena_new(a, const struct value *, t.at->len + 1);
	for (guint i = 0; i < t.at->len; i++)
		at[i] = g_ptr_array_index(t.at, i);
	all = (struct objects){ .at = at,
				.n = t.at->len,
				.cut = (m->truncated & (limits[kind] | TRUNCATED_END)) !=
				       0 };
	g_ptr_array_unref(t.at);
	return all;
}
