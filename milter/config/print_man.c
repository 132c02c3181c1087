/* wonted.conf(5). What it says of an option comes from options.def; what it says of the
 * file's syntax stands here, and describes config/source.c. Output is mdoc(7) that
 * mandoc -Tlint has nothing to say about: one sentence a line, no blank lines. */
#include <string.h>

#include "config/print.h"
#include "config/row.h"
#include "config/type.h"

#define MAN_COLUMN 76
#define MAN_DATE "November 20, 2026" /* when what stands here was last changed */

/* clang-format off */
static const char man_head[] =
	".\\\" Printed by wonted check --print-man from milter/config/options.def.\n"
	".Dd " MAN_DATE "\n"
	".Dt WONTED.CONF 5\n"
	".Os\n"
	".Sh NAME\n"
	".Nm wonted.conf\n"
	".Nd configuration of the wonted mail filter\n"
	".Sh DESCRIPTION\n"
	".Nm\n"
	"is read by\n"
	".Xr wonted-milter 8\n"
	"when it starts and when it reloads, and by\n"
	".Xr wonted 8 .\n"
	"A reload with a file that is wrong changes nothing:\n"
	"the configuration that was read last stays in force.\n"
	"A file should be tried with\n"
	".Ql wonted check\n"
	"first.\n"
	"It names everything that is wrong at once, each with its file and line,\n"
	"and what is allowed there.\n"
	".Ql wonted check \\-\\-dump\n"
	"prints the values that hold, and where each of them comes from.\n"
	".Ss Syntax\n"
	"The file is UTF-8 text.\n"
	"It consists of options, which are written\n"
	".Dl name = value\n"
	"and of sections, which are written\n"
	".Dl tenant \\(dqname\\(dq { options }\n"
	"Options and sections stand in any order, each once.\n"
	"Sections do not contain sections.\n"
	"Names of sections have at most 64 letters, digits and\n"
	".Ql \\- ,\n"
	".Ql _ ,\n"
	".Ql \\&. .\n"
	".Pp\n"
	"A value that contains blanks or one of\n"
	".Ql \"{ } ( ) = , ; #\"\n"
	"stands in double quotes, where\n"
	".Ql \\e\\(dq\n"
	"and\n"
	".Ql \\e\\e\n"
	"mean\n"
	".Ql \\(dq\n"
	"and\n"
	".Ql \\e ,\n"
	"or in single quotes, where every character means itself.\n"
	"It ends on its line.\n"
	"A list is written\n"
	".Ql \\(dqone, two\\(dq\n"
	"or\n"
	".Ql { \\(dqone\\(dq, \\(dqtwo\\(dq } ,\n"
	"the latter on several lines if need be;\n"
	".Ql \\(dq\\(dq\n"
	"is the empty list.\n"
	".Pp\n"
	"A comment begins with\n"
	".Ql #\n"
	"or\n"
	".Ql //\n"
	"and ends with its line, or stands between\n"
	".Ql /*\n"
	"and\n"
	".Ql */ .\n"
	".Pp\n"
	".Dl include \\(dqfile\\(dq\n"
	"reads another file as if it stood there.\n"
	"A relative name is looked for beside the file that includes it.\n"
	"With\n"
	".Ql * ,\n"
	".Ql \\&?\n"
	"or\n"
	".Ql \\&[\n"
	"in it the name stands for all files that match, in the order of their names;\n"
	"there may be none.\n"
	"Includes stand outside of sections, nest at most 8 deep,\n"
	"and all files together have at most 1 MB.\n";

static const char man_values[] =
	".Ss Values\n"
	"The kind of each value stands behind the name of its option.\n"
	"In brackets follow the default, what is allowed, whether a reload takes a\n"
	"change over or a restart is needed, and the version that brought the option.\n"
	"The kinds are written so:\n"
	".Bl -tag -width Ds\n";

static const char man_foot[] =
	".Sh FILES\n"
	".Bl -tag -width Ds -compact\n"
	".It Pa " WONTED_CONFDIR "/wonted.conf\n"
	"where it is looked for.\n"
	".El\n"
	".Sh EXAMPLES\n"
	"One organisation, whose accounting is protected more strictly.\n"
	"Everything that is not written has its default.\n"
	".Bd -literal -offset indent\n"
	"mode = enforce\n"
	"\n"
	"tenant \"example\" {\n"
	"        domains = \"example.org, example.net\"\n"
	"        partner_domains = \"bank.example\"\n"
	"}\n"
	"\n"
	"policy \"finance\" {\n"
	"        recipients = \"finance@example.org, @accounts.example.org\"\n"
	"        suspicious_points = 3.5\n"
	"        on_suspicious = quarantine\n"
	"}\n"
	".Ed\n"
	".Pp\n"
	"A roll-out: everybody is observed but those whose mailbox has the flag.\n"
	"It is given and taken with\n"
	".Ql wonted mailbox import ,\n"
	"without a change of this file.\n"
	".Bd -literal -offset indent\n"
	"mode = observe\n"
	"\n"
	"policy \"pilots\" {\n"
	"        flags = \"pilot\"\n"
	"        mode = enforce\n"
	"}\n"
	".Ed\n"
	".Sh SEE ALSO\n"
	".Xr wonted 8 ,\n"
	".Xr wonted-milter 8\n";
