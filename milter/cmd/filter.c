/* See filter.h. */
#include "cmd/filter.h"

#include <string.h>

#include "base/error.h"
#include "base/suggest.h"
#include "config/words.h"

#define DAY_S 86400

bool filter_wrong(GError **e, const char *option, const char *value, const char *allowed)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s %s: write %s", option, value,
		    allowed);
	return false;
}

static const char *item_of(size_t i, const void *table)
{
	return ((const char *const *)table)[i];
}

bool filter_word(const char *option, const char *word, const char *const *names, size_t n,
		 GError **e)
{
	if (word == NULL || word_find(names, n, word) >= 0)
		return true;
	const char *near = suggest(word, item_of, n, names);
	char *all = g_strjoinv(", ", (char **)(guintptr)names);
	char *allowed = near == NULL ? g_strdup_printf("one of %s", all)
				     : g_strdup_printf("one of %s; did you mean \"%s\"?",
						       all, near);

	filter_wrong(e, option, word, allowed);
	g_free(allowed);
	g_free(all);
	return false;
}

/* "3d", "12h": that long ago */
static bool ago_read(const char *text, int64_t now_s, int64_t *s_r)
{
	char *end;
	int64_t n = g_ascii_strtoll(text, &end, 10);
	int64_t unit_s = strcmp(end, "d") == 0 ? DAY_S : strcmp(end, "h") == 0 ? 3600 : 0;

	if (end == text || n < 0 || n > 100000 || unit_s == 0)
		return false;
	*s_r = now_s - n * unit_s;
	return true;
}

/* "2026-11-20", "2026-11-20 10:30", local time */
static bool date_read(const char *text, int64_t *s_r)
{
	GTimeZone *here = g_time_zone_new_local();
	char *iso = strlen(text) == strlen("2026-11-20")
			    ? g_strconcat(text, "T00:00:00", NULL)
		    : strlen(text) == strlen("2026-11-20 10:30")
			    ? g_strconcat(text, ":00", NULL)
			    : g_strdup(text);
	GDateTime *t = g_date_time_new_from_iso8601(iso, here);

	if (t != NULL) {
		*s_r = g_date_time_to_unix(t);
		g_date_time_unref(t);
	}
	g_free(iso);
	g_time_zone_unref(here);
	return t != NULL;
}

bool filter_time(const char *option, const char *text, int64_t now_s, int64_t *s_r,
		 GError **e)
{
	if (text == NULL || ago_read(text, now_s, s_r) || date_read(text, s_r))
		return true;
	return filter_wrong(e, option, text,
			    "a date (2026-11-20, 2026-11-20 10:30), or how long ago (3d, "
			    "12h)");
}
