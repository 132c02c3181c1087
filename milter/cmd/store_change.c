/* wonted store dark | live | migrate status: a move from one store to another, seen and
 * steered in the running daemon, over its control socket. Nothing is opened here. */
#include <stdio.h>

#include "base/error.h"
#include "base/number.h"
#include "cmd/control.h"
#include "cmd/store_work.h"

static bool ask_daemon(const struct store_command *v, const char *word, GError **e)
{
	char *answer = NULL;
	bool good = control_ask(v->options->control_socket, word, &answer, e);

	if (good && g_str_has_prefix(answer, "error: ")) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s",
			    g_strchomp(answer) + strlen("error: "));
		good = false;
	} else if (good) {
		fputs(answer, stdout);
	}
	g_free(answer);
	return good;
}

static bool set(const struct store_command *v, const char *name, const char *number,
		GError **e)
{
	int64_t n;
	char *word;
	bool good;

	if (!number_parse(number, 0, 100, &n)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "\"%s\" is no percentage: write 0 to 100", number);
		return false;
	}
	word = g_strdup_printf("store %s %d", name, (int)n);
	good = ask_daemon(v, word, e);
	g_free(word);
	return good;
}

bool store_dark(struct store_command *v, char **argument, GError **e)
{
	return set(v, "dark", argument[0], e);
}

bool store_live(struct store_command *v, char **argument, GError **e)
{
	return set(v, "live", argument[0], e);
}

bool store_migrate(struct store_command *v, char **argument, GError **e)
{
	(void)argument; /* "status": no pattern has another word */
	return ask_daemon(v, v->json ? "store status json" : "store status", e);
}
