/* What every part of "wonted privacy" tells of what it finds. */
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
