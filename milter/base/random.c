#include "base/random.h"

#include <errno.h>
#include <glib.h>
#include <sys/random.h>

void random_fill(void *at, size_t n)
{
	unsigned char *p = at;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno != EINTR)
			g_error("getrandom: %s", g_strerror(errno));
		p += got > 0 ? got : 0;
		n -= got > 0 ? (size_t)got : 0;
	}
}

char *hex_of(const void *at, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *b = at;
	char *text = g_malloc(2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[b[i] >> 4];
		text[2 * i + 1] = digits[b[i] & 15];
	}
	text[2 * n] = '\0';
	return text;
}

char *random_hex(size_t n_bytes)
{
	unsigned char *b = g_malloc(n_bytes);

	random_fill(b, n_bytes);
	char *text = hex_of(b, n_bytes);

	g_free(b);
	return text;
}
