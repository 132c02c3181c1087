/* A snapshot is copied between machines, and a copy may be cut short or stale. Size, first and
 * last pages are compared before each opening, which costs no more for ten million keys than
 * for ten; the whole sum is for `wonted store verify`. Never maps the file: a page that is
 * not there would end the process. */
#include "store/manifest.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/number.h"
#include "store/slot.h"

#define FIRST_LINE "wonted snapshot 1"
#define TEXT_MOST 16384
#define END_BYTES 65536
#define FILE_MODE 0644

char *manifest_path(const char *snapshot)
{
	return g_strconcat(snapshot, ".manifest", NULL);
}

static bool report(const char *path, const char *what, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "%s: %s; copy the snapshot and its manifest again, or build it with "
		    "\"wonted store build\"",
		    path, what);
	return false;
}

static bool take_sum(const char *text, char *sum_r)
{
	if (strlen(text) != MANIFEST_SUM_HEX ||
	    strspn(text, "0123456789abcdef") != MANIFEST_SUM_HEX)
		return false;
	memcpy(sum_r, text, MANIFEST_SUM_HEX + 1);
	return true;
}

static bool take_slots(char **word, struct manifest *m)
{
	int64_t first, last;

	if (g_strv_length(word) != 3 || !number_parse(word[1], 0, SLOTS - 1, &first) ||
	    !number_parse(word[2], first, SLOTS - 1, &last))
		return false;
	m->first_slot = (unsigned)first;
	m->last_slot = (unsigned)last;
	return true;
}

static bool take_applied(char **word, struct manifest *m)
{
	struct manifest_applied *a = &m->applied[m->n_applied];

	if (g_strv_length(word) != 3 || m->n_applied == MANIFEST_APPLIED ||
	    strlen(word[1]) != MANIFEST_NAME_BYTES - 1 ||
	    strspn(word[1], "0123456789abcdef") != MANIFEST_NAME_BYTES - 1 ||
	    !number_parse(word[2], 0, G_MAXINT64, &a->change))
		return false;
	g_strlcpy(a->overlay, word[1], sizeof(a->overlay));
	m->n_applied++;
	return true;
}

/* a line of several words */
static bool take_words(const char *line, bool (*take)(char **word, struct manifest *m),
		       struct manifest *m)
{
	char **word = g_strsplit(line, " ", 4);
	bool good = take(word, m);

	g_strfreev(word);
	return good;
}

/* What a newer version may add is passed over. */
static bool take_line(const char *line, struct manifest *m)
{
	if (g_str_has_prefix(line, "bytes "))
		return number_parse(line + strlen("bytes "), 1, G_MAXINT64, &m->bytes);
	if (g_str_has_prefix(line, "keys "))
		return number_parse(line + strlen("keys "), 0, G_MAXINT64, &m->keys);
	if (g_str_has_prefix(line, "ends "))
		return take_sum(line + strlen("ends "), m->ends);
	if (g_str_has_prefix(line, "whole "))
		return take_sum(line + strlen("whole "), m->whole);
	if (g_str_has_prefix(line, "built "))
		return number_parse(line + strlen("built "), 0, G_MAXINT64, &m->built_s);
	if (g_str_has_prefix(line, "slots "))
		return take_words(line, take_slots, m);
	if (g_str_has_prefix(line, "applied "))
		return take_words(line, take_applied, m);
	return true;
}

bool manifest_parse(const char *path, struct bytes text, struct manifest *m_r, GError **e)
{
	char *copy = g_strndup(text.n > 0 ? text.at : "", text.n);
	char **line = g_strsplit(copy, "\n", -1);
	bool good = g_strcmp0(line[0], FIRST_LINE) == 0;

	*m_r = (struct manifest){ .last_slot = SLOTS - 1 };
	for (size_t i = 1; good && line[i] != NULL; i++)
		good = take_line(line[i], m_r);
	good = good && m_r->bytes > 0 && m_r->ends[0] != '\0' && m_r->whole[0] != '\0';
	g_strfreev(line);
	g_free(copy);
	return good || report(path, "this is no manifest of a snapshot", e);
}

