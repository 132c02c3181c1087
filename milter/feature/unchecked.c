/* Names in a zip are read; what else packs files may hold anything, and a rule should know.
 * Both the first bytes and the ending of a name are asked, for either may lie. */
#include "feature/unchecked.h"

#include <glib.h>
#include <string.h>

#include "base/compiler.h"

/* of attachment_magic(), and endings without their dot */
static const char *const packers[] = {
	"rar", "7z",  "tar", "gzip", "bzip2", "xz",  "zstd", "cab", "iso", "vhd",
	"ace", "arj", "lha", "gz",   "tgz",   "bz2", "tbz",  "txz", "zst", "lzh",
	"z",   "lz",  "r00", "001",  "img",   "udf", "zipx", "alz", "egg", "uue",
};

static bool is_packer(const char *word)
{
	for (size_t i = 0; word != NULL && i < COUNT_OF(packers); i++)
		if (g_ascii_strcasecmp(packers[i], word) == 0)
			return true;
	return false;
}

static const char *ending(const char *name)
{
	const char *dot = name == NULL ? NULL : strrchr(name, '.');

	return dot == NULL ? NULL : dot + 1;
}

/* what cannot be opened, or would have to be opened once more */
static const char *within(const char *name)
{
	static const struct {
		const char *ending, *word;
	} words[] = { { "zip", "zip within" },   { "jar", "zip within" },
		      { "eml", "mail within" },  { "msg", "mail within" },
		      { "rar", "rar within" },   { "7z", "7z within" },
		      { "iso", "image within" }, { "img", "image within" } };
	const char *end = ending(name);

	for (size_t i = 0; end != NULL && i < COUNT_OF(words); i++)
		if (g_ascii_strcasecmp(words[i].ending, end) == 0)
			return words[i].word;
	return is_packer(end) ? "archive within" : NULL;
}

static void take_file(struct collected *c, const char *name, const char *magic,
		      size_t n_inside)
{
	const char *end = ending(name);

	if (is_packer(magic))
		collect_add(c, magic);
	else if (is_packer(end))
		collect_add(c, end);
	else if (magic != NULL && strcmp(magic, "zip") == 0 && n_inside == 0)
		collect_add(c, "zip");
}

static void take_inside(struct collected *c, const char *const *inside, size_t n)
{
	for (size_t i = 0; i < n; i++)
		collect_add(c, within(inside[i]));
}

void unchecked_take(struct collected *c, const struct message *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];

		/* RFC 2046 5.2.2 and 5.2.3: the rest is in other messages, or elsewhere */
		if (strcmp(p->type, "message/partial") == 0 ||
		    strcmp(p->type, "message/external-body") == 0)
			collect_add(c, p->type);
		take_file(c, p->filename, p->magic, p->n_inside);
		for (size_t k = 1; k < p->n_names; k++)
			take_file(c, p->names[k], p->magic, p->n_inside);
		take_inside(c, p->inside, p->n_inside);
	}
	for (size_t i = 0; i < m->n_enclosed; i++) {
		const struct enclosed *f = &m->enclosed[i];

		take_file(c, f->filename, f->magic, f->n_inside);
		take_inside(c, f->inside, f->n_inside);
	}
}
