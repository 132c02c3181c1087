/* A file that calls itself a store: whatever its pages say, looking at them ends, stays within
 * them, and says why when it is not content. */
#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/lmdb_walk.h"
#include "store/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("pages", MFD_CLOEXEC);
	struct store_sound sound;
	struct manifest m;
	GError *e = NULL;
	bool good;

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		return 0;
	good = lmdb_walk(fd, "pages", LMDB_WALK_NEWEST, &sound, &e);
	if (good == (e != NULL))
		__builtin_trap();
	g_clear_error(&e);
	close(fd);
	good = manifest_parse("manifest", (struct bytes){ (const char *)data, n }, &m,
			      &e);
	if (good == (e != NULL))
		__builtin_trap();
	g_clear_error(&e);
	return 0;
}
