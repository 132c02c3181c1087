/* Key files of GLib: what a person may look at, and no parser of our own. */
#include "review/digest_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/lock_holder.h"
#include "base/log.h"
#include "quarantine/scope.h"

#define FOLDER "digests"
#define FOLDER_MODE 0750
#define FILE_MODE 0640
#define FILE_BYTES (1024 * 1024)
#define CHOICE ".choice"
#define SENT ".sent"
#define GROUP "mailbox"

static char *path_of(const char *folder, const char *name)
{
	return g_build_filename(folder, FOLDER, name, NULL);
}

static char *path_of_mailbox(const struct quarantine *q, const char *mailbox,
			     const char *suffix)
{
	char *key = hold_address_key(mailbox);
	char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	char *name = g_strconcat(hash, suffix, NULL);
	char *path = path_of(quarantine_folder(q), name);

	g_free(name);
	g_free(hash);
	g_free(key);
	return path;
}

static bool make_folder(const char *folder, GError **e)
{
	char *path = path_of(folder, NULL);
	bool done = mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST;

	if (!done)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: cannot make it: %s; run as the daemon's user", path,
			    g_strerror(errno));
	g_free(path);
	return done;
}

/* NULL: it is not there, or e says why it cannot be read */
static GKeyFile *read_keys(const char *path, GError **e)
{
	GKeyFile *keys = NULL;
	char *text = NULL;
	size_t n = 0;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return NULL;
	if (!file_read(path, FILE_BYTES, &text, &n, e))
		return NULL;
	keys = g_key_file_new();
	if (!g_key_file_load_from_data(keys, text, n, G_KEY_FILE_NONE, e)) {
		g_prefix_error(e, "%s: remove it, it is made again: ", path);
		g_clear_pointer(&keys, g_key_file_unref);
	}
	g_free(text);
	return keys;
}

static bool write_keys(const char *path, GKeyFile *keys, GError **e)
{
	size_t n = 0;
	char *text = g_key_file_to_data(keys, &n, NULL);
	bool done = file_replace(path, (struct bytes){ text, n }, FILE_MODE, e);

	g_free(text);
	return done;
}

static int64_t number_of(GKeyFile *keys, const char *name)
{
	return MAX(g_key_file_get_int64(keys, GROUP, name, NULL), 0);
}

/* ---- what the owner wants ---- */

struct digest_choice digest_choice(const struct quarantine *q, const struct options *o,
				   const char *mailbox)
{
	char *key = hold_address_key(mailbox);
	const struct policy_seeker who = { .address = key };
	const struct policy *p = options_policy(o, &who);
	struct digest_choice c = { .every = p->digest, .codes = p->digest_codes };
	char *path = path_of_mailbox(q, key, CHOICE);
	GError *e = NULL;
	GKeyFile *keys = read_keys(path, &e);
	char *every =
		keys == NULL ? NULL : g_key_file_get_string(keys, GROUP, "every", NULL);
	int word =
		every == NULL ? -1 : word_find(digest_every_names, DIGEST_COUNT, every);

	if (word >= 0)
		c = (struct digest_choice){
			.every = (enum digest_every)word,
			.codes = g_key_file_get_boolean(keys, GROUP, "codes", NULL),
			.own = true,
		};
	if (e != NULL)
		log_seldom(LOG_LEVEL_WARN, "digest-choice", "%s", e->message);
	g_clear_error(&e);
	g_free(every);
	g_clear_pointer(&keys, g_key_file_unref);
	g_free(path);
	g_free(key);
	return c;
}

static bool forget_choice(const char *path, GError **e)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return true;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: cannot remove it: %s",
		    path, g_strerror(errno));
	return false;
}

bool digest_choose(const struct quarantine *q, const char *mailbox,
		   const struct digest_choice *choice, const char *by, GError **e)
{
	char *path = path_of_mailbox(q, mailbox, CHOICE), *key = NULL;
	bool done = choice == NULL && forget_choice(path, e);

	if (choice != NULL && make_folder(quarantine_folder(q), e)) {
		GKeyFile *keys = g_key_file_new();

		key = hold_address_key(mailbox);
		g_key_file_set_string(keys, GROUP, "mailbox", key);
		g_key_file_set_string(keys, GROUP, "every",
				      digest_every_names[choice->every]);
		g_key_file_set_boolean(keys, GROUP, "codes", choice->codes);
		g_key_file_set_string(keys, GROUP, "by", by);
		g_key_file_set_int64(keys, GROUP, "since", clock_now_s());
		done = write_keys(path, keys, e);
		g_key_file_unref(keys);
	}
	g_free(key);
	g_free(path);
	return done;
}

/* ---- what he was told ---- */

