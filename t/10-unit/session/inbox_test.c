/* Packets out of bytes that come in any pieces; lengths that no packet can have. */
#include "session/inbox.h"

#include <glib.h>

#include "base/limits.h"

static void put(struct inbox *in, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t space;
		char *to = inbox_space(in, &space);
		size_t some = MIN(n, space);

		g_assert_cmpuint(space, >, 0);
		memcpy(to, bytes, some);
		inbox_filled(in, some);
		bytes += some;
		n -= some;
	}
}

static void put_packet(GByteArray *to, char command, size_t n, char fill)
{
	uint32_t big = GUINT32_TO_BE((uint32_t)n + 1);

	g_byte_array_append(to, (const guint8 *)&big, sizeof(big));
	g_byte_array_append(to, (const guint8 *)&command, 1);
	for (size_t i = 0; i < n; i++)
		g_byte_array_append(to, (const guint8 *)&fill, 1);
}

static const size_t sizes[] = {
	0, 1, 5, 16378, 16379, 16380, 16381, 70000, 3, 300000, 0
};

static void check_packets(struct inbox *in, size_t *seen)
{
	struct packet p;

	while (inbox_take(in, &p) == INBOX_PACKET) {
		g_assert_cmpuint(p.data.n, ==, sizes[*seen]);
		g_assert_cmpint(p.command, ==, 'A' + (int)*seen);
		for (size_t i = 0; i < p.data.n; i += 97)
			g_assert_cmpint(p.data.at[i], ==, 'a' + (int)*seen);
		(*seen)++;
	}
	g_assert_cmpint(inbox_take(in, &p), ==, INBOX_MORE);
}

static void test_pieces(void)
{
	const size_t steps[] = { 1, 3, 4, 5, 1000, 16384, 1000000 };
	GByteArray *all = g_byte_array_new();

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		put_packet(all, (char)('A' + i), sizes[i], (char)('a' + i));
	for (size_t k = 0; k < G_N_ELEMENTS(steps); k++) {
		struct inbox in = { 0 };
		size_t seen = 0;

		for (guint at = 0; at < all->len; at += (guint)steps[k]) {
			put(&in, (const char *)all->data + at,
			    MIN(steps[k], all->len - at));
			check_packets(&in, &seen);
			g_assert_cmpuint(in.room, <=, 2 * 524288);
			if (at % 7 == 0)
				inbox_shrink(&in);
		}
		g_assert_cmpuint(seen, ==, G_N_ELEMENTS(sizes));
		g_assert_false(inbox_waits(&in));
		inbox_shrink(&in);
		g_assert_null(in.at);
	}
	g_byte_array_free(all, TRUE);
}

static enum inbox_state state_of(const char *bytes, size_t n)
{
	struct inbox in = { 0 };
	struct packet p;

	put(&in, bytes, n);
	enum inbox_state state = inbox_take(&in, &p);

	g_free(in.at);
	return state;
}

static void test_lengths(void)
{
	uint32_t most = GUINT32_TO_BE(LIMIT_PACKET_BYTES + 1);
	uint32_t more = GUINT32_TO_BE(LIMIT_PACKET_BYTES + 2);

	g_assert_cmpint(state_of("\0\0\0", 3), ==, INBOX_MORE);
	g_assert_cmpint(state_of("\0\0\0\0", 4), ==, INBOX_MALFORMED);
	g_assert_cmpint(state_of("\0\0\0\1", 4), ==, INBOX_MORE);
	g_assert_cmpint(state_of("\0\0\0\1Q", 5), ==, INBOX_PACKET);
	g_assert_cmpint(state_of("\xff\xff\xff\xff", 4), ==, INBOX_MALFORMED);
	g_assert_cmpint(state_of("\x80\0\0\0", 4), ==, INBOX_MALFORMED);
	g_assert_cmpint(state_of((const char *)&most, 4), ==, INBOX_MORE);
	g_assert_cmpint(state_of((const char *)&more, 4), ==, INBOX_MORE);
	g_assert_cmpint(state_of("\0\x10\0\x02"
				 "L",
				 5),
			==, INBOX_MORE);
	g_assert_cmpint(state_of("\0\x10\0\x02"
				 "B",
				 5),
			==, INBOX_MALFORMED);
	g_assert_cmpint(state_of("\x04\0\0\x01"
				 "L",
				 5),
			==, INBOX_MORE);
	g_assert_cmpint(state_of("\x04\0\0\x02", 4), ==, INBOX_MALFORMED);
}

