/* What is old is destroyed by the clock: what it said last is kept beside the holds, so that one
 * that jumped ahead does not destroy them. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "quarantine/hold.h"

#define FILE_MODE 0640
#define CLOCK_BYTES 64 /* of its file */

/* what was believed last: "SECONDS\n" */
static int64_t read_seen(struct quarantine *q)
{
	char *path = g_build_filename(quarantine_folder(q), "clock", NULL), *text = NULL;
	size_t n = 0;
	int64_t seen_s = 0;

	if (file_read(path, CLOCK_BYTES, &text, &n, NULL))
		seen_s = g_ascii_strtoll(text, NULL, 10);
	g_free(text);
	g_free(path);
	return seen_s > 0 ? seen_s : quarantine_newest(q);
}

static void write_seen(const struct quarantine *q, int64_t seen_s)
{
	char *path = g_build_filename(quarantine_folder(q), "clock", NULL);
	char *text = g_strdup_printf("%" PRId64 "\n", seen_s);

	file_replace(path, bytes_of(text), FILE_MODE, NULL);
	g_free(text);
	g_free(path);
}

bool quarantine_clock(struct quarantine *q, struct clock_trust *t, int64_t now_s)
{
	if (t->last_mono_us == 0)
		t->seen_s = read_seen(q);
	bool believed = clock_trust_look(t, now_s, clock_mono_us());

	if (believed)
		write_seen(q, t->seen_s);
	else
		log_line(LOG_LEVEL_ERROR,
			 "the clock is %" PRId64
			 " days ahead of what was seen last: nothing "
			 "expires, neither holds nor journal, until it has gone on for a "
			 "day "
			 "like that; if it is wrong, set it",
			 (now_s - t->seen_s) / 86400);
	return believed;
}
