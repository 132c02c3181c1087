/* What makes a line a person is checked here, for all formats. No line is taken before all have
 * been checked. */
#include "person/source.h"

#include <string.h>

#include "message/address.h"

#define NAME_BYTES_MOST 200

void source_report(struct people_source *s, size_t line, const char *format, ...)
{
	va_list args;

	if (s->n_reports++ >= SOURCE_REPORTS_SHOWN)
		return;
	if (s->reports->len > 0)
		g_string_append_c(s->reports, '\n');
	g_string_append_printf(s->reports, "%s:%zu: ", s->name, line);
	va_start(args, format);
	g_string_append_vprintf(s->reports, format, args);
	va_end(args);
}

bool source_vip(const char *word, bool *vip_r)
{
	static const char *const yes[] = { "yes", "true", "1", "x", "vip" };
	static const char *const no[] = { "", "no", "false", "0" };

	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (g_ascii_strcasecmp(word, yes[i]) == 0)
			return *vip_r = true;
	*vip_r = false;
	for (size_t i = 0; i < COUNT_OF(no); i++)
		if (g_ascii_strcasecmp(word, no[i]) == 0)
			return true;
	return false;
}

static const char *shown(struct people_source *s, const char *text)
{
	char *safe = g_strescape(text, NULL);
	const char *copy = arena_strndup(s->arena, safe, MIN(strlen(safe), 80));

	g_free(safe);
	return copy;
}

static bool check_name(struct people_source *s, size_t line, const char *name)
{
	if (!g_utf8_validate(name, -1, NULL))
		source_report(s, line,
			      "the name \"%s\" is not UTF-8: save the file as UTF-8",
			      shown(s, name));
	else if (strlen(name) > NAME_BYTES_MOST)
		source_report(s, line, "the name is longer than %d bytes",
			      NAME_BYTES_MOST);
	else if (name_key(s->arena, name) == NULL)
		source_report(s, line, "there is no name in \"%s\"", shown(s, name));
	else
		return true;
	return false;
}

/* NULL: reported */
static const char *check_address(struct people_source *s, size_t line, const char *text)
{
	const char *key = address_key(s->arena, text);
	size_t before;

	if (key == NULL || *key == '\0') {
		source_report(s, line, "\"%s\" is no mail address", shown(s, text));
		return NULL;
	}
	before = GPOINTER_TO_SIZE(g_hash_table_lookup(s->address_line, key));
	if (before != 0 && before != line + 1) {
		source_report(s, line,
			      "%s stands in line %zu already: one address, one person",
			      key, before - 1);
		return NULL;
	}
	g_hash_table_insert(s->address_line, (void *)(uintptr_t)key,
			    GSIZE_TO_POINTER(line + 1));
	return key;
}

static bool is_in(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

static void take_names(struct people_source *s, const struct person_draft *d,
		       struct person *p)
{
	const char **names = arena_new(s->arena, const char *, d->names->len);

	for (size_t i = 0; i < d->names->len; i++) {
		const char *name = g_ptr_array_index(d->names, i);

		if (check_name(s, d->line, name) && !is_in(names, p->n_names, name))
			names[p->n_names++] = name;
	}
	p->names = names;
	if (d->names->len == 0)
		source_report(s, d->line, "there is no name");
}

static void take_addresses(struct people_source *s, const struct person_draft *d,
			   struct person *p)
{
	const char **keys = arena_new(s->arena, const char *, d->addresses->len);

	for (size_t i = 0; i < d->addresses->len; i++) {
		const char *key =
			check_address(s, d->line, g_ptr_array_index(d->addresses, i));

		if (key != NULL && !is_in(keys, p->n_addresses, key))
			keys[p->n_addresses++] = key;
	}
	p->addresses = keys;
	if (d->addresses->len == 0)
		source_report(s, d->line, "there is no mail address");
}

void source_add(struct people_source *s, const struct person_draft *d)
{
	struct person p = { .vip = d->vip };

	take_names(s, d, &p);
	take_addresses(s, d, &p);
	p.id = p.n_addresses > 0 ? p.addresses[0] : NULL;
	if (d->title != NULL && *d->title != '\0')
		p.title = arena_strdup(s->arena, d->title);
	if (s->n_reports == 0)
		g_array_append_val(s->persons, p);
}
