#include "feature/file_names.h"

#include <glib.h>
#include <string.h>

#include "base/compiler.h"
#include "message/file_name.h"

/* the ending as everybody writes it, "" if there is none */
static const char *ending(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? "" : dot;
}

void file_names_add(struct arena *a, struct collected *c, const char *name)
{
	const char *plain = name == NULL ? NULL : file_name_plain(a, name);

	collect_add(c, name);
	if (plain != NULL && g_ascii_strcasecmp(ending(plain), ending(name)) != 0)
		collect_add(c, plain);
}

static bool is_usual_name(const struct part *p, const char *name)
{
	static const struct {
		const char *type;
		const char *endings[9];
	} usual[] = {
		{ "text/plain", { ".txt", ".text", ".asc", "" } },
		{ "text/html", { ".htm", ".html", "" } },
		{ "image/",
		  { ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff",
		    "" } },
		{ "message/rfc822", { ".eml", ".msg", "" } },
	};
	const char *end = ending(name);

	for (size_t i = 0; i < COUNT_OF(usual); i++)
		for (size_t k = 0; k < COUNT_OF(usual[i].endings); k++)
			if (g_str_has_prefix(p->type, usual[i].type) &&
			    usual[i].endings[k] != NULL &&
			    g_ascii_strcasecmp(end, usual[i].endings[k]) == 0)
				return true;
	return false;
}

void file_names_of(struct arena *a, struct collected *c, const struct part *p)
{
	for (size_t i = 0; i < p->n_names; i++)
		if (p->is_attachment || !is_usual_name(p, p->names[i]))
			file_names_add(a, c, p->names[i]);
}