/* err: false with errno, which is 0 where the file ends too early */
static bool sum_range(int fd, GChecksum *sum, int64_t from, int64_t to)
{
	char *block = g_malloc(END_BYTES);
	ssize_t got = 1;

	errno = 0;
	while (from < to && got > 0) {
		got = pread(fd, block, (size_t)MIN(END_BYTES, to - from), from);
		if (got > 0) {
			g_checksum_update(sum, (const guchar *)block, got);
			from += got;
		}
	}
	g_free(block);
	return from >= to;
}

static bool sum_parts(int fd, const int64_t (*part)[2], size_t n, char *sum_r)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	bool good = true;

	for (size_t i = 0; i < n && good; i++)
		good = sum_range(fd, sum, part[i][0], part[i][1]);
	if (good)
		g_strlcpy(sum_r, g_checksum_get_string(sum), MANIFEST_SUM_HEX + 1);
	g_checksum_free(sum);
	return good;
}

bool manifest_measure(int fd, const char *path, bool whole, struct manifest *m_r,
		      GError **e)
{
	struct stat st;
	bool good;

	*m_r = (struct manifest){ 0 };
	if (fstat(fd, &st) != 0)
		return report(path, g_strerror(errno), e);
	if (!S_ISREG(st.st_mode))
		return report(path, "not a regular file", e);
	m_r->bytes = st.st_size;
	const int64_t ends[2][2] = { { 0, MIN(END_BYTES, m_r->bytes) },
				     { MAX(0, m_r->bytes - END_BYTES), m_r->bytes } };
	const int64_t all[1][2] = { { 0, m_r->bytes } };

	good = sum_parts(fd, ends, 2, m_r->ends);
	if (good && whole)
		good = sum_parts(fd, all, 1, m_r->whole);
	return good ||
	       report(path, errno != 0 ? g_strerror(errno) : "it became shorter", e);
}

static char *manifest_text(const struct manifest *m)
{
	GString *text = g_string_new(FIRST_LINE "\n");

	g_string_append_printf(text,
			       "bytes %" G_GINT64_FORMAT "\nkeys %" G_GINT64_FORMAT "\n",
			       m->bytes, m->keys);
	g_string_append_printf(text, "ends %s\nwhole %s\n", m->ends, m->whole);
	if (m->built_s != 0)
		g_string_append_printf(text, "built %" G_GINT64_FORMAT "\n", m->built_s);
	if (m->first_slot != 0 || m->last_slot != SLOTS - 1)
		g_string_append_printf(text, "slots %u %u\n", m->first_slot,
				       m->last_slot);
	for (size_t i = 0; i < m->n_applied; i++)
		g_string_append_printf(text, "applied %s %" G_GINT64_FORMAT "\n",
				       m->applied[i].overlay, m->applied[i].change);
	return g_string_free(text, FALSE);
}

bool manifest_write(const char *snapshot, const struct manifest *m, GError **e)
{
	char *path = manifest_path(snapshot);
	char *text = manifest_text(m);
	bool good = file_replace(path, bytes_of(text), FILE_MODE, e);

	g_free(text);
	g_free(path);
	return good;
}

bool manifest_read(const char *snapshot, struct manifest *m_r, GError **e)
{
	char *path = manifest_path(snapshot), *text;
	size_t n;
	bool good = file_read(path, TEXT_MOST, &text, &n, e);

	if (good) {
		good = manifest_parse(path, (struct bytes){ .at = text, .n = n }, m_r, e);
		g_free(text);
	}
	g_free(path);
	return good;
}

bool manifest_check(int fd, const char *snapshot, bool whole, struct manifest *said_r,
		    GError **e)
{
	struct manifest said, is;

	if (!manifest_read(snapshot, &said, e) ||
	    !manifest_measure(fd, snapshot, whole, &is, e))
		return false;
	if (said.bytes != is.bytes)
		return report(snapshot, "it is not as long as its manifest says", e);
	if (strcmp(said.ends, is.ends) != 0)
		return report(snapshot, "its ends are not those of its manifest", e);
	if (whole && strcmp(said.whole, is.whole) != 0)
		return report(snapshot, "it is not what its manifest says", e);
	if (said_r != NULL)
		*said_r = said;
	return true;
}