static GPtrArray *texts_of(GKeyFile *keys, const char *name)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	char **texts = g_key_file_get_string_list(keys, GROUP, name, NULL, NULL);

	for (char **text = texts; text != NULL && *text != NULL; text++)
		g_ptr_array_add(all, *text);
	g_free(texts);
	return all;
}

static void set_texts(GKeyFile *keys, const char *name, const GPtrArray *all, guint most)
{
	guint from = all->len > most ? all->len - most : 0;

	g_key_file_set_string_list(keys, GROUP, name,
				   (const char *const *)all->pdata + from,
				   all->len - from);
}

static void sent_of(GKeyFile *keys, struct digest_sent *s)
{
	s->until_s = number_of(keys, "until");
	s->sent_s = number_of(keys, "sent");
	s->doubt_s = number_of(keys, "doubt");
	s->missed_s = number_of(keys, "missed");
	s->serial = number_of(keys, "serial");
	g_ptr_array_unref(s->told);
	g_ptr_array_unref(s->links);
	s->told = texts_of(keys, "told");
	s->links = texts_of(keys, "links");
}

static struct digest_sent sent_empty(char *mailbox)
{
	return (struct digest_sent){
		.mailbox = mailbox,
		.told = g_ptr_array_new_with_free_func(g_free),
		.links = g_ptr_array_new_with_free_func(g_free),
	};
}

bool digest_sent_read(const struct quarantine *q, const char *mailbox,
		      struct digest_sent *sent_r, GError **e)
{
	char *path = path_of_mailbox(q, mailbox, SENT);
	GError *why = NULL;
	GKeyFile *keys = read_keys(path, &why);
	bool done = why == NULL;

	*sent_r = sent_empty(hold_address_key(mailbox));
	if (keys != NULL) {
		sent_of(keys, sent_r);
		g_key_file_unref(keys);
	}
	if (why != NULL)
		g_propagate_error(e, why);
	g_free(path);
	return done;
}

bool digest_sent_write(const struct quarantine *q, const struct digest_sent *sent,
		       GError **e)
{
	char *path = path_of_mailbox(q, sent->mailbox, SENT);
	GKeyFile *keys = g_key_file_new();

	g_key_file_set_string(keys, GROUP, "mailbox", sent->mailbox);
	g_key_file_set_int64(keys, GROUP, "until", sent->until_s);
	g_key_file_set_int64(keys, GROUP, "sent", sent->sent_s);
	g_key_file_set_int64(keys, GROUP, "doubt", sent->doubt_s);
	g_key_file_set_int64(keys, GROUP, "missed", sent->missed_s);
	g_key_file_set_int64(keys, GROUP, "serial", sent->serial);
	set_texts(keys, "told", sent->told, LIMIT_DIGEST_TOLD);
	set_texts(keys, "links", sent->links, LIMIT_DIGEST_LINKS);
	bool done = make_folder(quarantine_folder(q), e) && write_keys(path, keys, e);

	g_key_file_unref(keys);
	g_free(path);
	return done;
}

void digest_sent_clear(struct digest_sent *sent)
{
	g_clear_pointer(&sent->mailbox, g_free);
	g_clear_pointer(&sent->told, g_ptr_array_unref);
	g_clear_pointer(&sent->links, g_ptr_array_unref);
}

static GPtrArray *copy_of(const GPtrArray *texts)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < texts->len; i++)
		g_ptr_array_add(all, g_strdup(texts->pdata[i]));
	return all;
}

struct digest_sent digest_sent_copy(const struct digest_sent *sent)
{
	struct digest_sent s = *sent;

	s.mailbox = g_strdup(sent->mailbox);
	s.told = copy_of(sent->told);
	s.links = copy_of(sent->links);
	return s;
}

/* who is shown files of mailboxes */
struct visitor {
	const char *suffix; /* NULL: all */
	void (*sent)(const struct digest_sent *sent, void *user);
	void (*file)(const char *path, const char *mailbox, void *user);
	void *user;
};

static void show_file(const struct visitor *v, const char *path)
{
	GKeyFile *keys = read_keys(path, NULL);
	char *mailbox =
		keys == NULL ? NULL : g_key_file_get_string(keys, GROUP, "mailbox", NULL);

	if (mailbox != NULL && v->file != NULL)
		v->file(path, mailbox, v->user);
	if (mailbox != NULL && v->sent != NULL) {
		struct digest_sent s = sent_empty(g_strdup(mailbox));

		sent_of(keys, &s);
		v->sent(&s, v->user);
		digest_sent_clear(&s);
	}
	g_free(mailbox);
	g_clear_pointer(&keys, g_key_file_unref);
}

