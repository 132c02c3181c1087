/* wonted store fetch: a snapshot of another machine, put in place of the one that is here when each of
 * its bytes was compared with its manifest. What came before a connection broke is kept, with the
 * manifest that it belongs to, and the rest comes the next time. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "cmd/download.h"
#include "cmd/store_work.h"
#include "store/manifest.h"

#define MANIFEST_MOST 16384
#define TRIES 5 /* as long as each brings more */
#define FILE_MODE 0644

struct fetch {
	char *from, *file;
	char *part, *part_manifest; /* what came until now */
	char *text;                 /* the manifest */
	struct manifest m;
	int fd;
};

static bool fail(const char *path, const char *what, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: %s", path, what);
	return false;
}

/* A folder has a file of the same name. */
static char *source_of(const char *from, const char *file)
{
	char *name = g_path_get_basename(file), *source;

	if (g_str_has_suffix(from, "/"))
		source = g_strconcat(from, name, NULL);
	else if (!download_is_url(from) && g_file_test(from, G_FILE_TEST_IS_DIR))
		source = g_build_filename(from, name, NULL);
	else
		source = g_strdup(from);
	g_free(name);
	return source;
}

static bool fetch_manifest(struct fetch *f, GError **e)
{
	char *path = manifest_path(f->from);
	bool good = download_text(path, MANIFEST_MOST, &f->text, e) &&
		    manifest_parse(path, bytes_of(f->text), &f->m, e);

	g_free(path);
	return good;
}

/* A fetch that died between the new manifest and the new file has left the one beside another. */
static bool is_here(const struct fetch *f)
{
	struct manifest here;
	int fd = open(f->file, O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0 && manifest_check(fd, f->file, false, &here, NULL) &&
		    strcmp(here.whole, f->m.whole) == 0;

	if (fd >= 0)
		close(fd);
	return same;
}

/* What is there of another one is of no use. */
static bool open_part(struct fetch *f, GError **e)
{
	char *before = NULL;
	bool same;

	f->fd = open(f->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (f->fd < 0)
		return fail(f->part, g_strerror(errno), e);
	if (flock(f->fd, LOCK_EX | LOCK_NB) != 0)
		return fail(f->part, "another \"wonted store fetch\" is at work there",
			    e);
	same = g_file_get_contents(f->part_manifest, &before, NULL, NULL) &&
	       strcmp(before, f->text) == 0;
	g_free(before);
	if (same)
		return true;
	if (ftruncate(f->fd, 0) != 0)
		return fail(f->part, g_strerror(errno), e);
	return file_replace(f->part_manifest, bytes_of(f->text), FILE_MODE, e);
}

static int64_t part_bytes(const struct fetch *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 ? st.st_size : 0;
}

static bool fetch_all(struct fetch *f, GError **e)
{
	for (int i = 0; i < TRIES; i++) {
		int64_t before = part_bytes(f);
		bool came;

		g_clear_error(e);
		came = download_append(f->from, f->fd, f->m.bytes, e);
		if (part_bytes(f) >= f->m.bytes)
			break;
		if (came)
			fail(f->from, "it is shorter than its manifest says", e);
		if (part_bytes(f) <= before)
			return false;
	}
	if (part_bytes(f) < f->m.bytes)
		return false;
	g_clear_error(e);
	return true;
}

static void forget_part(const struct fetch *f)
{
	unlink(f->part);
	unlink(f->part_manifest);
}

static bool verify(const struct fetch *f, GError **e)
{
	struct manifest is;

	if (!manifest_measure(f->fd, f->part, true, &is, e))
		return false;
	if (is.bytes == f->m.bytes && strcmp(is.whole, f->m.whole) == 0 &&
	    strcmp(is.ends, f->m.ends) == 0)
		return true;
	forget_part(f);
	return fail(f->from,
		    "what came is not what its manifest says: it was changed "
		    "meanwhile, or damaged on its way; what stood here before "
		    "still does",
		    e);
}

static bool put_in_place(const struct fetch *f, GError **e)
{
	char *folder = g_path_get_dirname(f->file);
	bool good = fsync(f->fd) == 0 || fail(f->part, g_strerror(errno), e);

	good = good && manifest_write(f->file, &f->m, e);
	if (good && rename(f->part, f->file) != 0)
		good = fail(f->file, g_strerror(errno), e);
	good = good && folder_sync(folder, e);
	if (good)
		unlink(f->part_manifest);
	g_free(folder);
	return good;
}

/* Its status is ours: whoever wants to know of a new file must not miss it. */
static bool notify(const char *program, const char *file, GError **e)
{
	const char *argv[] = { program, file, NULL };
	int status;

	return g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH,
			    NULL, NULL, NULL, NULL, &status, e) &&
	       g_spawn_check_wait_status(status, e);
}

static bool fetch_newer(struct fetch *f, const char *program, GError **e)
{
	if (!open_part(f, e) || !fetch_all(f, e) || !verify(f, e) || !put_in_place(f, e))
		return false;
	printf("%s: %" G_GINT64_FORMAT " keys, %" G_GINT64_FORMAT " bytes, of %s\n",
	       f->file, f->m.keys, f->m.bytes, f->from);
	return program == NULL || notify(program, f->file, e);
}

bool store_fetch(struct store_command *v, char **argument, GError **e)
{
	struct fetch f = { .file = argument[1], .fd = -1 };
	bool good;

	f.from = source_of(argument[0], f.file);
	f.part = g_strconcat(f.file, ".fetch", NULL);
	f.part_manifest = g_strconcat(f.file, ".fetch.manifest", NULL);
	good = fetch_manifest(&f, e);
	if (good && is_here(&f))
		printf("%s: is the one of %s already\n", f.file, f.from);
	else if (good)
		good = fetch_newer(&f, v->notify, e);
	if (f.fd >= 0)
		close(f.fd);
	g_free(f.text);
	g_free(f.part_manifest);
	g_free(f.part);
	g_free(f.from);
	return good;
}
