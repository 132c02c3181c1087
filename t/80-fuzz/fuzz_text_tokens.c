/* A message's tokens: bounded, by group, each with a piece; and what an empty model says. */
#include <glib.h>
#include <stdint.h>

#include "base/limits.h"
#include "text/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool ready;

	if (!ready)
		message_library_init();
	ready = true;
	struct arena *a = arena_create();
	struct message_limits limits = { .max_bytes = 1 << 20 };
	struct text_tokens t;

	text_tokens_take(
		a, message_parse(a, (struct bytes){ (const char *)data, n }, &limits),
		TEXT_GROUPS_ALL, &t);
	g_assert_cmpuint(t.n, <=, LIMIT_TEXT_TOKENS);
	for (size_t i = 0; i < t.n; i++) {
		const struct text_piece *p;

		g_assert_cmpuint(t.at[i].piece, <, t.n_pieces);
		p = &t.pieces[t.at[i].piece];
		for (size_t k = 0; k < p->text.n; k += 16)
			(void)*(const volatile char *)(p->text.at + k);
	}
	arena_destroy(&a);
	return 0;
}
