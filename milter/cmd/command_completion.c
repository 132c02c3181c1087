/* `wonted completion`: what a shell needs to complete our commands, printed from the table of
 * commands. Options are asked of the command itself, so that they are never old. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cmd/command.h"
#include "cmd/grammar.h"

/* all words of the patterns that stand after others: "rules" -> "check fmt ..." */
static void add_word(GHashTable *after, GPtrArray *order, const char *before,
		     const char *word)
{
	GPtrArray *words = g_hash_table_lookup(after, before);

	if (words == NULL) {
		char *key = g_strdup(before);

		words = g_ptr_array_new_with_free_func(g_free);
		g_hash_table_insert(after, key, words);
		g_ptr_array_add(order, key);
	}
	if (!g_ptr_array_find_with_equal_func(words, word, g_str_equal, NULL))
		g_ptr_array_add(words, g_strdup(word));
}

/* "set <mailbox> <wanted|junk> ...": the words of a choice are words, too, but where what stands
 * before them is free they cannot be told */
static void add_pattern(GHashTable *after, GPtrArray *order, const char *pattern)
{
	char **items = g_strsplit(pattern, " ", -1);
	GString *before = g_string_new(NULL);

	for (char **i = items; *i != NULL && **i != '<' && **i != '['; i++) {
		add_word(after, order, before->str, *i);
		g_string_append_printf(before, "%s%s", before->len > 0 ? " " : "", *i);
	}
	g_string_free(before, TRUE);
	g_strfreev(items);
}

static void print_cases(void)
{
	GHashTable *after = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)g_ptr_array_unref);
	GPtrArray *order = g_ptr_array_new();

	for (size_t i = 0; grammar_pattern(i) != NULL; i++)
		add_pattern(after, order, grammar_pattern(i));
	add_word(after, order, "", "help");
	add_word(after, order, "", "version");
	for (guint i = 0; i < order->len; i++) {
		const GPtrArray *words = g_hash_table_lookup(after, order->pdata[i]);

		printf("\t\"%s\") next=\"", (const char *)order->pdata[i]);
		for (guint w = 0; w < words->len; w++)
			printf("%s%s", w > 0 ? " " : "", (const char *)words->pdata[w]);
		puts("\" ;;");
	}
	g_ptr_array_unref(order);
	g_hash_table_unref(after);
}

static void print_bash(void)
{
	fputs("_wonted() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} i word words=\"\" next=\"\"\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tword=${COMP_WORDS[i]}\n"
	      "\t\tcase $word in\n"
	      "\t\t-c | --config) ((i++)) ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) words=\"${words:+$words }$word\" ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\tcase ${words#help } in\n",
	      stdout);
	print_cases();
	fputs("\tesac\n"
	      "\tif [[ $cur == -* && -n $words ]]; then\n"
	      "\t\tnext=$(wonted ${words%% *} --help 2>/dev/null | grep -oE -- "
	      "'--[a-z][a-z-]*' | sort -u)\n"
	      "\tfi\n"
	      "\tif [[ -n $next ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$next\" -- \"$cur\"))\n"
	      "\telse\n"
	      "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	      "\tfi\n"
	      "}\n"
	      "complete -o filenames -F _wonted wonted\n",
	      stdout);
}

int command_completion(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };

	if (!command_options(&args, NULL,
			     "For bash: wonted completion bash > "
			     "/usr/share/bash-completion/completions/wonted\n"
			     "For zsh: wonted completion zsh > "
			     "/usr/share/zsh/site-functions/_wonted"))
		return EXIT_USAGE;
	if (strcmp(args.argv[1], "zsh") == 0)
		puts("#compdef wonted\nautoload -U +X bashcompinit && bashcompinit");
	print_bash();
	command_options_free(&args);
	return EXIT_DONE;
}
