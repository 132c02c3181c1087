/* Documents of the configuration. A sentence about an option is written once, in
 * options.def; here it becomes a comment, a paragraph of the manual page, or nothing. */
#include "config/print.h"

#include <string.h>

#include "base/printable.h"
#include "config/row.h"
#include "config/socket.h"
#include "config/type.h"

#define WRAP_COLUMN 78

/* --- text in lines --- */

/* words in lines of at most WRAP_COLUMN, each line behind a prefix */
static void wrap(GString *out, const char *prefix, const char *text)
{
	char **words = g_strsplit(text, " ", -1);
	size_t column = 0;

	for (char **w = words; *w != NULL; w++) {
		if (column > 0 && column + 1 + strlen(*w) > WRAP_COLUMN) {
			g_string_append_c(out, '\n');
			column = 0;
		}
		g_string_append_printf(out, "%s%s", column == 0 ? prefix : " ", *w);
		column += column == 0 ? strlen(prefix) + strlen(*w) : 1 + strlen(*w);
	}
	g_string_append_c(out, '\n');
	g_strfreev(words);
}

/* what may be written: a kind with its range, words, or a form */
static void allowed(const struct option_row *row, GString *out)
{
	if (row->max != 0) {
		g_string_append_printf(out, "%s, ", type_noun(row->type));
		type_print_range(row, out);
		return;
	}
	if (type_written(row->type) != NULL) {
		if (type_is_list(row->type))
			g_string_append(out, "a list: ");
		g_string_append(out, type_written(row->type));
		return;
	}
	type_print_words(row, out);
}

static const char *takes_effect(const struct option_row *row)
{
	return row->flags & OPT_RELOAD ? "reload" : "restart";
}

/* --- conf/wonted.conf --- */

static const char conf_head[] =
	"# wonted.conf - what wonted filters, and how. The manual is wonted.conf(5).\n"
	"#\n"
	"# Before the first start, write your own mail domains into the tenant below. "
	"All\n"
	"# else has a default that works: lines like  #name = value  show it, and count "
	"once\n"
	"# the # is taken away.\n"
	"#\n"
	"#     wonted check           is this file right, and what must the MTA be "
	"told?\n"
	"#     wonted check --dump    what holds now, and where does each value come "
	"from?\n"
	"#     wonted reload          take over changes; a wrong file changes nothing\n"
	"#\n"
	"# wonted begins by observing: it decides and records, and changes nothing but\n"
	"# headers. When you have seen that it decides well, set mode to enforce.\n"
	"#\n"
	"# Above each option stands [what may be written; reload or restart], the "
	"latter\n"
	"# being what it takes to change it. A time is written 80ms, 90s, 5m, 2h or 1d, "
	"a\n"
	"# size 64k, 10m or 1g, points 7 or 6.5. All else that is not a single word "
	"stands\n"
	"# in \"quotes\", and so does a list: \"one, two\". Other files can be read "
	"with\n"
	"#     include \"conf.d/*.conf\"\n";

static const char conf_policy_example[] =
	"\n"
	"# Others, for some recipients. What they do not say is as in \"default\".\n"
	"#\n"
	"#policy \"finance\" {\n"
	"#\trecipients = \"finance@example.org, @accounts.example.org\"\n"
	"#\ton_suspicious = quarantine\n"
	"#}\n"
	"#\n"
	"# While all others are observed, act for those whose mailbox has the flag "
	"\"pilot\".\n"
	"#\n"
	"#policy \"pilots\" {\n"
	"#\tflags = \"pilot\"\n"
	"#\tmode = enforce\n"
	"#}\n";

/* value   what is to be written there, or NULL for the default, commented out */
static void conf_row(const struct option_row *row, const char *indent, const char *value,
		     GString *out)
{
	char *prefix = g_strdup_printf("%s# ", indent);
	GString *note = g_string_new("[");

	g_string_append_c(out, '\n');
	wrap(out, prefix, row->doc);
	allowed(row, note);
	g_string_append_printf(note, "; %s]", takes_effect(row));
	wrap(out, prefix, note->str);
	g_string_append_printf(out, "%s%s%s = ", indent, value == NULL ? "#" : "",
			       row->name);
	if (value == NULL)
		type_print_fallback(row, out);
	else
		quoted_append(out, value);
	g_string_append_c(out, '\n');
	g_string_free(note, TRUE);
	g_free(prefix);
}

