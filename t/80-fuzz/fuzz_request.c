/* Any bytes as what a client says to wonted-store, in pieces: taken as requests, and looked up. */
#include <glib.h>

#include "base/limits.h"
#include "serve/command.h"
#include "serve/glob.h"
#include "serve/limits.h"
#include "serve/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct request *q)
{
	struct client client = { .known = true };
	GString *out = g_string_new(NULL);
	size_t steps = 10000;

	command_refuse(command_find(q->word[0]), &client, q, out);
	glob_fits(q->word[0], q->word[q->n - 1], &steps);
	g_string_free(out, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct request_bounds bounds = { LIMIT_SERVE_WORDS,
						      LIMIT_SERVE_WORD_BYTES,
						      LIMIT_SERVE_REQUEST_BYTES };
	struct request_reader *r = request_reader_new();
	size_t step = size > 0 ? 1 + data[0] * 16 : 1;
	enum request_state state = REQUEST_MORE;

	for (size_t at = 0; at < size && state != REQUEST_BAD; at += step) {
		struct bytes input = { (const char *)data + at, MIN(step, size - at) };

		while ((state = request_feed(r, &bounds, &input)) == REQUEST_WHOLE) {
			struct arena *a = arena_create();
			struct request q = request_take(r, a);

			g_assert(q.n >= 1 && q.n <= LIMIT_SERVE_WORDS);
			look_at(&q);
			arena_destroy(&a);
		}
	}
	request_reader_free(r);
	return 0;
}
