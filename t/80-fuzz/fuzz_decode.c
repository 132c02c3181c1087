/* Files as a child looks into them, but without its walls: archives, and mail in them. A message
 * begins with a letter of "From:". */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "decode/listing.h"
#include "message/files.h"
#include "message/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void count(void *user, const struct decode_entry *e)
{
	g_assert_nonnull(e->name);
	g_assert_cmpint(e->why, <, DECODE_WHY_COUNT);
	++*(size_t *)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct decode_openers openers = { message_library_init,
						       message_show_files,
						       tnef_show_files };
	static bool ready;
	size_t told = 0;
	const struct decode_listener listener = { count, &told };
	const struct decode_task task = { n > 0 && data[0] == 'F' ? "a.eml" : "a.zip",
					  { (const char *)data, n },
					  clock_mono_us() + 60 * G_USEC_PER_SEC };

	if (!ready)
		openers.prepare();
	ready = true;
	decode_list(&openers, &task, &listener);
	g_assert_cmpuint(told, <=, LIMIT_DECODE_RECORDS);
	return 0;
}
