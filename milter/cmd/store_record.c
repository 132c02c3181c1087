/* Which codec reads which family: here the rooms' records meet, so that any of them can be
 * shown. Bytes of a store are hostile: what cannot be read is null, never guessed. */
#include "cmd/store_record.h"

#include "base/arena.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/printable.h"
#include "base/suggest.h"
#include "behavior/behavior.h"
#include "mailbox/mailbox.h"
#include "person/person.h"
#include "store/codec.h"

static const struct codec *const codecs[] = {
	&person_codec,  &people_codec, &mailbox_codec,  &preference_codec,
	&history_codec, &thread_codec, &campaign_codec, &baseline_codec,
};

static const struct codec *codec_of(enum family f)
{
	for (size_t i = 0; i < COUNT_OF(codecs); i++)
		if (strcmp(codecs[i]->name, key_families[f].codec) == 0)
			return codecs[i];
	return NULL;
}

/* the beginning of a line */
struct line {
	const char *family, *tenant, *key;
	const char *const *parts;
	size_t n_parts;
	int64_t expires_s;
};

static const struct codec_field line_fields[] = {
	CODEC_TEXT_FIELD(line, 1, family, 100),
	CODEC_TEXT_FIELD(line, 2, tenant, 1000),
	CODEC_TEXT_FIELD(line, 3, key, 1000),
	CODEC_TEXTS_FIELD(line, 4, parts, n_parts, 2),
	CODEC_INT_FIELD(line, 5, expires_s),
};

static const struct codec line_codec = {
	.name = "line",
	.version = 1,
	.size = sizeof(struct line),
	.fields = line_fields,
	.n_fields = COUNT_OF(line_fields),
};

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
		g_string_append(out, "null");
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
		g_string_append(out, "null");
	arena_destroy(&a);
	return answer;
}

static const char *valid(struct arena *a, const char *text)
{
	char *safe = g_utf8_make_valid(text, -1);
	const char *copy = arena_strdup(a, safe);

	g_free(safe);
	return copy;
}

void record_print(const struct store_record *record, GString *out)
{
	struct arena *a = arena_create();
	struct key_parts parts;
	struct line line = { .expires_s = record->expires_s };
	const char *part[2];

	if (key_split(a, record->key, &parts)) {
		line.family = key_families[parts.family].name;
		line.tenant = valid(a, parts.tenant);
		if (parts.part1[0] != '\0')
			part[line.n_parts++] = valid(a, parts.part1);
		if (parts.part2[0] != '\0')
			part[line.n_parts++] = valid(a, parts.part2);
		line.parts = part;
	} else {
		line.key = valid(a, arena_strndup(a, record->key.at, record->key.n));
	}
	codec_json(&line_codec, &line, out);
	g_string_truncate(out, out->len - 1); /* the brace that closes */
	g_string_append(out, ", \"value\": ");
	record_read(record->key, record->value, out);
	g_string_append_c(out, '}');
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
