/* Mailboxes of a CSV file. The header line names the columns, in any order; only the address
 * must be there. What is wrong is reported, never guessed. */
#include <string.h>

#include "base/csv.h"
#include "base/suggest.h"
#include "mailbox/boxes.h"

#define WORD_BYTES 35
#define FLAGS_MOST 32

enum column { ADDRESS, KIND, CANONICAL, LOCALE, POLICY, FLAGS, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = { "address", "kind",   "canonical",
							"locale",  "policy", "flags" };

/* one record being read */
struct record {
	struct boxes *boxes;
	size_t line;
	const char
		*fields[COLUMN_COUNT]; /* without blanks around; "" where there is none */
};

static bool is_word(const char *text)
{
	size_t n = strlen(text);

	for (const char *c = text; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && strchr("_-.@", *c) == NULL)
			return false;
	return n > 0 && n <= WORD_BYTES;
}

static const char *kind_name(size_t i, const void *unused)
{
	(void)unused;
	return mailbox_kind_names[i];
}

static const char *policy_name(size_t i, const void *policies)
{
	return ((const struct policy *)policies)[i].name;
}

static const char *shown(struct record *r, const char *text)
{
	char *safe = g_strescape(text, NULL);
	const char *kept = arena_strndup(r->boxes->arena, safe, MIN(strlen(safe), 80));

	g_free(safe);
	return kept;
}

static void take_kind(struct record *r, struct mailbox *box)
{
	const char *word = r->fields[KIND];

	if (*word == '\0')
		return;
	for (int i = 0; i < MAILBOX_KIND_COUNT; i++) {
		if (g_ascii_strcasecmp(mailbox_kind_names[i], word) == 0) {
			box->kind = i;
			return;
		}
	}

	const char *near = suggest(word, kind_name, MAILBOX_KIND_COUNT, NULL);

	boxes_report(r->boxes, r->line,
		     "kind is \"%s\": allowed are none, user, shared, list and "
		     "system%s%s%s",
		     shown(r, word), near != NULL ? "; did you mean \"" : "",
		     near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static void take_canonical(struct record *r, struct mailbox *box)
{
	const char *word = r->fields[CANONICAL];

	if (*word == '\0')
		return;
	box->canonical = boxes_ours(r->boxes, word);
	if (box->canonical == NULL)
		boxes_report(r->boxes, r->line,
			     "canonical is \"%s\": no address of tenant \"%s\"",
			     shown(r, word), r->boxes->reading->tenant->name);
}

static void take_policy(struct record *r, struct mailbox *box)
{
	const struct options *o = r->boxes->reading->options;
	const char *word = r->fields[POLICY], *near;

	if (*word == '\0')
		return;
	near = suggest(word, policy_name, o->n_policies, o->policies);
	if (strcmp(word, MAILBOX_NOTHING) == 0)
		box->policy = MAILBOX_NOTHING;
	else if (near != NULL && strcmp(near, word) == 0)
		box->policy = near;
	else
		boxes_report(r->boxes, r->line,
			     "there is no policy \"%s\" in the configuration%s%s%s",
			     shown(r, word), near != NULL ? "; did you mean \"" : "",
			     near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static void take_locale(struct record *r, struct mailbox *box)
{
	const char *word = r->fields[LOCALE];

	if (*word == '\0')
		return;
	if (is_word(word))
		box->locale = word;
	else
		boxes_report(r->boxes, r->line,
			     "locale is \"%s\": write it as \"de\" or \"de_DE\"",
			     shown(r, word));
}

static void take_flags(struct record *r, struct mailbox *box)
{
	char **words = g_strsplit(r->fields[FLAGS], ";", -1);
	const char **flags = arena_new(r->boxes->arena, const char *, FLAGS_MOST);

	for (char **word = words; *word != NULL; word++) {
		if (*g_strstrip(*word) == '\0')
			continue;
		if (!is_word(*word))
			boxes_report(r->boxes, r->line,
				     "the flag \"%s\" is no word of letters and digits",
				     shown(r, *word));
		else if (box->n_flags == FLAGS_MOST)
			boxes_report(r->boxes, r->line, "more than %d flags", FLAGS_MOST);
		else
			flags[box->n_flags++] = arena_strdup(r->boxes->arena, *word);
	}
	box->flags = flags;
	g_strfreev(words);
}

static void take_record(struct record *r)
{
	struct mailbox box = { .kind = MAILBOX_NONE };
	const char *address = boxes_ours(r->boxes, r->fields[ADDRESS]);

	take_kind(r, &box);
	take_canonical(r, &box);
	take_locale(r, &box);
	take_policy(r, &box);
	take_flags(r, &box);
	if (address == NULL)
		boxes_report(r->boxes, r->line, "\"%s\" is no address of tenant \"%s\"",
			     shown(r, r->fields[ADDRESS]),
			     r->boxes->reading->tenant->name);
	else
		boxes_add(r->boxes, r->line, address, &box);
}

static const char *stripped(struct arena *a, const char *text)
{
	return g_strstrip(arena_strdup(a, text));
}

static int find_column(const char *word)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (g_ascii_strcasecmp(column_names[i], word) == 0)
			return i;
	return -1;
}

/* out: columns_r[i] is where column i stands, -1: nowhere */
static bool read_header(struct boxes *b, const struct csv_record *head, int *columns_r)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		columns_r[i] = -1;
	for (size_t i = 0; i < head->n; i++) {
		const char *word = stripped(b->arena, head->fields[i]);
		int column = find_column(word);

		if (column < 0)
			boxes_report(b, head->line,
				     "unknown column \"%s\": the header line may name "
				     "address, kind, canonical, locale, policy and "
				     "flags",
				     word);
		else if (columns_r[column] >= 0)
			boxes_report(b, head->line, "column \"%s\" stands there twice",
				     word);
		else
			columns_r[column] = (int)i;
	}
	if (columns_r[ADDRESS] < 0)
		boxes_report(b, head->line, "the header line has no column \"address\"");
	return b->n_reports == 0;
}

static void read_record(struct boxes *b, const struct csv_record *csv, size_t n_columns,
			const int *columns)
{
	struct record r = { .boxes = b, .line = csv->line };

	if (csv->why != NULL) {
		boxes_report(b, csv->line, "%s", csv->why);
		return;
	}
	if (csv->n != n_columns) {
		boxes_report(b, csv->line, "%zu fields, but the header line has %zu",
			     csv->n, n_columns);
		return;
	}
	for (int i = 0; i < COLUMN_COUNT; i++)
		r.fields[i] =
			columns[i] < 0 ? "" : stripped(b->arena, csv->fields[columns[i]]);
	take_record(&r);
}

void boxes_csv(struct boxes *b)
{
	struct csv c = csv_begin(b->arena, b->reading->text);
	struct csv_record head, r;
	int columns[COLUMN_COUNT];

	if (!csv_next(&c, b->arena, &head)) {
		boxes_report(b, 1,
			     "the file is empty: the first line must be "
			     "address,kind,canonical,locale,policy,flags");
		return;
	}
	if (head.why != NULL) {
		boxes_report(b, head.line, "%s", head.why);
		return;
	}
	if (!read_header(b, &head, columns))
		return;
	while (csv_next(&c, b->arena, &r))
		read_record(b, &r, head.n, columns);
}
