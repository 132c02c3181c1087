/* A hold's envelope file: what is read keeps to its bounds, and reads the same when written. */
#include <glib.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "quarantine/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("envelope", MFD_CLOEXEC);
	char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	struct hold *h = NULL;
	GError *e = NULL;

	if (fd >= 0 && write(fd, data, n) == (ssize_t)n) {
		h = envelope_read(path, "id", &e);
		g_assert((h == NULL) == (e != NULL));
	}
	if (h != NULL) {
		g_assert_cmpuint(h->n_rcpts, <=, LIMIT_RCPTS);
		g_assert_nonnull(h->mail_from);
		for (size_t i = 0; i < h->n_rcpts; i++)
			g_assert_nonnull(h->rcpts[i].address);
		g_assert_true(h->subject == NULL ||
			      g_utf8_validate(h->subject, -1, NULL));
		hold_free(h);
	}
	g_clear_error(&e);
	g_free(path);
	if (fd >= 0)
		close(fd);
	return 0;
}