/* clang-format on */

/* A character of running text or of a literal. Quotes, backslashes and hyphens that must
 * stay what they are, for one who copies them from the page, are escaped. */
static void man_char(GString *out, char c, bool literal)
{
	if (c == '\\')
		g_string_append(out, "\\e");
	else if (c == '"')
		g_string_append(out, "\\(dq");
	else if (c == '-' && literal)
		g_string_append(out, "\\-");
	else
		g_string_append_c(out, c);
}

static bool sentence_ends(const char *text, const char *p)
{
	return *p == ' ' && p > text && strchr(".:", p[-1]) != NULL &&
	       (g_ascii_isupper(p[1]) || p[1] == '`');
}

/* what is in the line since its last newline, without what escapes add */
static size_t column_of(const GString *out)
{
	const char *line = strrchr(out->str, '\n');

	return line == NULL ? out->len : out->len - (size_t)(line - out->str) - 1;
}

/* each sentence begins a line, and no line is long; `words` become quoted literals */
static void man_text(GString *out, const char *text)
{
	bool literal = false;

	for (const char *p = text; *p != '\0'; p++) {
		size_t word = *p == ' ' ? strcspn(p + 1, " ") : 0;

		if (*p == '`') {
			literal = !literal;
			g_string_append(out, literal ? "\\(oq" : "\\(cq");
		} else if (*p == ' ' && (sentence_ends(text, p) ||
					 column_of(out) + word > MAN_COLUMN)) {
			g_string_append_c(out, '\n');
		} else {
			man_char(out, *p, literal);
		}
	}
	g_string_append_c(out, '\n');
}

static const char *without_article(const char *noun)
{
	return g_str_has_prefix(noun, "a ")    ? noun + 2
	       : g_str_has_prefix(noun, "an ") ? noun + 3
					       : noun;
}

/* [default 8s; 500ms to 2m; reload; since 0.1] */
static void man_facts(const struct option_row *row, GString *out)
{
	GString *facts = g_string_new("[default ");
	size_t before;

	if (*row->fallback == '\0') {
		g_string_append(facts, "empty; ");
	} else {
		g_string_append_c(facts, '`');
		type_print_fallback(row, facts);
		g_string_append(facts, "`; ");
	}
	before = facts->len;
	if (type_written(row->type) == NULL)
		type_print_words(row, facts);
	else
		type_print_range(row, facts);
	g_string_append_printf(facts, "%s%s; since %s]", facts->len > before ? "; " : "",
			       row->flags & OPT_RELOAD ? "reload" : "restart",
			       row->since);
	g_string_append(out, ".br\n");
	man_text(out, facts->str);
	g_string_free(facts, TRUE);
}

static void man_row(const struct option_row *row, GString *out)
{
	g_string_append_printf(out, ".It Ic %s No = Ar %s\n", row->name,
			       without_article(type_noun(row->type)));
	man_text(out, row->doc);
	man_facts(row, out);
}

static void man_rows(const struct option_table *t, GString *out)
{
	g_string_append(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < t->n; i++)
		man_row(&t->rows[i], out);
	g_string_append(out, ".El\n");
}

static void man_heading(const struct option_row *heading, GString *out)
{
	const struct option_table *t = option_section(heading);

	if (t == NULL)
		g_string_append_printf(out, ".Ss %c%s\n",
				       g_ascii_toupper(heading->name[0]),
				       heading->name + 1);
	else
		g_string_append_printf(out, ".Ss Section %s \\(dqname\\(dq { }\n",
				       t->section);
	man_text(out, heading->doc);
}

static void man_options(GString *out)
{
	const struct option_table *t = &option_tables[SCOPE_GLOBAL];
	bool open = false;

	g_string_append(out, ".Sh OPTIONS\n");
	for (size_t i = 0; i < t->n; i++) {
		const struct option_row *row = &t->rows[i];
		bool heading = row->type == OPTION_HEADING;

		if (open && heading)
			g_string_append(out, ".El\n");
		if (heading)
			man_heading(row, out);
		else if (!open)
			g_string_append(out, ".Bl -tag -width Ds\n");
		open = !heading;
		if (!heading)
			man_row(row, out);
		else if (option_section(row) != NULL)
			man_rows(option_section(row), out);
	}
	if (open)
		g_string_append(out, ".El\n");
}

static void man_types(GString *out)
{
	g_string_append(out, man_values);
	for (enum option_type type = OPTION_HEADING + 1; type < OPTION_TYPES; type++) {
		if (type_written(type) == NULL || type == OPTION_BOOL)
			continue;
		g_string_append_printf(out, ".It Ar %s\n",
				       without_article(type_noun(type)));
		man_text(out, type_written(type));
	}
	g_string_append(out, ".El\n");
}

void print_man(GString *out)
{
	g_string_append(out, man_head);
	man_types(out);
	man_options(out);
	g_string_append(out, man_foot);
}
