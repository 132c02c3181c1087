/* Asks and changes the store that answers mail right now. A change holds until the daemon
 * ends or gets another store: the configuration says what it begins with. */
#include "cmd/control_store.h"

#include "base/json_line.h"
#include "base/log.h"
#include "base/number.h"
#include "cmd/listing.h"
#include "store/pair.h"
#include "store/status.h"

static void set(struct store *s, const char *name, const char *number, GString *to)
{
	bool dark = strcmp(name, "dark") == 0;
	int64_t n;

	if (!number_parse(number, 0, 100, &n)) {
		g_string_append_printf(to, "error: \"%s\" is no percentage: 0 to 100\n",
				       number);
		return;
	}
	if (!store_pair_set(s, dark ? (int)n : -1, dark ? -1 : (int)n)) {
		g_string_append(to, "error: the store is no pair; write store = "
				    "\"pair:dark=N,live=N:OLD|NEW\" and reload\n");
		return;
	}
	log_line(LOG_LEVEL_INFO, "store: %s is %d %% now", name, (int)n);
	g_string_append_printf(to, "%s is %d %% now, until the daemon ends\n", name,
			       (int)n);
}

/* numbers of a move; what the lines for people say besides, as they stand */
static void tell_json(struct store *s, GString *to)
{
	GString *lines = g_string_new(NULL);
	struct store_pair_counts c;
	char **line;

	store_status(s, lines);
	line = g_strsplit(g_strchomp(lines->str), "\n", -1);
	json_line_open(to, '{');
	listing_json_text(to, "store", store_url(s));
	if (store_pair_counts(s, &c)) {
		listing_json_int(to, "batches", (int64_t)c.batches);
		listing_json_int(to, "dark", (int64_t)c.dark);
		listing_json_int(to, "dark_dropped", (int64_t)c.dark_dropped);
		listing_json_int(to, "live", (int64_t)c.live);
		listing_json_int(to, "live_fell_back", (int64_t)c.live_fell_back);
		listing_json_int(to, "compared", (int64_t)c.compared);
		listing_json_int(to, "differ", (int64_t)c.differ);
		listing_json_int(to, "not_compared", (int64_t)c.not_compared);
		listing_json_int(to, "written", (int64_t)c.written);
		listing_json_int(to, "not_written", (int64_t)c.not_written);
	}
	listing_json_texts(to, "told", (const char *const *)line, g_strv_length(line));
	json_line_close(to, '}');
	g_string_append_c(to, '\n');
	g_strfreev(line);
	g_string_free(lines, TRUE);
}

bool control_store(struct store *s, const char *word, GString *to)
{
	char **part = g_strsplit(word, " ", 4);
	guint n = g_strv_length(part);
	bool ours = n >= 2 && strcmp(part[0], "store") == 0;

	if (ours && n == 2 && strcmp(part[1], "status") == 0) {
		gsize before = to->len;

		store_status(s, to);
		if (to->len == before)
			g_string_append(to, "the store has nothing to tell\n");
	} else if (ours && strcmp(word, "store status json") == 0) {
		tell_json(s, to);
	} else if (ours && n == 3 &&
		   (strcmp(part[1], "dark") == 0 || strcmp(part[1], "live") == 0)) {
		set(s, part[1], part[2], to);
	} else {
		ours = false;
	}
	g_strfreev(part);
	return ours;
}
