/* What every part of "wonted privacy" tells of what it finds. */
#include <stdio.h>

#include "cmd/listing.h"
#include "cmd/privacy.h"

bool privacy_found(struct privacy *p)
{
	p->n++;
	return p->print;
}

void privacy_json(const struct privacy *p, const char *member, const char *json)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "part", p->part);
	g_string_append_printf(out, ",\"%s\":%s", member, json);
	listing_json_print(out);
}

void privacy_text(const struct privacy *p, const char *member, const char *text,
		  size_t most)
{
	GString *out;

	if (!p->json) {
		fputs("  ", stdout);
		listing_put_text(text, most);
		putchar('\n');
		return;
	}
	out = listing_json_begin();
	listing_json_text(out, "part", p->part);
	listing_json_text(out, member, text);
	listing_json_print(out);
}
