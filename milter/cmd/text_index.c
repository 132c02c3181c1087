/* An index keeps the order of its lines, a folder that of its names, so that the same command
 * makes the same model. */
#include "cmd/text_index.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/sorted.h"

enum { INDEX_BYTES = 256 * 1024 * 1024 }; /* some million messages */

struct text_index {
	GArray *at;          /* struct text_indexed */
	GPtrArray *sources;  /* names */
	GHashTable *numbers; /* of names */
};

static void clear_one(void *one)
{
	g_free(((struct text_indexed *)one)->path);
}

static struct text_index *index_new(void)
{
	struct text_index *x = g_new0(struct text_index, 1);

	x->at = g_array_new(FALSE, FALSE, sizeof(struct text_indexed));
	g_array_set_clear_func(x->at, clear_one);
	x->sources = g_ptr_array_new_with_free_func(g_free);
	x->numbers = g_hash_table_new(g_str_hash, g_str_equal);
	return x;
}

static unsigned source_number(struct text_index *x, char *name)
{
	void *number;

	if (g_hash_table_lookup_extended(x->numbers, name, NULL, &number)) {
		g_free(name);
		return GPOINTER_TO_UINT(number);
	}
	g_ptr_array_add(x->sources, name);
	g_hash_table_insert(x->numbers, name, GUINT_TO_POINTER(x->sources->len - 1));
	return x->sources->len - 1;
}

/* the first folder of the path as it was written */
static char *source_of(const char *path)
{
	const char *slash = strchr(path, '/');

	return slash == NULL ? g_strdup("-") : g_strndup(path, (gsize)(slash - path));
}

static void add(struct text_index *x, char *path, enum text_label label, char *source)
{
	struct text_indexed one = { path, label, source_number(x, source) };

	g_array_append_val(x->at, one);
}

static int label_find(const char *word, size_t n)
{
	for (int i = 0; i < TEXT_LABEL_COUNT; i++)
		if (strlen(text_label_names[i]) == n &&
		    memcmp(word, text_label_names[i], n) == 0)
			return i;
	return -1;
}

/* ---- index files ---- */

static bool add_line(struct text_index *x, const char *folder, const char *line)
{
	size_t n = strcspn(line, " \t");
	const char *path = line + n + strspn(line + n, " \t");
	int label = label_find(line, n);

	if (label < 0 || *path == '\0')
		return false;
	add(x,
	    g_path_is_absolute(path) ? g_strdup(path)
				     : g_build_filename(folder, path, NULL),
	    (enum text_label)label, source_of(path));
	return true;
}

static bool read_index(struct text_index *x, const char *name, GError **e)
{
	char *text, *folder, *line, *end;
	size_t n;
	unsigned number = 0;
	bool done = true;

	if (!file_read(name, INDEX_BYTES, &text, &n, e))
		return false;
	folder = g_path_get_dirname(name);
	for (line = text; done && *line != '\0'; line = end) {
		number++;
		end = line + strcspn(line, "\n");
		if (*end != '\0')
			*end++ = '\0';
		if (*line != '\0' && *line != '#')
			done = add_line(x, folder, line);
	}
	if (!done)
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"%s:%u: a line is \"LABEL PATH\", and LABEL is ham, spam, threat "
			"or graymail",
			name, number);
	g_free(folder);
	g_free(text);
	return done;
}

/* ---- folders ---- */

static GPtrArray *names_in(const char *folder, GError **e)
{
	GDir *dir = g_dir_open(folder, 0, e);
	GPtrArray *names;
	const char *name;

	if (dir == NULL)
		return NULL;
	names = g_ptr_array_new_with_free_func(g_free);
	while ((name = g_dir_read_name(dir)) != NULL)
		if (name[0] != '.')
			g_ptr_array_add(names, g_strdup(name));
	g_dir_close(dir);
	g_ptr_array_sort(names, sorted_by_text);
	return names;
}

static bool read_label(struct text_index *x, const char *folder, enum text_label label,
		       GError **e)
{
	GPtrArray *names = names_in(folder, e);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		char *path = g_build_filename(folder, names->pdata[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
			add(x, path, label, g_path_get_basename(folder));
		else
			g_free(path);
	}
	if (names != NULL)
		g_ptr_array_unref(names);
	return names != NULL;
}

static bool read_folder(struct text_index *x, const char *folder, bool unlabelled,
			GError **e)
{
	guint before = x->at->len;
	bool done = true;

	for (int i = 0; i < TEXT_LABEL_COUNT && done; i++) {
		char *path = g_build_filename(folder, text_label_names[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			done = read_label(x, path, (enum text_label)i, e);
		g_free(path);
	}
	if (done && unlabelled && x->at->len == before)
		done = read_label(x, folder, TEXT_HAM, e);
	if (done && x->at->len == before) {
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"%s: holds no messages in folders ham, spam, threat or graymail",
			folder);
		return false;
	}
	return done;
}

/* ---- all ---- */

struct text_index *text_index_read(char **names, bool unlabelled, GError **e)
{
	struct text_index *x = index_new();
	bool done = true;

	for (; *names != NULL && done; names++) {
		if (g_file_test(*names, G_FILE_TEST_IS_DIR))
			done = read_folder(x, *names, unlabelled, e);
		else if (unlabelled)
			add(x, g_strdup(*names), TEXT_HAM, g_strdup("-"));
		else
			done = read_index(x, *names, e);
	}
	if (done)
		return x;
	text_index_free(x);
	return NULL;
}

size_t text_index_count(const struct text_index *x)
{
	return x->at->len;
}

const struct text_indexed *text_index_at(const struct text_index *x, size_t i)
{
	g_assert(i < x->at->len);
	return &g_array_index(x->at, struct text_indexed, i);
}

unsigned text_index_sources(const struct text_index *x)
{
	return x->sources->len;
}

const char *text_index_source(const struct text_index *x, unsigned i)
{
	return g_ptr_array_index(x->sources, i);
}

void text_index_free(struct text_index *x)
{
	if (x == NULL)
		return;
	g_array_unref(x->at);
	g_hash_table_unref(x->numbers);
	g_ptr_array_unref(x->sources);
	g_free(x);
}
