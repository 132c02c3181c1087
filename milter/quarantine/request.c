/* ID.MAILBOX: the mailbox as the hash of its address, because addresses have characters that
 * names of files have not. Four lines: when, who, mailbox, why, each escaped. */
#include "quarantine/request.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/sorted.h"

#define FOLDER "requests"
#define FOLDER_MODE 0750
#define FILE_MODE 0640
#define FILE_BYTES 16384
#define WHY_BYTES 1000
#define LINES 4

char *request_folder(const char *quarantine)
{
	return g_build_filename(quarantine, FOLDER, NULL);
}

static char *folder_of(const struct quarantine *q)
{
	return request_folder(quarantine_folder(q));
}

static char *path_of(const char *folder, const char *id, const char *mailbox)
{
	char *key = hold_address_key(mailbox);
	char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	char *path = g_strdup_printf("%s/%s.%s", folder, id, hash);

	g_free(hash);
	g_free(key);
	return path;
}

/* names of all that wait; ids begin with the time, so this is their order */
static GPtrArray *names_of(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(folder, 0, NULL);

	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
		if (strstr(name, ".tmp.") == NULL && strchr(name, '.') != NULL)
			g_ptr_array_add(names, g_strdup(name));
	if (dir != NULL)
		g_dir_close(dir);
	g_ptr_array_sort(names, sorted_by_text);
	return names;
}

static bool write_request(const char *folder, const struct request_for_release *r,
			  GError **e)
{
	const char *const texts[] = { r->who, r->mailbox, r->why };
	GString *all = g_string_new(NULL);
	char *path = path_of(folder, r->hold, r->mailbox);

	g_string_printf(all, "%" PRId64 "\n", r->time_s);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		char *cut = g_strndup(texts[i], WHY_BYTES),
		     *safe = g_strescape(cut, NULL);

		g_string_append_printf(all, "%s\n", safe);
		g_free(safe);
		g_free(cut);
	}
	bool done =
		file_replace(path, (struct bytes){ all->str, all->len }, FILE_MODE, e);

	g_string_free(all, TRUE);
	g_free(path);
	return done;
}

static bool has_room(const char *folder, GError **e)
{
	GPtrArray *names = names_of(folder);
	bool room = names->len < LIMIT_REQUESTS;

	g_ptr_array_free(names, TRUE);
	if (!room)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%d requests wait already; somebody has to decide first",
			    LIMIT_REQUESTS);
	return room;
}

bool request_make(const struct hold_scope *scope, const char *id, const char *who,
		  const char *why, GError **e)
{
	char *folder = folder_of(scope->of);
	struct hold *h = NULL;
	bool done = false;

	g_assert(scope->kind == HOLD_SCOPE_MAILBOX);
	if (!hold_find(scope, id, &h, e)) {
		/* said */
	} else if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: cannot make it: %s", folder, g_strerror(errno));
	} else {
		const struct request_for_release r = { .time_s = clock_now_s(),
						       .hold = h->id,
						       .mailbox = scope->mailbox,
						       .who = who,
						       .why = why != NULL ? why : "" };

		done = has_room(folder, e) && write_request(folder, &r, e);
	}
	hold_free(h);
	g_free(folder);
	return done;
}

/* the lines of one file, in their own memory; NULL: it is none of ours, or gone */
static char **read_lines(const char *folder, const char *name)
{
	char *path = g_build_filename(folder, name, NULL), *text = NULL, **lines = NULL;
	size_t n = 0;

	if (file_read(path, FILE_BYTES, &text, &n, NULL))
		lines = g_strsplit(text, "\n", LINES + 1);
	for (char **line = lines; line != NULL && *line != NULL; line++) {
		char *plain = g_strcompress(*line);

		g_free(*line);
		*line = g_utf8_make_valid(plain, -1);
		g_free(plain);
	}
	if (lines != NULL && g_strv_length(lines) < LINES)
		g_clear_pointer(&lines, g_strfreev);
	g_free(text);
	g_free(path);
	return lines;
}

static void remove_one(const char *folder, const char *name)
{
	char *path = g_build_filename(folder, name, NULL);

	unlink(path);
	g_free(path);
}

static bool is_held_for(const struct hold_scope *scope, const struct hold *h,
			const char *mailbox)
{
	const struct hold_parts parts = { .rcpt = mailbox };

	for (size_t i = 0; i < h->n_rcpts; i++)
		if (hold_rcpt_is_meant(scope, &parts, &h->rcpts[i]))
			return true;
	return false;
}

/* What is gone or no longer held for whom it was asked takes its request with it. */
static void remove_stale(struct quarantine *q, const char *folder, const char *name,
			 const struct request_for_release *r)
{
	const struct hold_scope all = hold_scope_all(q);
	struct hold *h = NULL;
	GError *e = NULL;

	if (hold_find(&all, r->hold, &h, &e)
		    ? !is_held_for(&all, h, r->mailbox)
		    : g_error_matches(e, WONTED_ERROR, WONTED_ERROR_INPUT))
		remove_one(folder, name);
	g_clear_error(&e);
	hold_free(h);
}

struct walk {
	const struct hold_scope *scope;
	bool (*each)(const struct hold *h, const struct request_for_release *r,
		     void *user);
	void *user;
};

static bool show(const struct walk *w, const char *folder, const char *name)
{
	char **lines = read_lines(folder, name);
	struct hold *h = NULL;
	bool more = true;

	if (lines == NULL)
		return true;
	char *id = g_strndup(name, strcspn(name, "."));
	const struct request_for_release r = { .time_s = g_ascii_strtoll(lines[0], NULL,
									 10),
					       .hold = id,
					       .who = lines[1],
					       .mailbox = lines[2],
					       .why = lines[3] };

	if (hold_find(w->scope, id, &h, NULL) && is_held_for(w->scope, h, r.mailbox))
		more = w->each(h, &r, w->user);
	else
		remove_stale(w->scope->of, folder, name, &r);
	hold_free(h);
	g_free(id);
	g_strfreev(lines);
	return more;
}

void request_list(const struct hold_scope *scope,
		  bool (*each)(const struct hold *h, const struct request_for_release *r,
			       void *user),
		  void *user)
{
	const struct walk w = { .scope = scope, .each = each, .user = user };
	char *folder = folder_of(scope->of);
	GPtrArray *names = names_of(folder);

	g_assert(scope->kind != HOLD_SCOPE_NOTHING);
	for (guint i = 0; i < names->len && show(&w, folder, names->pdata[i]); i++)
		;
	g_ptr_array_free(names, TRUE);
	g_free(folder);
}

GHashTable *request_ids(const struct quarantine *q)
{
	GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	char *folder = folder_of(q);
	GPtrArray *names = names_of(folder);

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];

		g_hash_table_add(ids, g_strndup(name, strcspn(name, ".")));
	}
	g_ptr_array_free(names, TRUE);
	g_free(folder);
	return ids;
}

unsigned request_end(const struct hold_scope *scope, const char *id)
{
	char *folder = folder_of(scope->of), *begin = g_strconcat(id, ".", NULL);
	GPtrArray *names = names_of(folder);
	unsigned n = 0;

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		char **lines =
			g_str_has_prefix(name, begin) ? read_lines(folder, name) : NULL;
		const struct hold_rcpt r = { .address = lines != NULL ? lines[2] : "" };

		if (lines != NULL && hold_scope_admits_rcpt(scope, &r)) {
			remove_one(folder, name);
			n++;
		}
		g_strfreev(lines);
	}
	g_ptr_array_free(names, TRUE);
	g_free(begin);
	g_free(folder);
	return n;
}
