/* Persons of an LDIF file, as ldapsearch and its like write it: entries of "attribute: value"
 * lines, folded and in base64 where needed. What is no person with an address (groups,
 * machines) is skipped; what is no LDIF is complained about. */
#include <glib.h>

#include "person/source.h"

/* a line put together from its folds */
struct ldif_line {
	char *text;
	size_t number; /* of its first physical line */
};

struct ldif {
	struct people_source *source;
	struct bytes rest;
	size_t number; /* of the next physical line */
};

/* what an entry says that matters to us */
struct entry {
	struct person_draft draft;
	const char *given, *family;
	bool is_group, is_change, any;
};

static struct bytes physical_line(struct ldif *l)
{
	const char *end = memchr(l->rest.at, '\n', l->rest.n);
	size_t n = end != NULL ? (size_t)(end - l->rest.at) : l->rest.n;
	struct bytes line = { l->rest.at, n };

	l->rest.at += n + (end != NULL);
	l->rest.n -= n + (end != NULL);
	l->number++;
	if (line.n > 0 && line.at[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* false: no more; the text of an empty line is "" */
static bool next_line(struct ldif *l, struct ldif_line *line_r)
{
	GString *text;
	struct bytes part;

	if (l->rest.n == 0)
		return false;
	line_r->number = l->number;
	part = physical_line(l);
	text = g_string_new_len(part.at, (gssize)part.n);
	while (part.n > 0 && l->rest.n > 0 && l->rest.at[0] == ' ') {
		part = physical_line(l);
		g_string_append_len(text, part.at + 1, (gssize)part.n - 1);
	}
	if (memchr(text->str, '\0', text->len) != NULL) {
		source_complain(l->source, line_r->number, "a NUL byte");
		g_string_truncate(text, 0);
	}
	line_r->text = arena_strndup(l->source->arena, text->str, text->len);
	g_string_free(text, TRUE);
	return true;
}

static bool is_base64(const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strspn(text, letters), pad = strspn(text + n, "=");

	return text[n + pad] == '\0' && pad <= 2 && (n + pad) % 4 == 0;
}

/* NULL: complained about */
static const char *decode(struct ldif *l, size_t line, const char *text)
{
	guchar *bytes;
	gsize n;
	const char *copy = NULL;

	if (!is_base64(text)) {
		source_complain(l->source, line, "broken base64");
		return NULL;
	}
	bytes = g_base64_decode(text, &n);
	if (memchr(bytes, '\0', n) == NULL &&
	    g_utf8_validate((const char *)bytes, (gssize)n, NULL))
		copy = arena_strndup(l->source->arena, (const char *)bytes, n);
	else
		copy = ""; /* a photo or a key: no text of ours */
	g_free(bytes);
	return copy;
}

/* Splits "attribute;option: value"; false: complained about. */
static bool split_line(struct ldif *l, const struct ldif_line *line, char **name_r,
		       const char **value_r)
{
	char *colon = strchr(line->text, ':'), *option;
	const char *value;

	if (colon == NULL || colon == line->text) {
		source_complain(l->source, line->number,
				"not of the form \"attribute: value\"");
		return false;
	}
	*colon = '\0';
	option = strchr(line->text, ';');
	if (option != NULL)
		*option = '\0';
	*name_r = line->text;
	value = colon + 1;
	if (*value == '<') {
		source_complain(l->source, line->number,
				"values from files (\":<\") are not read");
		return false;
	}
	if (*value != ':') {
		*value_r = value + strspn(value, " ");
		return true;
	}
	value++;
	*value_r = decode(l, line->number, value + strspn(value, " "));
	return *value_r != NULL;
}

static void add_text(GPtrArray *list, const char *text, bool first)
{
	if (*text != '\0')
		g_ptr_array_insert(list, first ? 0 : -1, (void *)(uintptr_t)text);
}

static void take_address(struct entry *en, const char *value)
{
	const char *colon = strchr(value, ':');

	if (colon != NULL && g_ascii_strncasecmp(value, "smtp:", 5) != 0)
		return; /* X500:, SIP: and what else Exchange keeps there */
	add_text(en->draft.addresses, colon != NULL ? colon + 1 : value,
		 strncmp(value, "SMTP:", 5) == 0);
}

static bool is_group_class(const char *value)
{
	static const char *const groups[] = { "group", "groupOfNames",
					      "groupOfUniqueNames", "posixGroup",
					      "computer" };

	for (size_t i = 0; i < COUNT_OF(groups); i++)
		if (g_ascii_strcasecmp(groups[i], value) == 0)
			return true;
	return false;
}

/* "CN=VIPs,OU=Groups,DC=example,DC=org": how a directory marks who is one */
static bool is_vip_group(const char *value)
{
	static const char *const groups[] = { "cn=vip,", "cn=vips," };

	for (size_t i = 0; i < COUNT_OF(groups); i++)
		if (g_ascii_strncasecmp(value, groups[i], strlen(groups[i])) == 0)
			return true;
	return false;
}

/* What an attribute is to us, under the names that Active Directory and OpenLDAP have. */
enum meaning {
	MEANS_SHOWN_NAME,
	MEANS_NAME,
	MEANS_GIVEN,
	MEANS_FAMILY,
	MEANS_ADDRESS,
	MEANS_PROXY,
	MEANS_TITLE,
	MEANS_VIP,
	MEANS_GROUP,
	MEANS_CLASS,
	MEANS_CHANGE,
	MEANS_NOTHING
};

static const struct {
	const char *name;
	enum meaning meaning;
} attributes[] = {
	{ "displayName", MEANS_SHOWN_NAME },
	{ "cn", MEANS_NAME },
	{ "commonName", MEANS_NAME },
	{ "givenName", MEANS_GIVEN },
	{ "gn", MEANS_GIVEN },
	{ "sn", MEANS_FAMILY },
	{ "surname", MEANS_FAMILY },
	{ "mail", MEANS_ADDRESS },
	{ "rfc822Mailbox", MEANS_ADDRESS },
	{ "mailAlternateAddress", MEANS_ADDRESS },
	{ "mailLocalAddress", MEANS_ADDRESS },
	{ "otherMailbox", MEANS_ADDRESS },
	{ "proxyAddresses", MEANS_PROXY },
	{ "title", MEANS_TITLE },
	{ "vip", MEANS_VIP },
	{ "memberOf", MEANS_GROUP },
	{ "objectClass", MEANS_CLASS },
	{ "changetype", MEANS_CHANGE },
};

static enum meaning meaning_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(attributes); i++)
		if (g_ascii_strcasecmp(name, attributes[i].name) == 0)
			return attributes[i].meaning;
	return MEANS_NOTHING;
}

static void take_vip(struct ldif *l, struct entry *en, const char *value, size_t line)
{
	bool vip = false;

	if (!source_vip(value, &vip))
		source_complain(l->source, line, "vip is \"%s\": allowed are yes and no",
				value);
	en->draft.vip |= vip;
}

static void take_attribute(struct ldif *l, struct entry *en, const char *name,
			   const char *value, size_t line)
{
	struct person_draft *d = &en->draft;

	switch (meaning_of(name)) {
	case MEANS_SHOWN_NAME:
	case MEANS_NAME:
		add_text(d->names, value, meaning_of(name) == MEANS_SHOWN_NAME);
		break;
	case MEANS_GIVEN:
		en->given = value;
		break;
	case MEANS_FAMILY:
		en->family = value;
		break;
	case MEANS_ADDRESS:
		add_text(d->addresses, value, false);
		break;
	case MEANS_PROXY:
		take_address(en, value);
		break;
	case MEANS_TITLE:
		d->title = value;
		break;
	case MEANS_VIP:
		take_vip(l, en, value, line);
		break;
	case MEANS_GROUP:
		d->vip |= is_vip_group(value);
		break;
	case MEANS_CLASS:
		en->is_group |= is_group_class(value);
		break;
	case MEANS_CHANGE:
		en->is_change |= g_ascii_strcasecmp(value, "add") != 0;
		break;
	case MEANS_NOTHING:
		break;
	}
}

static void begin_entry(struct entry *en)
{
	*en = (struct entry){ .draft.names = g_ptr_array_new(),
			      .draft.addresses = g_ptr_array_new() };
}

static void end_entry(struct ldif *l, struct entry *en)
{
	struct people_source *s = l->source;

	if (en->any && en->is_change)
		source_complain(s, en->draft.line,
				"a change, not an entry: export the people themselves");
	else if (en->any && (en->is_group || en->draft.addresses->len == 0))
		s->skipped++;
	else if (en->any) {
		if (en->draft.names->len == 0 && en->given != NULL && en->family != NULL)
			add_text(en->draft.names,
				 arena_printf(s->arena, "%s %s", en->given, en->family),
				 true);
		source_add(s, &en->draft);
	}
	g_ptr_array_unref(en->draft.names);
	g_ptr_array_unref(en->draft.addresses);
}

static void read_line(struct ldif *l, struct entry *en, const struct ldif_line *line)
{
	const char *value;
	char *name;

	if (line->text[0] == '#' || !split_line(l, line, &name, &value))
		return;
	if (!en->any && g_ascii_strcasecmp(name, "dn") == 0) {
		en->any = true;
		en->draft.line = line->number;
	} else if (en->any) {
		take_attribute(l, en, name, value, line->number);
	} else if (g_ascii_strcasecmp(name, "version") != 0 &&
		   g_ascii_strcasecmp(name, "search") != 0 &&
		   g_ascii_strcasecmp(name, "result") != 0) {
		source_complain(l->source, line->number,
				"an entry must begin with \"dn:\"");
	}
}

void source_ldif(struct people_source *s)
{
	struct ldif l = { .source = s, .rest = s->text, .number = 1 };
	struct ldif_line line;
	struct entry en;

	begin_entry(&en);
	while (next_line(&l, &line)) {
		if (line.text[0] == '\0') {
			end_entry(&l, &en);
			begin_entry(&en);
			continue;
		}
		read_line(&l, &en, &line);
	}
	end_entry(&l, &en);
}
