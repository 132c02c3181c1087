/* A program that reads a list wants its rows and nothing else. */
#include "cmd/listing.h"

#include <stdio.h>
#include <unistd.h>

#include "base/json_line.h"
#include "base/printable.h"

void listing_header(const char *columns)
{
	if (isatty(STDOUT_FILENO))
		puts(columns);
}

void listing_put_text(const char *text, size_t most)
{
	char *safe = printable(text != NULL ? text : "?", most);

	fputs(safe, stdout);
	g_free(safe);
}

static char *time_words(int64_t s, const char *format)
{
	GDateTime *t = g_date_time_new_from_unix_local(s);
	char *text = t == NULL ? g_strdup("?") : g_date_time_format(t, format);

	if (t != NULL)
		g_date_time_unref(t);
	return text;
}

char *listing_time(int64_t s)
{
	return time_words(s, "%F %H:%M");
}

char *listing_time_exact(int64_t s)
{
	return time_words(s, "%F %T");
}

GString *listing_json_begin(void)
{
	GString *out = g_string_new(NULL);

	json_line_open(out, '{');
	return out;
}

void listing_json_print(GString *out)
{
	json_line_close(out, '}');
	puts(out->str);
	g_string_free(out, TRUE);
}

void listing_json_text(GString *out, const char *name, const char *text)
{
	json_line_name(out, name);
	if (text != NULL)
		json_line_text(out, text);
	else
		json_line_null(out);
}

void listing_json_texts(GString *out, const char *name, const char *const *list, size_t n)
{
	json_line_name(out, name);
	json_line_open(out, '[');
	for (size_t i = 0; i < n; i++)
		json_line_text(out, list[i]);
	json_line_close(out, ']');
}

void listing_json_int(GString *out, const char *name, int64_t n)
{
	json_line_put_int(out, name, n);
}

void listing_json_bool(GString *out, const char *name, bool yes)
{
	json_line_put_bool(out, name, yes);
}
