/* Copies are made beside the file, FILE.before-wonted-TIME, and never taken away. */
#include "cmd/setup_plan.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"

struct step {
	char *path;  /* that changes; NULL: none that is copied */
	char *text;  /* of the file; NULL: it is removed, or argv is run */
	char **argv; /* NULL: a file */
};

struct setup_plan {
	GPtrArray *steps, *words; /* struct step; lines */
	GHashTable *copied;       /* paths */
};

static void step_free(void *data)
{
	struct step *s = data;

	g_free(s->path);
	g_free(s->text);
	g_strfreev(s->argv);
	g_free(s);
}

struct setup_plan *setup_plan_new(void)
{
	struct setup_plan *p = g_new0(struct setup_plan, 1);

	p->steps = g_ptr_array_new_with_free_func(step_free);
	p->words = g_ptr_array_new_with_free_func(g_free);
	p->copied = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return p;
}

void setup_plan_free(struct setup_plan *p)
{
	g_ptr_array_unref(p->steps);
	g_ptr_array_unref(p->words);
	g_hash_table_unref(p->copied);
	g_free(p);
}

char *setup_read(const char *path, GError **e)
{
	char *text = NULL;
	size_t n = 0;

	return file_read(path, LIMIT_CONFIG_BYTES, &text, &n, e) ? text : NULL;
}

void setup_plan_write(struct setup_plan *p, const char *path, const char *text)
{
	char *now = setup_read(path, NULL);
	struct step *s;

	if (g_strcmp0(now, text) != 0) {
		s = g_new0(struct step, 1);
		s->path = g_strdup(path);
		s->text = g_strdup(text);
		g_ptr_array_add(p->steps, s);
	}
	g_free(now);
}

void setup_plan_run(struct setup_plan *p, const char *file, const char *const *argv)
{
	struct step *s = g_new0(struct step, 1);
	GPtrArray *words = g_ptr_array_new();

	for (; *argv != NULL; argv++)
		g_ptr_array_add(words, g_strdup(*argv));
	g_ptr_array_add(words, NULL);
	s->path = g_strdup(file);
	s->argv = (char **)g_ptr_array_free(words, FALSE);
	g_ptr_array_add(p->steps, s);
}

void setup_plan_say(struct setup_plan *p, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	g_ptr_array_add(p->words, g_strdup_vprintf(format, values));
	va_end(values);
}

bool setup_plan_is_empty(const struct setup_plan *p)
{
	return p->steps->len == 0;
}

/* ---- showing ---- */

static bool has_line(char **lines, const char *line)
{
	return g_strv_contains((const char *const *)lines, line);
}

/* The lines that go and those that come; nothing moves within these files. */
static void print_change(const struct step *s)
{
	char *was = setup_read(s->path, NULL);
	char **before = g_strsplit(was != NULL ? was : "", "\n", -1);
	char **after = g_strsplit(s->text != NULL ? s->text : "", "\n", -1);

	printf("%s%s:\n", s->path, s->text == NULL ? " (removed)" : "");
	for (char **l = before; *l != NULL; l++)
		if (**l != '\0' && !has_line(after, *l))
			printf("  - %s\n", *l);
	for (char **l = after; *l != NULL; l++)
		if (**l != '\0' && !has_line(before, *l))
			printf("  + %s\n", *l);
	g_strfreev(before);
	g_strfreev(after);
	g_free(was);
}

static void print_command(char **argv)
{
	const char *between = "";

	for (; *argv != NULL; argv++) {
		bool plain =
			**argv != '\0' &&
			strspn(*argv, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
				      "VWXYZ0123456789-_./:=@") == strlen(*argv);
		char *word = plain ? g_strdup(*argv) : g_shell_quote(*argv);

		printf("%s%s", between, word);
		between = " ";
		g_free(word);
	}
	putchar('\n');
}

void setup_plan_print(const struct setup_plan *p)
{
	for (guint i = 0; i < p->steps->len; i++) {
		const struct step *s = p->steps->pdata[i];

		if (s->argv != NULL)
			print_command(s->argv);
		else
			print_change(s);
	}
	for (guint i = 0; i < p->words->len; i++)
		printf("# %s\n", (const char *)p->words->pdata[i]);
}

/* ---- doing ---- */

static bool copy(struct setup_plan *p, const char *path, GError **e)
{
	GDateTime *now = g_date_time_new_now_local();
	char *time = g_date_time_format(now, "%Y%m%dT%H%M%S");
	char *to = g_strdup_printf("%s.before-wonted-%s", path, time), *text = NULL;
	struct stat st;
	bool done = true;

	if (stat(path, &st) == 0 && g_hash_table_add(p->copied, g_strdup(path))) {
		text = setup_read(path, e);
		done = text != NULL &&
		       file_replace(to, bytes_of(text), (int)(st.st_mode & 0777), e);
		if (done)
			printf("kept %s as %s\n", path, to);
	}
	g_free(text);
	g_free(to);
	g_free(time);
	g_date_time_unref(now);
	return done;
}

static bool write_file(const struct step *s, GError **e)
{
	struct stat st;
	int mode = stat(s->path, &st) == 0 ? (int)(st.st_mode & 0777) : 0644;
	char *folder = g_path_get_dirname(s->path);
	bool done;

	if (s->text == NULL) {
		done = unlink(s->path) == 0;
		if (!done)
			g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
				    "%s: cannot be removed", s->path);
	} else {
		g_mkdir_with_parents(folder, 0755);
		done = file_replace(s->path, bytes_of(s->text), mode, e);
	}
	if (done)
		printf("%s %s\n", s->text == NULL ? "removed" : "wrote", s->path);
	g_free(folder);
	return done;
}

bool setup_plan_apply(struct setup_plan *p, GError **e)
{
	bool done = true;

	for (guint i = 0; i < p->steps->len && done; i++) {
		const struct step *s = p->steps->pdata[i];
		char *said = NULL;

		done = s->path == NULL || copy(p, s->path, e);
		if (done && s->argv == NULL) {
			done = write_file(s, e);
		} else if (done) {
			said = setup_ask((const char *const *)s->argv, e);
			done = said != NULL;
			if (done)
				print_command(s->argv);
		}
		g_free(said);
	}
	for (guint i = 0; i < p->words->len && done; i++)
		printf("# %s\n", (const char *)p->words->pdata[i]);
	return done;
}

char *setup_ask(const char *const *argv, GError **e)
{
	char *out = NULL, *err = NULL;
	char **words = g_strdupv((char **)(guintptr)argv);
	int status = 0;
	GError *why = NULL;

	if (!g_spawn_sync(NULL, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
			  &status, &why)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: %s", argv[0],
			    why->message);
		g_error_free(why);
	} else if (!g_spawn_check_wait_status(status, NULL)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s %s: %s", argv[0],
			    argv[1] != NULL ? argv[1] : "", g_strstrip(err));
		g_clear_pointer(&out, g_free);
	}
	g_free(err);
	g_strfreev(words);
	return out;
}
