/* LMDB maps its file and trusts it: a file that is cut short ends the process with SIGBUS
 * at the first touch of a page that is not there. So the two meta pages are read here by
 * hand before anything is mapped. Layout: LMDB 0.9, data format version 1, 64 bits. This
 * file must never map, and never write. */
#include "store/lmdb_check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define META_MAGIC 0xBEEFC0DEU
#define META_VERSION 1U
static bool report(const char *path, const char *what, GError **e)
{
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_STORE,
		"%s: %s; this is no usable store: put the backup back, or move the file "
		"away and import again",
		path, what);
	return false;
}

bool lmdb_meta_read(int fd, off_t at, struct lmdb_meta *m_r)
{
	return pread(fd, m_r, sizeof(*m_r), at + LMDB_PAGE_HEADER) ==
		       (ssize_t)sizeof(*m_r) &&
	       m_r->magic == META_MAGIC && m_r->version == META_VERSION;
}

bool lmdb_check(int fd, const char *path, GError **e)
{
	struct stat st;
	struct lmdb_meta first, second, *newest;
	uint32_t page;

	if (fstat(fd, &st) != 0)
		return report(path, g_strerror(errno), e);
	if (!S_ISREG(st.st_mode))
		return report(path, "not a regular file", e);
	if (!lmdb_meta_read(fd, 0, &first))
		return report(path, "does not begin like an LMDB file", e);
	page = first.trees[0].pad;
	if (page < 512 || page > 65536 || (page & (page - 1)) != 0)
		return report(path, "its page size is impossible", e);
	if (st.st_size < 2 * (off_t)page || st.st_size % page != 0)
		return report(path, "its size is no number of whole pages", e);
	if (!lmdb_meta_read(fd, (off_t)page, &second))
		return report(path, "its second meta page is damaged", e);
	newest = second.txn > first.txn ? &second : &first;
	if (newest->last_page >= (uint64_t)st.st_size / page)
		return report(path, "it is shorter than it says", e);
	for (int i = 0; i < 2; i++)
		if (newest->trees[i].root != UINT64_MAX &&
		    newest->trees[i].root > newest->last_page)
			return report(path, "its tree begins outside of it", e);
	return true;
}
