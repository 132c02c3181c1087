/* What packs files may hold anything, and a rule should know where nobody has looked. A
 * decoder says so himself; where there was none, names in a zip are known, and no more.
 * Both the first bytes and the ending of a name are asked, for either may lie. */
#include "feature/unchecked.h"

#include <glib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/file_magic.h"
#include "message/decoder.h"

/* what cannot be opened, or would have to be opened once more */
static const char *within(const char *word)
{
	static const struct {
		const char *kind, *word;
	} words[] = { { "zip", "zip within" },   { "jar", "zip within" },
		      { "rar", "rar within" },   { "7z", "7z within" },
		      { "iso", "image within" }, { "img", "image within" } };

	for (size_t i = 0; word != NULL && i < COUNT_OF(words); i++)
		if (g_ascii_strcasecmp(words[i].kind, word) == 0)
			return words[i].word;
	switch (file_packs(word)) {
	case PACKS_FILES:
		return "archive within";
	case PACKS_CODES:
		return g_ascii_strcasecmp(word, "pdf") == 0 ? "pdf within"
							    : "picture within";
	case PACKS_MAIL:
		return "mail within";
	case PACKS_NOTHING:
		return NULL;
	}
	g_assert_not_reached();
}

/* a file as it hangs on the message */
struct attached {
	const char *name, *magic;
	const char *const *inside;
	size_t n_inside;
	const struct decoded *decoded; /* NULL: nobody looked */
};

/* what it is called when it can hold others; NULL: it can't */
static const char *packer(const struct attached *f)
{
	const char *end = file_ending(f->name);

	if (file_packs(f->magic) == PACKS_FILES || file_packs(f->magic) == PACKS_CODES)
		return f->magic;
	return file_packs(end) == PACKS_FILES ? end : NULL;
}

/* names in it were read, and those it holds could be opened in their turn */
static void take_unlooked(struct collected *c, const struct attached *f)
{
	const char *kind = packer(f);

	if (g_strcmp0(f->magic, "zip") != 0 || f->n_inside == 0)
		collect_add(c, kind);
	for (size_t i = 0; i < f->n_inside; i++)
		collect_add(c, within(file_ending(f->inside[i])));
}

static void take_unopened(struct arena *a, struct collected *c, const struct attached *f,
			  const struct unopened *u)
{
	const char *word = packer(f);

	if (u->name[0] != '\0') {
		word = within(file_ending(u->name));
		word = word != NULL ? word : within(u->kind);
	}
	collect_add(c,
		    arena_printf(a, "%s: %s", word != NULL ? word : "archive", u->why));
}

static void take_file(struct arena *a, struct collected *c, const struct attached *f)
{
	if (f->decoded == NULL)
		take_unlooked(c, f);
	for (size_t i = 0; f->decoded != NULL && i < f->decoded->n_unopened; i++)
		take_unopened(a, c, f, &f->decoded->unopened[i]);
}

void unchecked_take(struct arena *a, struct collected *c, const struct message *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		struct attached f = { p->filename, p->magic, p->inside, p->n_inside,
				      p->decoded };

		/* RFC 2046 5.2.2 and 5.2.3: the rest is in other messages, or elsewhere */
		if (strcmp(p->type, "message/partial") == 0 ||
		    strcmp(p->type, "message/external-body") == 0)
			collect_add(c, p->type);
		take_file(a, c, &f);
		for (size_t k = 1; k < p->n_names && p->decoded == NULL; k++) {
			f.name = p->names[k];
			take_file(a, c, &f);
		}
	}
	for (size_t i = 0; i < m->n_enclosed; i++) {
		const struct enclosed *e = &m->enclosed[i];
		const struct attached f = { e->filename, e->magic, e->inside, e->n_inside,
					    e->decoded };

		take_file(a, c, &f);
	}
}
