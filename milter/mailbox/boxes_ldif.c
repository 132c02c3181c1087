/* Mailboxes of an LDIF file: one for each address of an entry, all of them aliases of the
 * usual one. Kinds come from object classes, and from what Exchange notes of a mailbox.
 * What is wrong as LDIF is reported; what is no mailbox is skipped. */
#include <string.h>

#include "base/ldif.h"
#include "mailbox/boxes.h"

struct entry {
	size_t line;
	bool any;
	GPtrArray *addresses; /* as written, the usual one first */
	enum mailbox_kind kind;
	const char *locale;
};

static enum mailbox_kind kind_of_class(const char *class)
{
	static const struct {
		const char *class;
		enum mailbox_kind kind;
	} classes[] = {
		{ "person", MAILBOX_USER },
		{ "inetOrgPerson", MAILBOX_USER },
		{ "user", MAILBOX_USER },
		{ "posixAccount", MAILBOX_USER },
		{ "group", MAILBOX_LIST },
		{ "groupOfNames", MAILBOX_LIST },
		{ "groupOfUniqueNames", MAILBOX_LIST },
		{ "posixGroup", MAILBOX_LIST },
		{ "rfc822MailGroup", MAILBOX_LIST },
		{ "nisMailAlias", MAILBOX_LIST },
		{ "computer", MAILBOX_SYSTEM },
		{ "device", MAILBOX_SYSTEM },
		{ "ieee802Device", MAILBOX_SYSTEM },
		{ "bootableDevice", MAILBOX_SYSTEM },
		{ "ipHost", MAILBOX_SYSTEM },
		{ "printQueue", MAILBOX_SYSTEM },
		{ "printerService", MAILBOX_SYSTEM },
		{ "room", MAILBOX_SYSTEM },
		{ "applicationProcess", MAILBOX_SYSTEM },
	};

	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (g_ascii_strcasecmp(classes[i].class, class) == 0)
			return classes[i].kind;
	return MAILBOX_NONE;
}

/* msExchRecipientTypeDetails */
static enum mailbox_kind kind_of_exchange(const char *value)
{
	static const struct {
		const char *value;
		enum mailbox_kind kind;
	} details[] = {
		{ "4", MAILBOX_SHARED },
		{ "16", MAILBOX_SYSTEM },          /* a room */
		{ "32", MAILBOX_SYSTEM },          /* a thing */
		{ "34359738368", MAILBOX_SHARED }, /* shared, in the cloud */
	};

	for (size_t i = 0; i < COUNT_OF(details); i++)
		if (strcmp(details[i].value, value) == 0)
			return details[i].kind;
	return MAILBOX_NONE;
}

static void add_address(struct entry *en, const char *text, bool first)
{
	if (*text != '\0')
		g_ptr_array_insert(en->addresses, first ? 0 : -1,
				   (void *)(uintptr_t)text);
}

static void take_proxy(struct entry *en, const char *value)
{
	if (g_ascii_strncasecmp(value, "smtp:", 5) == 0)
		add_address(en, value + 5, strncmp(value, "SMTP:", 5) == 0);
	else if (strchr(value, ':') == NULL)
		add_address(en, value, false);
}

/* the most special one wins: a group may be a person's class, too */
static void take_kind(struct entry *en, enum mailbox_kind kind)
{
	if (kind > en->kind)
		en->kind = kind;
}

/* "de-DE, en;q=0.5": the first is enough */
static const char *first_language(struct arena *a, const char *value)
{
	size_t n = strcspn(value, ",; ");

	for (size_t i = 0; i < n; i++)
		if (!g_ascii_isalnum(value[i]) && value[i] != '-' && value[i] != '_')
			return NULL;
	return n > 0 && n <= 35 ? arena_strndup(a, value, n) : NULL;
}

static void take_attribute(struct boxes *b, struct entry *en,
			   const struct ldif_line *line)
{
	static const char *const plain[] = { "mailAlternateAddress", "mailLocalAddress",
					     "rfc822Mailbox", "mailAlias" };
	const char *name = line->name, *value = line->value;

	for (size_t i = 0; i < COUNT_OF(plain); i++)
		if (g_ascii_strcasecmp(name, plain[i]) == 0)
			add_address(en, value, false);
	if (g_ascii_strcasecmp(name, "mail") == 0)
		add_address(en, value, true);
	else if (g_ascii_strcasecmp(name, "proxyAddresses") == 0)
		take_proxy(en, value);
	else if (g_ascii_strcasecmp(name, "objectClass") == 0)
		take_kind(en, kind_of_class(value));
	else if (g_ascii_strcasecmp(name, "msExchRecipientTypeDetails") == 0)
		take_kind(en, kind_of_exchange(value));
	else if (g_ascii_strcasecmp(name, "preferredLanguage") == 0)
		en->locale = first_language(b->arena, value);
}

static void end_entry(struct boxes *b, struct entry *en)
{
	struct mailbox box = { .kind = en->kind, .locale = en->locale };

	for (guint i = 0; en->any && i < en->addresses->len; i++) {
		const char *key = boxes_ours(b, g_ptr_array_index(en->addresses, i));

		if (key == NULL)
			continue;
		if (box.canonical == NULL)
			box.canonical = key;
		boxes_add(b, en->line, key, &box);
	}
	b->skipped += en->any && box.canonical == NULL;
	g_ptr_array_unref(en->addresses);
	*en = (struct entry){ .addresses = g_ptr_array_new() };
}

static void read_line(struct boxes *b, struct entry *en, const struct ldif_line *line)
{
	if (en->any) {
		take_attribute(b, en, line);
	} else if (g_ascii_strcasecmp(line->name, "dn") == 0) {
		en->any = true;
		en->line = line->line;
	} else if (g_ascii_strcasecmp(line->name, "version") != 0 &&
		   g_ascii_strcasecmp(line->name, "search") != 0 &&
		   g_ascii_strcasecmp(line->name, "result") != 0) {
		boxes_report(b, line->line, "an entry must begin with \"dn:\"");
	}
}

void boxes_ldif(struct boxes *b)
{
	struct ldif l = ldif_begin(b->reading->text);
	struct entry en = { .addresses = g_ptr_array_new() };
	struct ldif_line line;

	while (ldif_next(&l, b->arena, &line)) {
		if (line.why != NULL)
			boxes_report(b, line.line, "%s", line.why);
		else if (line.name == NULL)
			end_entry(b, &en);
		else
			read_line(b, &en, &line);
	}
	end_entry(b, &en);
	g_ptr_array_unref(en.addresses);
}
