#include "base/random.h"

#include <errno.h>
#include <glib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define KEY_FILE_BYTES 256
#define KEY_FILE_MODE 0600

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

static char *hex_of(const void *at, size_t n)
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

static bool make_key_file(const char *path, GError **e)
{
	char *key = random_hex(RANDOM_KEY_CHARS / 2);
	bool done = file_make(path, bytes_of(key), KEY_FILE_MODE, e);

	g_free(key);
	return done;
}

char *random_key_file(const char *path, size_t least, const char *remedy, GError **e)
{
	char *key = NULL;
	size_t n = 0;

	if (access(path, F_OK) != 0 && !make_key_file(path, e))
		return NULL;
	/* what is there counts, whoever made it */
	if (!file_read(path, KEY_FILE_BYTES, &key, &n, e))
		return NULL;
	if (strlen(key) >= least)
		return key;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "%s: is too short for a key, which has %zu characters; %s", path,
		    least, remedy);
	g_free(key);
	return NULL;
}
