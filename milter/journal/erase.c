/* Each line keeps its place and its length: whoever appends does not notice, and positions that
 * others keep go on meaning the same line, because what stands there keeps its hash. */
#include "journal/erase.h"

#include <string.h>
#include <unistd.h>

#include "base/file_lines.h"
#include "journal/dead_letter.h"
#include "journal/reader.h"
#include "journal/spool_files.h"

/* to   as long as the line, all blanks */
static void put_hash(struct bytes line, char *to)
{
	static const char end[] = "\"}";
	char hash[JOURNAL_HASH_BYTES];
	size_t n = strlen(JOURNAL_ERASED);

	if (line.n < n + JOURNAL_HASH_BYTES - 1 + strlen(end))
		return; /* no record is so short */
	journal_line_hash(line, hash);
	memcpy(to, JOURNAL_ERASED, n);
	memcpy(to + n, hash, JOURNAL_HASH_BYTES - 1);
	memcpy(to + n + JOURNAL_HASH_BYTES - 1, end, strlen(end));
}

static bool erase_in(const char *folder, const char *name,
		     const struct file_lines_choice *c, size_t *n_r, GError **e)
{
	char *path = g_build_filename(folder, name, NULL);
	bool done = file_lines_erase(path, c, n_r, e);

	g_free(path);
	return done;
}

/* The one that is written comes first: if it gets another name in between, it is among the closed
 * ones as well. */
bool journal_erase(const char *folder, bool (*pick)(struct bytes line, void *user),
		   void *user, size_t *n_r, GError **e)
{
	const struct file_lines_choice record = { pick, put_hash, user };
	const struct file_lines_choice aside = { pick, NULL, user };
	GPtrArray *closed = NULL;
	bool good;

	*n_r = 0;
	if (access(folder, F_OK) != 0)
		return true;
	good = erase_in(folder, SPOOL_CURRENT, &record, n_r, e) &&
	       (closed = spool_closed_files(folder, e)) != NULL;
	for (guint i = 0; good && i < closed->len; i++)
		good = erase_in(folder, closed->pdata[i], &record, n_r, e);
	good = good && erase_in(folder, DEAD_LETTER_FILE, &aside, n_r, e) &&
	       erase_in(folder, DEAD_LETTER_OLD_FILE, &aside, n_r, e);
	if (closed != NULL)
		g_ptr_array_free(closed, TRUE);
	return good;
}

static bool see_in(const char *folder, const char *name,
		   void (*each)(struct bytes line, void *user), void *user, GError **e)
{
	char *path = g_build_filename(folder, name, NULL);
	bool good = file_lines_read(path, each, user, e);

	g_free(path);
	return good;
}

bool journal_set_aside(const char *folder, void (*each)(struct bytes line, void *user),
		       void *user, GError **e)
{
	return see_in(folder, DEAD_LETTER_OLD_FILE, each, user, e) &&
	       see_in(folder, DEAD_LETTER_FILE, each, user, e);
}
