/* From a file to persons: what makes a line a person is checked here, for all formats. No
 * line is taken before all have been checked. */
#include "person/people.h"

#include "base/error.h"
#include "base/file.h"
#include "message/address.h"
#include "person/source.h"

#define FILE_BYTES_MOST (512UL * 1024 * 1024)
#define REPORTS_SHOWN 20
#define NAME_BYTES_MOST 200

void source_report(struct people_source *s, size_t line, const char *format, ...)
{
	va_list args;

	if (s->n_reports++ >= REPORTS_SHOWN)
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

static void give_up(const struct people_source *s, GError **e)
{
	GString *text = g_string_new(s->reports->str);

	if (s->n_reports > REPORTS_SHOWN)
		g_string_append_printf(text, "\n%s: and %zu more of the kind", s->name,
				       s->n_reports - REPORTS_SHOWN);
	g_set_error_literal(e, WONTED_ERROR, WONTED_ERROR_INPUT, text->str);
	g_string_free(text, TRUE);
}

bool people_read_text(const char *name, struct bytes text, struct arena *a,
		      struct people_list *list_r, GError **e)
{
	struct people_source s = {
		.name = name,
		.text = text,
		.arena = a,
		.persons = g_array_new(FALSE, FALSE, sizeof(struct person)),
		.address_line = g_hash_table_new(g_str_hash, g_str_equal),
		.reports = g_string_new(NULL),
	};
	bool good;

	if (g_str_has_suffix(name, ".ldif"))
		source_ldif(&s);
	else
		source_csv(&s);
	good = s.n_reports == 0;
	if (good) {
		struct person *at = arena_new(a, struct person, s.persons->len);

		if (s.persons->len > 0)
			memcpy(at, s.persons->data, s.persons->len * sizeof(*at));
		*list_r = (struct people_list){ .at = at,
						.n = s.persons->len,
						.skipped = s.skipped };
	} else {
		give_up(&s, e);
	}
	g_string_free(s.reports, TRUE);
	g_hash_table_destroy(s.address_line);
	g_array_free(s.persons, TRUE);
	return good;
}

bool people_read(const char *path, struct arena *a, struct people_list *list_r,
		 GError **e)
{
	char *text;
	size_t n;
	bool good;

	if (!file_read(path, FILE_BYTES_MOST, &text, &n, e))
		return false;
	good = people_read_text(path, (struct bytes){ .at = text, .n = n }, a, list_r, e);
	g_free(text);
	return good;
}