/* a section that stands there for real, with all that it may hold */
static void conf_section(const struct option_table *t, GString *out)
{
	bool tenant = t == &option_tables[SCOPE_TENANT];

	g_string_append_printf(out, "%s \"%s\" {", t->section,
			       tenant ? "example" : "default");
	for (size_t i = 0; i < t->n; i++) {
		const char *value = tenant && i == 0 ? "example.org" : NULL;

		if (tenant || (t->rows[i].type != OPTION_RECIPIENTS &&
			       t->rows[i].type != OPTION_FLAGS))
			conf_row(&t->rows[i], "\t", value, out);
	}
	g_string_append(out, "}\n");
	if (!tenant)
		g_string_append(out, conf_policy_example);
}

static void conf_heading(const struct option_row *heading, GString *out)
{
	size_t used = strlen("# --- ") + strlen(heading->name) + 1;

	g_string_append_printf(out, "\n# --- %s ", heading->name);
	for (; used < WRAP_COLUMN; used++)
		g_string_append_c(out, '-');
	g_string_append_c(out, '\n');
	wrap(out, "# ", heading->doc);
	if (option_section(heading) != NULL)
		conf_section(option_section(heading), out);
}

/* what must be edited comes first: the tenant */
void print_conf(GString *out)
{
	const struct option_table *t = &option_tables[SCOPE_GLOBAL];

	g_string_append(out, conf_head);
	for (size_t i = 0; i < t->n; i++)
		if (option_section(&t->rows[i]) == &option_tables[SCOPE_TENANT])
			conf_heading(&t->rows[i], out);
	for (size_t i = 0; i < t->n; i++) {
		if (t->rows[i].type != OPTION_HEADING)
			conf_row(&t->rows[i], "", NULL, out);
		else if (option_section(&t->rows[i]) != &option_tables[SCOPE_TENANT])
			conf_heading(&t->rows[i], out);
	}
}

/* --- wonted check --dump --- */

static void dump_origin(const struct origin *at, GString *out)
{
	if (at->file == NULL)
		g_string_append(out, "  # default\n");
	else if (at->line == 0)
		g_string_append_printf(out, "  # %s\n", at->file);
	else
		g_string_append_printf(out, "  # %s:%u\n", at->file, at->line);
}

static void dump_table(enum option_scope scope, const void *holder,
		       const struct origin *origins, GString *out)
{
	const struct option_table *t = &option_tables[scope];

	for (size_t i = 0; i < t->n; i++) {
		const struct option_row *row = &t->rows[i];
		const char *member = (const char *)holder + row->offset;

		if (row->type == OPTION_HEADING)
			continue;
		g_string_append_printf(out, "%s%s = ", scope == SCOPE_GLOBAL ? "" : "\t",
				       row->name);
		type_print(row, member, out);
		dump_origin(&origins[i], out);
	}
}

void print_dump(const struct options *o, GString *out)
{
	dump_table(SCOPE_GLOBAL, o, o->origins, out);
	for (size_t i = 0; i < o->n_tenants; i++) {
		const struct tenant *t = &o->tenants[i];

		g_string_append_printf(out, "\ntenant \"%s\" {", t->name);
		dump_origin(&t->where, out);
		dump_table(SCOPE_TENANT, t, t->origins, out);
		g_string_append(out, "}\n");
	}
	for (size_t i = 0; i < o->n_policies; i++) {
		const struct policy *p = &o->policies[i];

		g_string_append_printf(out, "\npolicy \"%s\" {", p->name);
		dump_origin(&p->where, out);
		dump_table(SCOPE_POLICY, p, p->origins, out);
		g_string_append(out, "}\n");
	}
}

char *print_fingerprint(const struct options *o, const char *more)
{
	GString *all = g_string_new(NULL);

	print_dump(o, all);
	g_string_append(all, more);
	char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all->str,
						  (gssize)all->len);

	g_string_free(all, TRUE);
	return sum;
}
