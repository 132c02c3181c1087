/* Key-value text of GLib, named TIME-NUMBER-ID so that names are in order. The lock on the file
 * tells that somebody is busy with it; a process that died is not. */
#include "quarantine/hold_event.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sorted.h"
#include "quarantine/acts.h"
#include "quarantine/describe.h"
#include "quarantine/envelope.h"

#define FOLDER "events"
#define FOLDER_MODE 0750
#define FILE_MODE 0640
#define GROUP "event"
#define BUSY \
	".busy" /* until hold_event_end(); the name alone says nothing, the lock does */
#define MAKING '.' /* before the name: it is not whole yet */
#define LOCK_TRIES 20

struct hold_event_begun {
	char *path; /* with BUSY */
	int fd;     /* locked */
};

char *hold_event_folder(const char *quarantine)
{
	return g_build_filename(quarantine, FOLDER, NULL);
}

static char *path_of(const char *quarantine, const char *name)
{
	return g_build_filename(quarantine, FOLDER, name, NULL);
}

static void put(GKeyFile *to, const char *name, const char *text)
{
	char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);

	g_key_file_set_string(to, GROUP, name, valid);
	g_free(valid);
}

static char *text_of(const struct hold *h, const struct hold_event *l)
{
	GKeyFile *to = g_key_file_new();
	char *message = hold_message(h), *text;

	g_key_file_set_int64(to, GROUP, "time_ms", l->time_ms);
	put(to, "hold", h->id);
	put(to, "message", message);
	put(to, "tenant", h->tenant);
	put(to, "what", l->what);
	put(to, "who", l->who);
	g_key_file_set_boolean(to, GROUP, "owner", l->owner);
	g_key_file_set_boolean(to, GROUP, "many", l->many);
	g_key_file_set_string_list(to, GROUP, "rcpts", l->rcpts,
				   g_strv_length((char **)(uintptr_t)l->rcpts));
	text = g_key_file_to_data(to, NULL, NULL);
	g_key_file_free(to);
	g_free(message);
	return text;
}

/* Locked and whole before it has its name. */
static bool write_locked(struct hold_event_begun *b, const char *folder, const char *text,
			 GError **e)
{
	char *name = g_path_get_basename(b->path);
	char *making = g_strdup_printf("%s/%c%s", folder, MAKING, name);
	int fd = b->fd = open(making, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	size_t n = strlen(text);
	bool done = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
		    write(fd, text, n) == (ssize_t)n && fsync(fd) == 0 &&
		    rename(making, b->path) == 0;

	if (!done) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: cannot write it: %s", b->path, g_strerror(errno));
		unlink(making);
	}
	g_free(making);
	g_free(name);
	return done && folder_sync(folder, e);
}

struct hold_event_begun *hold_event_begin(const char *quarantine, const struct hold *h,
					  const struct hold_event *l, GError **e)
{
	struct hold_event_begun *b = g_new0(struct hold_event_begun, 1);
	char *folder = hold_event_folder(quarantine), *text = text_of(h, l);
	char *name = g_strdup_printf("%013" PRId64 "-%08x-%s" BUSY, l->time_ms,
				     g_random_int(), h->id);
	bool done;

	mkdir(folder, FOLDER_MODE);
	b->path = path_of(quarantine, name);
	done = write_locked(b, folder, text, e);
	g_free(name);
	g_free(text);
	g_free(folder);
	if (done)
		return b;
	hold_event_end(b, false);
	return NULL;
}

void hold_event_end(struct hold_event_begun *b, bool done)
{
	if (b == NULL)
		return;
	char *to = g_strndup(b->path, strlen(b->path) - strlen(BUSY));

	if (done)
		rename(b->path, to);
	else
		unlink(b->path);
	if (b->fd >= 0)
		close(b->fd);
	g_free(to);
	g_free(b->path);
	g_free(b);
}

/* ---- taking them ---- */

static enum hold_state asked_state(const char *what)
{
	if (strcmp(what, operation_names[OPERATION_RELEASE]) == 0)
		return HOLD_RELEASED;
	return strcmp(what, operation_names[OPERATION_DELETE]) == 0 ? HOLD_DELETED
								    : HOLD_STATE_COUNT;
}

static bool has_state(const struct hold *h, const char *address, enum hold_state state)
{
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (strcmp(h->rcpts[i].address, address) == 0)
			return h->rcpts[i].state == state;
	return false;
}

/* Files go when nobody is held for any more: then it was done for all. */
static void keep_done(const char *quarantine, const struct hold_event *l,
		      const char **rcpts)
{
	enum hold_state state = asked_state(l->what);
	char *name = g_strconcat(l->hold, ".env", NULL);
	char *path = g_build_filename(quarantine, name, NULL);
	struct hold *h =
		state == HOLD_STATE_COUNT ? NULL : envelope_read(path, l->hold, NULL);
	size_t n = 0;

	for (size_t i = 0; h != NULL && rcpts[i] != NULL; i++)
		if (has_state(h, rcpts[i], state))
			rcpts[n++] = rcpts[i];
	if (h != NULL)
		rcpts[n] = NULL;
	hold_free(h);
	g_free(path);
	g_free(name);
}

