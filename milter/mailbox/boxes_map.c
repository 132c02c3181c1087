/* Mailboxes of a Postfix map: "address  target, target", as virtual(5) and aliases(5) have it
 * and as "postmap -s" prints it. One target of ours is an alias, several are a list. What is
 * no address of the tenant (catch-alls, local names, others' domains) is skipped. */
#include <string.h>

#include "base/pieces.h"
#include "mailbox/boxes.h"

/* what the targets of one line are */
struct targets {
	size_t n, ours;
	bool itself; /* a copy stays */
	bool program, file, unqualified;
	const char *one; /* of ours, the last */
};

/* A local name, as aliases(5) has them, is one of the domain that the reading names. */
static const char *key_of(struct boxes *b, const char *name)
{
	const char *domain = b->reading->domain;

	if (strchr(name, '@') != NULL)
		return *name == '@' ? NULL : boxes_ours(b, name);
	/* virtual(5) declares a domain by its name alone */
	if (domain == NULL || *name == '\0' ||
	    options_tenant(b->reading->options, name) != NULL)
		return NULL;
	return boxes_ours(b, arena_printf(b->arena, "%s@%s", name, domain));
}

static void look_at_target(struct boxes *b, const char *address, const char *target,
			   struct targets *t)
{
	const char *key;

	t->n++;
	if (*target == '"' && (target[1] == '|' || target[1] == '/'))
		target++;
	if (*target == '|') {
		t->program = true;
	} else if (*target == '/') {
		t->file = true;
	} else if (strchr(target, '@') == NULL && b->reading->domain == NULL) {
		*(strchr(target, '/') != NULL ? &t->file : &t->unqualified) = true;
	} else {
		key = key_of(b, target);
		t->ours += key != NULL;
		t->one = key != NULL ? key : t->one;
		t->itself |= key != NULL && strcmp(key, address) == 0;
	}
}

static bool is_include(const char *value)
{
	return g_str_has_prefix(value, ":include:") ||
	       g_str_has_prefix(value, "\":include:");
}

static struct targets look_at_all(struct boxes *b, const char *address, const char *value)
{
	char **words = pieces_split(value, ", \t");
	struct targets t = { 0 };

	for (char **word = words; *word != NULL; word++)
		if (!t.program)
			look_at_target(b, address, *word, &t);
	g_strfreev(words);
	return t;
}

static void take_line(struct boxes *b, size_t line, const char *key, const char *value)
{
	const char *address = key_of(b, key);
	struct mailbox box = { .kind = MAILBOX_NONE };
	struct targets t;

	if (address == NULL || *value == '\0') {
		b->skipped++;
		b->local += b->reading->domain == NULL && strchr(key, '@') == NULL &&
			    options_tenant(b->reading->options, key) == NULL;
		return;
	}
	t = look_at_all(b, address, value);
	if (is_include(value) || (t.n > 1 && !t.itself && !t.program))
		box.kind = MAILBOX_LIST;
	else if (t.program)
		box.kind = MAILBOX_SYSTEM;
	else if (t.file || t.unqualified || t.itself)
		box.kind = MAILBOX_USER;
	else if (t.ours == 1)
		box.canonical = t.one;
	else {
		b->skipped++; /* it goes away, and nothing of it is ours */
		return;
	}
	boxes_add(b, line, address, &box);
}

/* "key value", "key: value" */
static void split_line(struct boxes *b, size_t line, char *text)
{
	char **first = pieces_split(text, " \t"); /* a key in quotes may hold blanks */
	size_t n = first[0] == NULL ? 0 : strlen(first[0]);
	char *value = text + n;

	g_strfreev(first);

	value += strspn(value, " \t");
	text[n] = '\0';
	if (n > 0 && text[n - 1] == ':')
		text[n - 1] = '\0';
	if (*text != '\0')
		take_line(b, line, text, g_strchomp(value));
}

/* A line that begins with a blank goes on with the one before. */
static bool goes_on(struct bytes rest)
{
	return rest.n > 0 && (rest.at[0] == ' ' || rest.at[0] == '\t');
}

void boxes_map(struct boxes *b)
{
	struct bytes rest = b->reading->text;
	size_t line = 1;

	while (rest.n > 0) {
		GString *text = g_string_new(NULL);
		size_t first = line;

		do {
			const char *end = memchr(rest.at, '\n', rest.n);
			size_t n = end != NULL ? (size_t)(end - rest.at) : rest.n;

			if (rest.at[0] != '#')
				g_string_append_len(text, rest.at, (gssize)n);
			rest.at += n + (end != NULL);
			rest.n -= n + (end != NULL);
			line++;
		} while (goes_on(rest));
		if (memchr(text->str, '\0', text->len) != NULL)
			boxes_report(b, first,
				     "a NUL byte: this is no text, say the "
				     "map as TYPE:PATH");
		else
			split_line(b, first, g_strchug(text->str));
		g_string_free(text, TRUE);
	}
}
