#include "review/page.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "message/html_safe.h"

void page_text(struct page *p, const char *text)
{
	html_escape_append(p->out, bytes_of(text != NULL ? text : ""));
}

static bool is_address(const char *name)
{
	return strcmp(name, "href") == 0 || strcmp(name, "action") == 0 ||
	       strcmp(name, "src") == 0;
}

static void attribute(struct page *p, const char *name, const char *value)
{
	if (value == NULL)
		return;
	g_assert(!is_address(name) || value[0] == '#' ||
		 (value[0] == '/' && value[1] != '/' && value[1] != '\\'));
	g_assert(strncmp(name, "on", 2) != 0 && strcmp(name, "style") != 0);
	g_string_append_printf(p->out, " %s=\"", name);
	if (is_address(name) && value[0] == '/' && p->site != NULL) {
		page_text(p, p->site);
		value++;
	}
	page_text(p, value);
	g_string_append_c(p->out, '"');
}

void page_open(struct page *p, const char *element, ...)
{
	va_list list;

	g_string_append_printf(p->out, "<%s", element);
	va_start(list, element);
	for (const char *name; (name = va_arg(list, const char *)) != NULL;)
		attribute(p, name, va_arg(list, const char *));
	va_end(list);
	g_string_append_c(p->out, '>');
}

void page_close(struct page *p, const char *element)
{
	g_string_append_printf(p->out, "</%s>", element);
}

void page_head(struct page *p)
{
	g_string_append(p->out, "<!DOCTYPE html>\n");
	page_open(p, "html", "lang", "en", NULL);
	page_open(p, "head", NULL);
	page_open(p, "meta", "charset", "utf-8", NULL);
	page_open(p, "meta", "name", "viewport", "content",
		  "width=device-width, initial-scale=1", NULL);
	page_open(p, "meta", "name", "color-scheme", "content", "light dark", NULL);
}

void page_printf(struct page *p, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	char *text = g_strdup_vprintf(format, list);

	va_end(list);
	page_text(p, text);
	g_free(text);
}

void page_element(struct page *p, const char *element, const char *css, const char *text)
{
	page_open(p, element, "class", css, NULL);
	page_text(p, text);
	page_close(p, element);
}

void page_link(struct page *p, const char *path, const char *text)
{
	page_open(p, "a", "href", path, NULL);
	page_text(p, text);
	page_close(p, "a");
}

void page_hidden(struct page *p, const char *name, const char *value)
{
	page_open(p, "input", "type", "hidden", "name", name, "value", value, NULL);
}

void page_button(struct page *p, const char *name, const char *value, const char *css,
		 const char *text)
{
	page_open(p, "button", "type", "submit", "name", name, "value", value, "class",
		  css, NULL);
	page_text(p, text);
	page_close(p, "button");
}

void page_time(struct page *p, gint64 s)
{
	GDateTime *t = g_date_time_new_from_unix_local(s);
	char *machine = t == NULL ? NULL : g_date_time_format(t, "%FT%T%:z");
	char *shown = t == NULL ? g_strdup("?") : g_date_time_format(t, "%F %H:%M");

	page_open(p, "time", "datetime", machine, NULL);
	page_text(p, shown);
	page_close(p, "time");
	g_free(shown);
	g_free(machine);
	if (t != NULL)
		g_date_time_unref(t);
}

char *path_join(const char *before, const char *segment, const char *after)
{
	char *safe = g_uri_escape_string(segment, NULL, FALSE);
	char *path = g_strconcat(before, safe, after, NULL);

	g_free(safe);
	return path;
}

void query_add(GString *path, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	char *safe = g_uri_escape_string(value, NULL, FALSE);

	g_string_append_printf(path, "%c%s=%s",
			       strchr(path->str, '?') == NULL ? '?' : '&', name, safe);
	g_free(safe);
}
