/* A model file of any bytes: refused, or it scores a message with a number. The bytes are the
 * head, and behind it the cells, repeated as often as the head asks for. */
#include <glib.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "text/score.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void score_with(const char *path)
{
	static const char raw[] =
		"From: a@b.example\nSubject: hello there\n\nsome text\n";
	struct text_model *m = text_model_open(path, NULL);
	struct text_models models = { .delta = m };
	struct message_limits limits = { .max_bytes = 1 << 20 };
	struct arena *a = arena_create();
	struct text_tokens t;
	struct text_score s;
	struct text_weight kept[5];

	if (m != NULL) {
		text_tokens_take(
			a,
			message_parse(a, (struct bytes){ raw, sizeof(raw) - 1 }, &limits),
			TEXT_GROUPS_ALL, &t);
		text_score(&models, &t, &s);
		for (size_t i = 0; i < AXIS_COUNT; i++)
			g_assert_true(isfinite(s.log_odds[i]));
		text_strongest(text_weigh(a, &models, &t, AXIS_SPAM), t.n_pieces, true,
			       kept, 5);
	}
	arena_destroy(&a);
	text_model_close(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool ready;

	if (!ready)
		message_library_init();
	ready = true;
	int fd = memfd_create("model", MFD_CLOEXEC);
	char path[64];
	struct text_head h = { 0 };
	uint64_t bytes;

	g_assert_cmpint(fd, >=, 0);
	if (n > 0)
		memcpy(&h, data, MIN(n, sizeof(h)));
	bytes = TEXT_CELLS_AT + h.cells * h.cell_bytes;
	if (write(fd, data, n) != (ssize_t)n ||
	    (bytes < LIMIT_TEXT_MODEL_BYTES && ftruncate(fd, (off_t)bytes) != 0))
		g_assert_not_reached();
	g_snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	score_with(path);
	close(fd);
	return 0;
}
