/* mbox files, in pieces of the size that the first byte says, into the learner. Pieces of
 * another size must bring the same messages. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "config/load.h"
#include "learn/learner.h"
#include "learn/mbox.h"
#include "message/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct sink {
	struct learner *learner;
	GChecksum *sum;
};

static bool take(struct bytes raw, void *to)
{
	struct sink *sink = to;

	g_assert_cmpuint(raw.n, >, 0);
	g_checksum_update(sink->sum, (const guchar *)raw.at, (gssize)raw.n);
	g_checksum_update(sink->sum, (const guchar *)"|", 1);
	if (sink->learner != NULL)
		g_assert_true(learner_take(sink->learner, raw, NULL));
	return true;
}

static void read_pieces(const uint8_t *data, size_t n, size_t piece, struct sink *sink)
{
	struct mbox *m = mbox_create(1 << 16, take, sink);

	for (size_t at = 0; at < n; at += piece) {
		size_t now = MIN(piece, n - at);
		char *exact = g_memdup2(data + at, now);

		mbox_feed(m, (struct bytes){ .at = exact, .n = now });
		g_free(exact);
	}
	mbox_end(m);
	mbox_destroy(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char conf[] = "tenant \"t\" { domains = {\"acme.example\"} }\n";
	struct options *o = options_load_text("fuzz", bytes_of(conf), NULL);
	struct store *s =
		store_open("mem:", &(struct store_setup){ .write = true }, NULL);
	struct learner_setup setup = {
		.options = o,
		.tenant = &o->tenants[0],
		.store = s,
		.now_s = 1700000000,
	};
	struct sink one = { .learner = learner_create(&setup),
			    .sum = g_checksum_new(G_CHECKSUM_MD5) };
	struct sink two = { .sum = g_checksum_new(G_CHECKSUM_MD5) };

	message_library_init();
	if (n > 0) {
		read_pieces(data + 1, n - 1, (size_t)data[0] + 1, &one);
		read_pieces(data + 1, n - 1, n, &two);
		g_assert_cmpstr(g_checksum_get_string(one.sum), ==,
				g_checksum_get_string(two.sum));
		g_assert_true(learner_finish(one.learner, NULL));
	}
	g_checksum_free(one.sum);
	g_checksum_free(two.sum);
	learner_destroy(&one.learner);
	store_close(&s);
	options_unref(o);
	return 0;
}
