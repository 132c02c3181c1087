/* Answers of children, as their parent reads them. The first byte says in which pieces they come. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/file_magic.h"
#include "base/limits.h"
#include "decode/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void sane_answer(const struct decode_answer *answer)
{
	g_assert_cmpuint(answer->n, <=, LIMIT_DECODE_RECORDS);
	g_assert_cmpint(answer->why, <, DECODE_WHY_COUNT);
	for (size_t i = 0; i < answer->n; i++) {
		const struct decode_entry *e = &answer->entries[i];

		g_assert_true(g_utf8_validate(e->name, -1, NULL));
		g_assert_cmpint(e->why, <, DECODE_WHY_COUNT);
		g_assert_true(e->kind == NULL ||
			      e->kind == file_magic_known(bytes_of(e->kind)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	struct decode_reader *r = decode_reader_new(a);
	enum decode_progress how = READER_MORE;
	size_t piece = n == 0 ? 1 : 1 + (size_t)data[0] * 16;
	struct decode_answer answer;

	for (size_t i = 1; i < n && how == READER_MORE; i += piece)
		how = decode_reader_take(
			r, (struct bytes){ (const char *)data + i, MIN(piece, n - i) });
	decode_reader_answer(r, &answer);
	decode_reader_free(r);
	sane_answer(&answer);
	arena_destroy(&a);
	return 0;
}
