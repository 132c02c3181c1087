/* Persons of an LDIF file, as ldapsearch and its like write it. What is no person with an address (groups,
 * machines) is skipped; what is no LDIF is reported. */
#include <glib.h>

#include "base/ldif.h"
#include "person/source.h"

/* what an entry says that matters to us */
struct entry {
	struct person_draft draft;
	const char *given, *family;
	bool no_person, is_change, any;
};

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

/* Object classes of what has an address and a name, and is no human: groups, machines,
 * places and programs (RFC 4519, RFC 2307, RFC 7612, Active Directory). */
static bool is_no_person_class(const char *value)
{
	static const char *const classes[] = {
		"group",
		"groupOfNames",
		"groupOfUniqueNames",
		"posixGroup",
		"rfc822MailGroup",
		"nisMailAlias",
		"computer",
		"device",
		"ieee802Device",
		"bootableDevice",
		"ipHost",
		"printQueue",
		"printerService",
		"printerServiceAuxClass",
		"printerAbstract",
		"room",
		"applicationProcess",
		"applicationEntity",
		"msDS-GroupManagedServiceAccount",
		"msExchDynamicDistributionList",
	};

	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (g_ascii_strcasecmp(classes[i], value) == 0)
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

static void take_vip(struct people_source *s, struct entry *en, const char *value,
		     size_t line)
{
	bool vip = false;

	if (!source_vip(value, &vip))
		source_report(s, line, "vip is \"%s\": allowed are yes and no", value);
	en->draft.vip |= vip;
}

static void take_attribute(struct people_source *s, struct entry *en,
			   const struct ldif_line *line)
{
	struct person_draft *d = &en->draft;
	const char *value = line->value;

	switch (meaning_of(line->name)) {
	case MEANS_SHOWN_NAME:
	case MEANS_NAME:
		add_text(d->names, value, meaning_of(line->name) == MEANS_SHOWN_NAME);
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
		take_vip(s, en, value, line->line);
		break;
	case MEANS_GROUP:
		d->vip |= is_vip_group(value);
		break;
	case MEANS_CLASS:
		en->no_person |= is_no_person_class(value);
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

static void end_entry(struct people_source *s, struct entry *en)
{
	if (en->any && en->is_change)
		source_report(s, en->draft.line,
			      "a change, not an entry: export the people themselves");
	else if (en->any && (en->no_person || en->draft.addresses->len == 0))
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

static void read_line(struct people_source *s, struct entry *en,
		      const struct ldif_line *line)
{
	const char *name = line->name;

	if (!en->any && g_ascii_strcasecmp(name, "dn") == 0) {
		en->any = true;
		en->draft.line = line->line;
	} else if (en->any) {
		take_attribute(s, en, line);
	} else if (g_ascii_strcasecmp(name, "version") != 0 &&
		   g_ascii_strcasecmp(name, "search") != 0 &&
		   g_ascii_strcasecmp(name, "result") != 0) {
		source_report(s, line->line, "an entry must begin with \"dn:\"");
	}
}

void source_ldif(struct people_source *s)
{
	struct ldif l = ldif_begin(s->text);
	struct ldif_line line;
	struct entry en;

	begin_entry(&en);
	while (ldif_next(&l, s->arena, &line)) {
		if (line.why != NULL) {
			source_report(s, line.line, "%s", line.why);
		} else if (line.name == NULL) {
			end_entry(s, &en);
			begin_entry(&en);
		} else {
			read_line(s, &en, &line);
		}
	}
	end_entry(s, &en);
}
