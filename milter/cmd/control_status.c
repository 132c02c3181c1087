/* Who it is, and what it has counted. */
#include "cmd/control_status.h"

#include <string.h>

#include "base/json_line.h"
#include "cmd/listing.h"

bool control_status(const char *word, const char *program, struct metrics *m, GString *to)
{
	if (strcmp(word, "status json") == 0) {
		json_line_open(to, '{');
		listing_json_text(to, "program", program);
		listing_json_text(to, "version", WONTED_VERSION);
		listing_json_bool(to, "running", true);
		json_line_name(to, "metrics");
		metrics_json(m, to);
		json_line_close(to, '}');
		g_string_append_c(to, '\n');
		return true;
	}
	if (strcmp(word, "status") != 0)
		return false;
	g_string_append_printf(to, "%s " WONTED_VERSION "\n", program);
	metrics_status(m, to);
	return true;
}
