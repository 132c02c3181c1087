/* A script that forgot --yes does nothing: it is told so. */
#include "cmd/agree.h"

#include <glib.h>
#include <stdio.h>
#include <unistd.h>

bool agree(const char *act)
{
	char answer[16] = "";

	if (!isatty(STDIN_FILENO)) {
		fputs(". Nothing is done: nobody can be asked, because standard input is "
		      "no terminal; say --yes\n",
		      stderr);
		return false;
	}
	fprintf(stderr, ". %c%s? [y/N] ", g_ascii_toupper(*act), act + 1);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (g_ascii_strcasecmp(g_strchomp(answer), "y") == 0 ||
	     g_ascii_strcasecmp(answer, "yes") == 0))
		return true;
	fputs("Nothing is done.\n", stderr);
	return false;
}