static void show_files(const char *quarantine, const struct visitor *v)
{
	char *folder = path_of(quarantine, NULL);
	GDir *dir = g_dir_open(folder, 0, NULL);

	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
		char *path = g_build_filename(folder, name, NULL);

		if (g_str_has_suffix(name, SENT) ||
		    (v->suffix == NULL && g_str_has_suffix(name, CHOICE)))
			show_file(v, path);
		g_free(path);
	}
	if (dir != NULL)
		g_dir_close(dir);
	g_free(folder);
}

void digest_sent_each(const struct quarantine *q,
		      void (*each)(const struct digest_sent *sent, void *user),
		      void *user)
{
	show_files(quarantine_folder(q),
		   &(struct visitor){ .suffix = SENT, .sent = each, .user = user });
}

void digest_file_each(const char *folder,
		      void (*each)(const char *path, const char *mailbox, void *user),
		      void *user)
{
	show_files(folder, &(struct visitor){ .file = each, .user = user });
}

char *digest_holds(const struct quarantine *q, const char *mailbox, int64_t serial)
{
	char *begin = g_strdup_printf("%" G_GINT64_FORMAT " ", serial), *ids = NULL;
	struct digest_sent s;

	if (digest_sent_read(q, mailbox, &s, NULL))
		for (guint i = 0; ids == NULL && i < s.links->len; i++)
			if (g_str_has_prefix(s.links->pdata[i], begin))
				ids = g_strdup((char *)s.links->pdata[i] + strlen(begin));
	digest_sent_clear(&s);
	g_free(begin);
	return ids;
}

/* ---- the runs ---- */

static const struct {
	const char *name;
	size_t at;
} numbers[] = {
	{ "run", offsetof(struct digest_status, run_s) },
	{ "good", offsetof(struct digest_status, good_s) },
	{ "slot", offsetof(struct digest_status, slot_s) },
	{ "sent", offsetof(struct digest_status, sent) },
	{ "failed", offsetof(struct digest_status, failed) },
	{ "doubtful", offsetof(struct digest_status, doubtful) },
};

void digest_status_read(const char *folder, struct digest_status *status_r)
{
	char *path = path_of(folder, "status");
	GKeyFile *keys = read_keys(path, NULL);

	*status_r = (struct digest_status){ 0 };
	for (size_t i = 0; keys != NULL && i < G_N_ELEMENTS(numbers); i++)
		*(int64_t *)(void *)((char *)status_r + numbers[i].at) =
			number_of(keys, numbers[i].name);
	g_clear_pointer(&keys, g_key_file_unref);
	g_free(path);
}

bool digest_status_write(const char *folder, const struct digest_status *status,
			 GError **e)
{
	char *path = path_of(folder, "status");
	GKeyFile *keys = g_key_file_new();

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		g_key_file_set_int64(
			keys, GROUP, numbers[i].name,
			*(const int64_t *)(const void *)((const char *)status +
							 numbers[i].at));
	bool done = make_folder(folder, e) && write_keys(path, keys, e);

	g_key_file_unref(keys);
	g_free(path);
	return done;
}

static char *path_of_alert(const char *folder, const char *tenant)
{
	char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, tenant, -1);
	char *name = g_strconcat(hash, ".alert", NULL), *path = path_of(folder, name);

	g_free(name);
	g_free(hash);
	return path;
}

void alert_state_read(const char *folder, const char *tenant, struct alert_state *state_r)
{
	char *path = path_of_alert(folder, tenant);
	GKeyFile *keys = read_keys(path, NULL);

	*state_r = (struct alert_state){ 0 };
	if (keys != NULL) {
		state_r->sent_s = number_of(keys, "sent");
		state_r->newest_s = number_of(keys, "newest");
		g_key_file_unref(keys);
	}
	g_free(path);
}

bool alert_state_write(const char *folder, const char *tenant,
		       const struct alert_state *state, GError **e)
{
	char *path = path_of_alert(folder, tenant);
	GKeyFile *keys = g_key_file_new();

	g_key_file_set_int64(keys, GROUP, "sent", state->sent_s);
	g_key_file_set_int64(keys, GROUP, "newest", state->newest_s);
	bool done = make_folder(folder, e) && write_keys(path, keys, e);

	g_key_file_unref(keys);
	g_free(path);
	return done;
}

int digest_run_lock(const struct quarantine *q, GError **e)
{
	char *path = path_of(quarantine_folder(q), "run");
	int fd = make_folder(quarantine_folder(q), e)
			 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE)
			 : -1;

	if (fd < 0 && e != NULL && *e == NULL) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: cannot open: %s",
			    path, g_strerror(errno));
	} else if (fd >= 0 && !lock_by(fd, 0)) {
		char *holder = lock_holder(fd);

		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "summaries are being sent already, by %s", holder);
		g_free(holder);
		close(fd);
		fd = -1;
	}
	g_free(path);
	return fd;
}
