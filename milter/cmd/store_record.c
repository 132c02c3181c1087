/* Which codec reads which family: here the modules' records meet, so that any of them can be
 * shown. Bytes of a store are hostile: what cannot be read is null, never guessed. */
#include "cmd/store_record.h"

#include "base/arena.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/json_line.h"
#include "base/suggest.h"
#include "behavior/behavior.h"
#include "cmd/listing.h"
#include "mailbox/mailbox.h"
#include "person/person.h"
#include "preference/received.h"
#include "store/codec.h"

static const struct codec *const codecs[] = {
	&person_codec,     &people_codec,   &mailbox_codec,
	&preference_codec, &history_codec,  &thread_codec,
	&campaign_codec,   &baseline_codec, &received_codec,
};

static const struct codec *codec_of(enum family f)
{
	for (size_t i = 0; i < COUNT_OF(codecs); i++)
		if (strcmp(codecs[i]->name, key_families[f].codec) == 0)
			return codecs[i];
	return NULL;
}

static enum answer read_value(struct arena *a, enum family f, struct bytes value,
			      GString *out)
{
	const struct codec *c = codec_of(f);
	void *record = c != NULL ? arena_alloc(a, c->size) : NULL;
	enum answer answer = ANSWER_UNKNOWN;

	if (c != NULL)
		answer = codec_decode(c, value, record, a);
	if (out != NULL && answer == ANSWER_YES)
		codec_json(c, record, out);
	else if (out != NULL)
		json_line_null(out);
	return answer;
}

enum answer record_read(struct bytes key, struct bytes value, GString *out)
{
	struct arena *a = arena_create();
	struct key_parts parts;
	enum answer answer = ANSWER_NO;

	if (key_split(a, key, &parts))
		answer = read_value(a, parts.family, value, out);
	else if (out != NULL)
		json_line_null(out);
	arena_destroy(&a);
	return answer;
}

static void print_key(GString *out, const struct key_parts *parts)
{
	const char *const part[] = { parts->part1, parts->part2 };

	listing_json_text(out, "family", key_families[parts->family].name);
	listing_json_text(out, "tenant", parts->tenant);
	json_line_name(out, "parts");
	json_line_open(out, '[');
	for (size_t i = 0; i < COUNT_OF(part) && part[i][0] != '\0'; i++)
		json_line_text(out, part[i]);
	json_line_close(out, ']');
}

void record_print(const struct store_record *record, GString *out)
{
	struct arena *a = arena_create();
	struct key_parts parts;

	json_line_open(out, '{');
	if (key_split(a, record->key, &parts))
		print_key(out, &parts);
	else
		listing_json_text(out, "key",
				  arena_strndup(a, record->key.at, record->key.n));
	if (record->expires_s != 0)
		listing_json_int(out, "expires_s", record->expires_s);
	json_line_name(out, "value");
	record_read(record->key, record->value, out);
	json_line_close(out, '}');
	arena_destroy(&a);
}

static const char *family_name(size_t i, const void *unused)
{
	(void)unused;
	return key_families[i].name;
}

enum family record_family(const char *name, GError **e)
{
	const char *near;
	GString *names;

	for (size_t i = 0; i < FAMILY_COUNT; i++)
		if (strcmp(key_families[i].name, name) == 0)
			return (enum family)i;
	near = suggest(name, family_name, FAMILY_COUNT, NULL);
	names = g_string_new(NULL);
	for (size_t i = 0; i < FAMILY_COUNT; i++)
		g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ",
				       key_families[i].name);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "there is no family \"%s\"%s%s%s; there are %s", name,
		    near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
		    near != NULL ? "\"?" : "", names->str);
	g_string_free(names, TRUE);
	return FAMILY_COUNT;
}
