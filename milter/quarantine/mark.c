/* A release's mark is text of fixed places, so that its end can be written over its begin:
 *   "begun\n" or "taken\n"; the listener's reply, filled up with blanks; "\n"; numbers of the
 * recipients as they stand in the envelope, with blanks between. */
#include "quarantine/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/printable.h"

#define FOLDER "marks"
#define ANSWER ".answer."
#define RELEASE ".release."
#define BEGUN "begun\n"
#define TAKEN "taken\n"
#define STATE_BYTES 6
#define REPLY_BYTES 200
#define RELEASE_BYTES (STATE_BYTES + REPLY_BYTES + 1 + LIMIT_RCPTS * 6 + 1)
#define FILE_MODE 0640
#define FOLDER_MODE 0750
#define YOUNG_S 3 /* a daemon that lives gives its answer within moments */

/* one file of the folder, its name taken apart */
struct mark {
	char *id, *name;
	bool release;
};

struct marks {
	char *folder;      /* of the marks */
	GHashTable *by_id; /* id -> GPtrArray of struct mark */
};

static char *folder_of(const char *quarantine)
{
	return g_build_filename(quarantine, FOLDER, NULL);
}

static char *path_of(const char *quarantine, const char *name)
{
	return g_build_filename(quarantine, FOLDER, name, NULL);
}

static char *answer_name(const char *id, const char *by)
{
	return g_strconcat(id, ANSWER, by, NULL);
}

static bool fail(const char *path, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: cannot make it: %s", path,
		    g_strerror(errno));
	return false;
}

static bool make_folder(const char *quarantine, GError **e)
{
	char *path = folder_of(quarantine);
	bool there = mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST || fail(path, e);

	g_free(path);
	return there;
}

bool mark_answer(const char *quarantine, const char *id, const char *by, GError **e)
{
	char *name = answer_name(id, by), *path = path_of(quarantine, name);
	char *folder = folder_of(quarantine);
	int fd = make_folder(quarantine, e)
			 ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, FILE_MODE)
			 : -1;
	bool done = fd >= 0;

	if (fd >= 0)
		close(fd);
	else if (e == NULL || *e == NULL)
		fail(path, e);
	done = done && folder_sync(folder, e);
	g_free(folder);
	g_free(path);
	g_free(name);
	return done;
}

void mark_remove(const char *quarantine, const char *name)
{
	char *path = path_of(quarantine, name);

	unlink(path);
	g_free(path);
}

void mark_answered(const char *quarantine, const char *id, const char *by)
{
	char *name = answer_name(id, by);

	mark_remove(quarantine, name);
	g_free(name);
}

bool mark_release(const char *quarantine, const struct hold *h, const bool *taken,
		  char **name_r, GError **e)
{
	char *name =
		g_strdup_printf("%s" RELEASE "%lld", h->id, (long long)g_get_real_time());
	char *path = path_of(quarantine, name);
	GString *text = g_string_new(NULL);

	g_string_printf(text, BEGUN "%*s\n", REPLY_BYTES, "");
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (taken[i])
			g_string_append_printf(text, "%zu ", i);
	bool done =
		make_folder(quarantine, e) &&
		file_replace(path, (struct bytes){ text->str, text->len }, FILE_MODE, e);

	g_string_free(text, TRUE);
	g_free(path);
	*name_r = name;
	return done;
}

bool mark_taken(const char *quarantine, const char *name, const char *reply)
{
	char *path = path_of(quarantine, name), *said = printable(reply, REPLY_BYTES);
	char text[STATE_BYTES + REPLY_BYTES + 1];
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = false;

	snprintf(text, sizeof(text), TAKEN "%-*.*s", REPLY_BYTES, REPLY_BYTES, said);
	if (fd >= 0)
		done = pwrite(fd, text, sizeof(text) - 1, 0) ==
			       (ssize_t)sizeof(text) - 1 &&
		       fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	g_free(said);
	g_free(path);
	return done;
}

/* NULL: no mark's name */
static struct mark *parse(const char *name)
{
	const char *answer = strstr(name, ANSWER), *release = strstr(name, RELEASE);
	const char *end = answer != NULL ? answer : release;

