/* A cursor says twice where its consumer is: `applied`, before which all effects are written,
 * and `until`, where the batch ends that is being written. So a batch that was broken off is
 * tried again as exactly the same one. */
#include "journal/cursor.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "journal/spool_files.h"

#define FILE_BYTES 4096
#define FILE_MODE 0640
#define GROUP "position"
#define TARGET "store"

static char *path_of(const struct cursor *c)
{
	return g_strdup_printf("%s/%s" CURSOR_ENDING, c->folder, c->consumer);
}

static void put_position(GKeyFile *k, const char *what, const struct journal_position *p)
{
	char *value = g_strdup_printf("%s %s %" PRId64 " %" PRId64, p->file, p->line,
				      p->begin, p->end);

	if (p->file[0] != '\0')
		g_key_file_set_value(k, GROUP, what, value);
	g_free(value);
}

static void get_position(GKeyFile *k, const char *what, struct journal_position *p_r)
{
	char *value = g_key_file_get_value(k, GROUP, what, NULL);
	struct journal_position p = { .begin = 0 };

	if (value != NULL && sscanf(value, "%16s %16s %" SCNd64 " %" SCNd64, p.file,
				    p.line, &p.begin, &p.end) == 4)
		*p_r = p;
	g_free(value);
}

bool cursor_is_begun(const struct cursor *c)
{
	return c->applied.file[0] != '\0' || c->until.file[0] != '\0';
}

bool cursor_save(const struct cursor *c, GError **e)
{
	GKeyFile *k = g_key_file_new();
	char *path = path_of(c), *text;
	gsize n;

	g_key_file_set_string(k, GROUP, TARGET, c->target);
	put_position(k, "from", &c->applied);
	put_position(k, "until", &c->until);
	text = g_key_file_to_data(k, &n, NULL);
	bool done =
		file_replace(path, (struct bytes){ .at = text, .n = n }, FILE_MODE, e);

	g_free(text);
	g_free(path);
	g_key_file_free(k);
	return done;
}

static GKeyFile *read_file(const char *path, GError **e)
{
	GKeyFile *k = g_key_file_new();
	char *text = NULL;
	size_t n;
	bool good = file_read(path, FILE_BYTES, &text, &n, e) &&
		    g_key_file_load_from_data(k, text, n, G_KEY_FILE_NONE, e);

	g_free(text);
	if (good)
		return k;
	g_key_file_free(k);
	return NULL;
}

static void take_positions(struct cursor *c, GKeyFile *k, const char *path)
{
	char *target = g_key_file_get_string(k, GROUP, TARGET, NULL);

	if (g_strcmp0(target, c->target) == 0) {
		get_position(k, "from", &c->applied);
		get_position(k, "until", &c->until);
	} else {
		log_line(LOG_LEVEL_INFO,
			 "%s is of another store: the journal is read from its begin",
			 path);
	}
	g_free(target);
}

void cursor_load(struct cursor *c)
{
	char *path = path_of(c);
	GError *e = NULL;
	GKeyFile *k = access(path, F_OK) != 0 ? NULL : read_file(path, &e);

	c->applied = c->until = (struct journal_position){ .begin = 0 };
	if (e != NULL)
		log_line(LOG_LEVEL_WARN,
			 "%s: cannot be read (%s): the journal is read from its begin; "
			 "nothing is counted twice",
			 path, e->message);
	g_clear_error(&e);
	if (k != NULL) {
		take_positions(c, k, path);
		g_key_file_free(k);
	}
	g_free(path);
}

/* the number of the segment in which a position is; closed->len: the one that is written;
 * 0 also where nobody knows it */
static size_t segment_of(const char *folder, const GPtrArray *closed,
			 const struct journal_position *p)
{
	char hash[JOURNAL_HASH_BYTES];

	if (p->file[0] == '\0')
		return 0;
	journal_segment_hash(folder, SPOOL_CURRENT, hash);
	if (strcmp(hash, p->file) == 0)
		return closed->len;
	for (size_t i = closed->len; i > 0; i--) {
		journal_segment_hash(folder, g_ptr_array_index(closed, i - 1), hash);
		if (strcmp(hash, p->file) == 0)
			return i - 1;
	}
	return 0;
}

size_t cursors_passed(const char *folder, const GPtrArray *closed)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	size_t passed = closed->len;
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		struct journal_position applied = { .begin = 0 };

		if (!g_str_has_suffix(name, CURSOR_ENDING))
			continue;
		char *path = g_build_filename(folder, name, NULL);
		GKeyFile *k = read_file(path, NULL);

		if (k != NULL) {
			get_position(k, "from", &applied);
			g_key_file_free(k);
		}
		passed = MIN(passed, segment_of(folder, closed, &applied));
		g_free(path);
	}
	if (dir != NULL)
		g_dir_close(dir);
	g_assert(passed <= closed->len);
	return passed;
}
