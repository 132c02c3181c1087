/* Asks and changes the store that answers mail right now. A change holds until the daemon
 * ends or gets another store: the configuration says what it begins with. */
#include "cmd/control_store.h"

#include "base/log.h"
#include "base/number.h"
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
	} else if (ours && n == 3 &&
		   (strcmp(part[1], "dark") == 0 || strcmp(part[1], "live") == 0)) {
		set(s, part[1], part[2], to);
	} else {
		ours = false;
	}
	g_strfreev(part);
	return ours;
}