	if (end == NULL || strstr(name, ".tmp.") != NULL)
		return NULL;
	struct mark *m = g_new0(struct mark, 1);

	m->id = g_strndup(name, (gsize)(end - name));
	m->name = g_strdup(name);
	m->release = answer == NULL;
	return m;
}

static void free_mark(gpointer data)
{
	struct mark *m = data;

	g_free(m->id);
	g_free(m->name);
	g_free(m);
}

static void free_list(gpointer list)
{
	g_ptr_array_unref(list);
}

struct marks *marks_read(const char *quarantine)
{
	struct marks *all = g_new0(struct marks, 1);

	all->folder = folder_of(quarantine);
	all->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_list);
	GDir *dir = g_dir_open(all->folder, 0, NULL);

	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
		struct mark *m = parse(name);
		GPtrArray *of = m == NULL ? NULL : g_hash_table_lookup(all->by_id, m->id);

		if (m != NULL && of == NULL) {
			of = g_ptr_array_new_with_free_func(free_mark);
			g_hash_table_insert(all->by_id, g_strdup(m->id), of);
		}
		if (m != NULL)
			g_ptr_array_add(of, m);
	}
	if (dir != NULL)
		g_dir_close(dir);
	return all;
}

void marks_free(struct marks *m)
{
	if (m == NULL)
		return;
	g_hash_table_destroy(m->by_id);
	g_free(m->folder);
	g_free(m);
}

/* a mark that cannot be read leaves the doubt about all whom it could mean */
static void apply_release(const struct marks *all, const struct mark *m, struct hold *h,
			  struct hold_rcpt *rcpts)
{
	char *path = g_build_filename(all->folder, m->name, NULL), *text = NULL;
	size_t n = 0, head = STATE_BYTES + REPLY_BYTES + 1;
	bool whole = file_read(path, RELEASE_BYTES, &text, &n, NULL) && n >= head;
	bool taken = whole && g_str_has_prefix(text, TAKEN);

	for (size_t i = 0; !whole && i < h->n_rcpts; i++)
		rcpts[i].sent = HOLD_MAYBE_SENT;
	for (const char *p = whole ? text + head : "", *next; *p != '\0'; p = next) {
		char *end = NULL;
		size_t nr = strtoul(p, &end, 10);

		next = end == p ? p + 1 : end;
		if (end == p || nr >= h->n_rcpts || rcpts[nr].sent == HOLD_SENT)
			continue;
		rcpts[nr].sent = taken ? HOLD_SENT : HOLD_MAYBE_SENT;
	}
	g_free(text);
	g_free(path);
}

void marks_apply(const struct marks *all, struct hold *h, struct hold_rcpt *rcpts)
{
	const GPtrArray *of = g_hash_table_lookup(all->by_id, h->id);

	for (guint i = 0; of != NULL && i < of->len; i++) {
		const struct mark *m = of->pdata[i];

		if (m->release)
			apply_release(all, m, h, rcpts);
		else
			h->may_be_delivered = true;
	}
}

static bool is_young(const struct marks *all, const GPtrArray *of)
{
	int64_t now_s = clock_now_s();
	bool young = false;

	for (guint i = 0; i < of->len && !young; i++) {
		const struct mark *m = of->pdata[i];
		char *path = g_build_filename(all->folder, m->name, NULL);
		struct stat st;

		young = !m->release && stat(path, &st) == 0 &&
			st.st_mtime <= now_s + YOUNG_S && st.st_mtime > now_s - YOUNG_S;
		g_free(path);
	}
	return young;
}

bool marks_young(const struct marks *all)
{
	GHashTableIter iter;
	void *key, *of;

	g_hash_table_iter_init(&iter, all->by_id);
	while (g_hash_table_iter_next(&iter, &key, &of))
		if (is_young(all, of))
			return true;
	return false;
}

void mark_remove_all(const char *quarantine, const char *id)
{
	struct marks *all = marks_read(quarantine);
	const GPtrArray *of = g_hash_table_lookup(all->by_id, id);

	for (guint i = 0; of != NULL && i < of->len; i++)
		mark_remove(quarantine, ((const struct mark *)of->pdata[i])->name);
	marks_free(all);
}