/* What is read of a file, with its texts. */
struct taken {
	char *hold, *message, *tenant, *what, *who;
	char **rcpts;
};

static void taken_clear(struct taken *t)
{
	char *const texts[] = { t->hold, t->message, t->tenant, t->what, t->who };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_strfreev(t->rcpts);
}

static char *get(GKeyFile *from, const char *name)
{
	return g_key_file_get_string(from, GROUP, name, NULL);
}

/* false: it stays, and so do those behind it */
static bool give(const char *quarantine, GKeyFile *from,
		 bool (*each)(const struct hold_event *l, void *user), void *user,
		 bool *whole_r)
{
	struct taken t = {
		.hold = get(from, "hold"),
		.message = get(from, "message"),
		.tenant = get(from, "tenant"),
		.what = get(from, "what"),
		.who = get(from, "who"),
		.rcpts = g_key_file_get_string_list(from, GROUP, "rcpts", NULL, NULL),
	};
	struct hold_event l = {
		.time_ms = g_key_file_get_int64(from, GROUP, "time_ms", NULL),
		.hold = t.hold,
		.message = t.message,
		.tenant = t.tenant,
		.what = t.what,
		.who = t.who,
		.owner = g_key_file_get_boolean(from, GROUP, "owner", NULL),
		.many = g_key_file_get_boolean(from, GROUP, "many", NULL)
	};
	bool goes = true;

	*whole_r = t.hold != NULL && strchr(t.hold, '/') == NULL && t.message != NULL &&
		   t.tenant != NULL && t.what != NULL && t.who != NULL &&
		   t.rcpts != NULL && l.time_ms > 0;
	if (*whole_r) {
		const char **rcpts = g_new0(const char *, g_strv_length(t.rcpts) + 1);

		for (size_t i = 0; t.rcpts[i] != NULL; i++)
			rcpts[i] = t.rcpts[i];
		keep_done(quarantine, &l, rcpts);
		l.rcpts = rcpts;
		goes = rcpts[0] == NULL || each(&l, user);
		g_free(rcpts);
	}
	taken_clear(&t);
	return goes;
}

/* true: it is taken, or of no use */
static bool take_file(const char *quarantine, const char *path,
		      bool (*each)(const struct hold_event *l, void *user), void *user)
{
	GKeyFile *from = g_key_file_new();
	char *text = NULL;
	size_t n = 0;
	bool whole = false, goes = true;

	if (file_read(path, LIMIT_HOLD_EVENT_BYTES, &text, &n, NULL) &&
	    g_key_file_load_from_data(from, text, n, G_KEY_FILE_NONE, NULL))
		goes = give(quarantine, from, each, user, &whole);
	if (!whole)
		log_seldom(LOG_LEVEL_WARN, "hold-event",
			   "%s: cannot be read, it is removed; what it said of a release "
			   "or deletion is not learned",
			   path);
	g_key_file_free(from);
	g_free(text);
	return goes;
}

static GPtrArray *names_of(const char *quarantine, bool making)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	char *folder = hold_event_folder(quarantine);
	GDir *dir = g_dir_open(folder, 0, NULL);

	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
		if (g_ascii_isdigit(name[0]) || (making && name[0] == MAKING))
			g_ptr_array_add(names, g_strdup(name));
	if (dir != NULL)
		g_dir_close(dir);
	g_ptr_array_sort(names, sorted_by_text);
	g_free(folder);
	return names;
}

/* Who has given it its last name lets go of it at once; who is busy does not. */
static bool lock(int fd, const char *path)
{
	int tries = g_str_has_suffix(path, BUSY) ? 1 : LOCK_TRIES;
	struct stat st;
	bool locked = false;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	while (!(locked = flock(fd, LOCK_EX | LOCK_NB) == 0) && --tries > 0)
		g_usleep(1000);
	return locked;
}

void hold_events_take(const char *quarantine,
		      bool (*each)(const struct hold_event *l, void *user), void *user)
{
	GPtrArray *names = names_of(quarantine, false);
	bool more = true;

	for (guint i = 0; i < names->len && more; i++) {
		char *path = path_of(quarantine, names->pdata[i]);
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

		if (fd >= 0 && lock(fd, path)) {
			more = take_file(quarantine, path, each, user);
			if (more)
				unlink(path);
		}
		if (fd >= 0)
			close(fd);
		g_free(path);
	}
	g_ptr_array_unref(names);
}

void hold_events_expire(const char *quarantine, int64_t now_s)
{
	GPtrArray *names = names_of(quarantine, true);

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		int64_t ms = g_ascii_strtoll(name + (name[0] == MAKING), NULL, 10);
		char *path = path_of(quarantine, name);

		if (ms / 1000 + LIMIT_HOLD_EVENT_S < now_s)
			unlink(path);
		g_free(path);
	}
	g_ptr_array_unref(names);
}
