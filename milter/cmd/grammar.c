/* The table is short: it is looked through from its beginning each time. */
#include "cmd/grammar.h"

#include <string.h>

#include "base/compiler.h"
#include "base/suggest.h"

enum { PATTERN_COLUMN = 34 };

struct row {
	const char *pattern, *what;
};

static const struct row rows[] = {
#define COMMAND(pattern, what) { pattern, what },
#include "cmd/commands.def"
#undef COMMAND
};

const char *grammar_pattern(size_t i)
{
	return i < COUNT_OF(rows) ? rows[i].pattern : NULL;
}

static bool is_word(const char *item)
{
	return item[0] != '<' && item[0] != '[';
}

/* how many words of a pattern stand for themselves */
static size_t words_of(char *const *items)
{
	size_t n = 0;

	while (items[n] != NULL && is_word(items[n]))
		n++;
	return n;
}

/* Arguments that may follow the words of a pattern. */
struct span {
	size_t least, most;
	const char *first; /* that is needed */
};

static struct span span_of(char *const *items)
{
	struct span s = { 0 };

	for (; *items != NULL; items++) {
		bool needed = items[0][0] == '<';

		if (needed && s.first == NULL)
			s.first = *items;
		s.least += needed;
		s.most = strstr(*items, "...") != NULL ? G_MAXUINT : s.most + 1;
	}
	return s;
}

static bool fits(const struct row *row, char *const *items, char *const *words)
{
	size_t n = words_of(items), given = g_strv_length((char **)(guintptr)words) - n;
	struct span s = span_of(items + n);

	if (given >= s.least && given <= s.most)
		return true;
	if (given > s.most)
		fprintf(stderr,
			"wonted: \"%s\" is one word too many%s; usage: wonted %s\n",
			words[n + s.most],
			g_str_has_suffix(words[n + s.most], ".conf")
				? " (-c FILE names the configuration)"
				: "",
			row->pattern);
	else
		fprintf(stderr, "wonted: %s is missing; usage: wonted %s\n", s.first,
			row->pattern);
	fprintf(stderr, "See \"wonted %s --help\".\n", items[0]);
	return false;
}

/* how many of a pattern's words are those that were given */
static size_t matched(char *const *items, char *const *words)
{
	size_t n = words_of(items), i = 0;

	while (i < n && words[i] != NULL && strcmp(items[i], words[i]) == 0)
		i++;
	return i;
}

static const char *item_of(size_t i, const void *list)
{
	return g_ptr_array_index((const GPtrArray *)list, i);
}

/* No pattern begins like that: of those that go along for longest, the next word is missing, or
 * another one was given.
 * good   how many words they go along */
static void report_word(char *const *words, size_t good)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GString *said = g_string_new("wonted"), *all = g_string_new(NULL);
	const char *wrong = words[good];

	for (size_t i = 0; i < good; i++)
		g_string_append_printf(said, " %s", words[i]);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char **items = g_strsplit(rows[i].pattern, " ", -1);

		if (matched(items, words) == good && words_of(items) > good) {
			g_string_append_printf(all, "%s%s", names->len > 0 ? ", " : "",
					       items[good]);
			g_ptr_array_add(names, g_strdup(items[good]));
		}
		g_strfreev(items);
	}
	const char *near =
		wrong == NULL ? NULL : suggest(wrong, item_of, names->len, names);

	if (wrong == NULL)
		fprintf(stderr, "%s: say one of %s", said->str, all->str);
	else
		fprintf(stderr, "%s: there is no \"%s\"%s%s%s: say one of %s", said->str,
			wrong, near != NULL ? "; did you mean \"" : "",
			near != NULL ? near : "", near != NULL ? "\"?" : "", all->str);
	fprintf(stderr, "; see \"wonted %s --help\"\n", words[0]);
	g_string_free(said, TRUE);
	g_string_free(all, TRUE);
	g_ptr_array_unref(names);
}

bool grammar_check(const char *command, char *const *words)
{
	GPtrArray *all = g_ptr_array_new();
	enum { UNKNOWN, WRONG, GOOD } found = UNKNOWN;
	size_t good = 0;

	g_ptr_array_add(all, (gpointer)(guintptr)command);
	for (; *words != NULL; words++)
		g_ptr_array_add(all, *words);
	g_ptr_array_add(all, NULL);
	char *const *given = (char *const *)all->pdata;

	for (size_t i = 0; i < COUNT_OF(rows) && found == UNKNOWN; i++) {
		char **items = g_strsplit(rows[i].pattern, " ", -1);
		size_t n = matched(items, given);

		if (n == words_of(items))
			found = fits(&rows[i], items, given) ? GOOD : WRONG;
		good = MAX(good, n);
		g_strfreev(items);
	}
	if (found == UNKNOWN)
		report_word(given, good);
	g_ptr_array_free(all, TRUE);
	return found == GOOD;
}

char *grammar_usage(const char *command)
{
	GString *out = g_string_new(NULL);
	size_t n = command == NULL ? 0 : strlen(command);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *pattern = rows[i].pattern;

		if (n == 0 || (strncmp(pattern, command, n) == 0 &&
			       (pattern[n] == ' ' || pattern[n] == '\0')))
			g_string_append_printf(out, "  wonted %-*s %s\n", PATTERN_COLUMN,
					       pattern, rows[i].what);
	}
	return g_string_free(out, FALSE);
}