/* Of a long field the beginning is taken, whatever the pieces; what follows it has meaning. */
static void test_long_field(void)
{
	static const size_t steps[] = { 4, 5, 1000, 65536, 4000000 };
	const size_t n = 3 * (size_t)LIMIT_PACKET_BYTES + 77;
	GByteArray *all = g_byte_array_new();

	put_packet(all, 'L', LIMIT_PACKET_BYTES, 'w');
	put_packet(all, 'L', n, 'x');
	put_packet(all, 'E', 2, 'y');
	for (size_t k = 1; k < G_N_ELEMENTS(steps); k++) {
		struct inbox in = { 0 };
		struct packet p;
		GString *seen = g_string_new(NULL);
		size_t first = steps[0]; /* a length alone says nothing yet */

		for (size_t at = 0, step = first; at < all->len; at += step) {
			step = MIN(at == 0 ? first : steps[k], all->len - at);
			put(&in, (const char *)all->data + at, step);
			while (inbox_take(&in, &p) == INBOX_PACKET) {
				g_string_append_printf(seen, "%c %zu %zu ", p.command,
						       p.data.n, p.dropped);
				if (p.dropped > 0)
					g_assert_cmpint(p.data.at[p.data.n - 1], ==, 0);
				g_assert_cmpint(p.data.at[p.data.n - 2], !=, 0);
			}
			g_assert_cmpuint(in.room, <=, 8 * (size_t)LIMIT_PACKET_BYTES);
			inbox_shrink(&in);
		}
		g_assert_cmpstr(seen->str, ==, "L 1048576 0 L 1048576 2097229 E 2 0 ");
		g_assert_false(inbox_waits(&in));
		g_string_free(seen, TRUE);
		g_free(in.at);
	}
	g_byte_array_free(all, TRUE);
}

/* What is announced costs nothing; what has come is the measure. */
static void test_announced(void)
{
	struct inbox in = { 0 };
	struct packet p;

	put(&in,
	    "\0\x0f\xff\xff"
	    "B",
	    5);
	g_assert_cmpint(inbox_take(&in, &p), ==, INBOX_MORE);
	g_assert_true(inbox_waits(&in));
	g_assert_cmpuint(in.room, <=, 16384);
	g_free(in.at);
}

static void test_shrink(void)
{
	GByteArray *all = g_byte_array_new();
	struct inbox in = { 0 };
	struct packet p;

	put_packet(all, 'B', 500000, 'x');
	put_packet(all, 'E', 2, 'y');
	put(&in, (const char *)all->data, all->len - 1);
	g_assert_cmpint(inbox_take(&in, &p), ==, INBOX_PACKET);
	g_assert_cmpuint(in.room, >, 500000);
	inbox_shrink(&in);
	g_assert_cmpuint(in.room, <=, 16384);
	put(&in, "y", 1);
	g_assert_cmpint(inbox_take(&in, &p), ==, INBOX_PACKET);
	g_assert_true(bytes_equal(p.data, bytes_of("yy")));
	inbox_shrink(&in);
	g_assert_cmpuint(in.room, ==, 0);
	g_byte_array_free(all, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/inbox/pieces", test_pieces);
	g_test_add_func("/inbox/lengths", test_lengths);
	g_test_add_func("/inbox/announced", test_announced);
	g_test_add_func("/inbox/long_field", test_long_field);
	g_test_add_func("/inbox/shrink", test_shrink);
	return g_test_run();
}
