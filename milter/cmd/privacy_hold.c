/* Messages that are or were held, and what was done with them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/file_lines.h"
#include "base/limits.h"
#include "cmd/hold_print.h"
#include "cmd/listing.h"
#include "cmd/privacy.h"
#include "quarantine/acts.h"
#include "quarantine/envelope.h"
#include "quarantine/forget.h"
#include "quarantine/hold_event.h"
#include "quarantine/hold_json.h"
#include "quarantine/request.h"
#include "quarantine/scope.h"

enum { FILE_BYTES = 65536, TEXT_BYTES = 400 };

/* ---- holds ---- */

static bool is_sender(const struct privacy *p, const struct hold *h)
{
	return (h->mail_from != NULL && sought_in(&p->sought, bytes_of(h->mail_from))) ||
	       (h->from != NULL && sought_in(&p->sought, bytes_of(h->from)));
}

static bool is_rcpt(const struct privacy *p, const struct hold_rcpt *r)
{
	return sought_in(&p->sought, bytes_of(r->address));
}

static bool is_party(const struct privacy *p, const struct hold *h)
{
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (is_rcpt(p, &h->rcpts[i]))
			return true;
	return is_sender(p, h);
}

static bool walk(struct privacy *p, struct quarantine *q,
		 bool (*each)(const struct hold *h, void *user), void *user, GError **e)
{
	const struct hold_filter all = { .all_states = true, .most = G_MAXINT64 };
	const struct hold_scope scope = p->tenant == NULL
						? hold_scope_all(q)
						: hold_scope_tenant(q, p->tenant->name);

	return hold_list(&scope, &all, each, user, e);
}

static bool look_at(const struct hold *h, void *to)
{
	struct privacy *p = to;

	if (!is_party(p, h) || !privacy_found(p))
		return true;
	if (p->json) {
		GString *out = g_string_new(NULL);

		hold_json_append(out, h);
		privacy_json(p, "hold", out->str);
		g_string_free(out, TRUE);
	} else {
		hold_print_row(h);
	}
	return true;
}

bool privacy_look_holds(struct privacy *p, GError **e)
{
	struct quarantine *q = quarantine_open(p->options->quarantine_dir, e);
	bool good = q != NULL;

	if (good) {
		quarantine_settle(q);
		good = walk(p, q, look_at, p, e);
	}
	quarantine_close(q);
	return good;
}

struct collecting {
	struct privacy *privacy;
	GPtrArray *holds; /* struct hold, copies */
};

static bool collect(const struct hold *h, void *to)
{
	struct collecting *c = to;

	if (is_party(c->privacy, h))
		g_ptr_array_add(c->holds, hold_copy(h));
	return true;
}

/* All of what they sent; of what was sent to them, their part. */
static bool forget(const struct privacy *p, struct quarantine *q, const struct hold *h,
		   GError **e)
{
	bool *forgotten = g_new0(bool, h->n_rcpts), sent = is_sender(p, h);

	for (size_t i = 0; i < h->n_rcpts; i++)
		forgotten[i] = sent || is_rcpt(p, &h->rcpts[i]);
	bool done = hold_forget(q, h, forgotten, e);

	g_free(forgotten);
	return done;
}

static void free_hold(gpointer hold)
{
	hold_free(hold);
}

bool privacy_erase_holds(struct privacy *p, GError **e)
{
	struct quarantine *q = quarantine_open(p->options->quarantine_dir, e);
	struct collecting c = { p, g_ptr_array_new_with_free_func(free_hold) };
	bool good = q != NULL && walk(p, q, collect, &c, e);

	for (guint i = 0; good && i < c.holds->len; i++)
		good = forget(p, q, c.holds->pdata[i], e);
	if (good && c.holds->len > 0)
		good = quarantine_tidy(q, e);
	g_ptr_array_free(c.holds, TRUE);
	quarantine_close(q);
	return good;
}

/* ---- acts, and small files that wait ---- */

static bool is_act(struct bytes line, void *user)
{
	const struct privacy *p = user;
	char *escaped = g_strndup(line.at, line.n), *plain = g_strcompress(escaped);
	bool is = sought_in(&p->sought, bytes_of(plain));

	g_free(plain);
	g_free(escaped);
	return is;
}

static void look_at_act(struct bytes line, void *user)
{
	struct privacy *p = user;

	if (is_act(line, p) && privacy_found(p))
		privacy_text(p, "act", arena_strndup(p->arena, line.at, line.n),
			     TEXT_BYTES);
}

/* erase   else they are shown. Of a file that is gone meanwhile there is nothing to do */
static void each_file(struct privacy *p, const char *folder, bool erase)
{
	GDir *dir = g_dir_open(folder, 0, NULL);

	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
		char *path = g_build_filename(folder, name, NULL), *text = NULL;
		size_t n = 0;

		if (file_read(path, FILE_BYTES, &text, &n, NULL) &&
		    sought_in(&p->sought, (struct bytes){ text, n })) {
			if (erase)
				unlink(path);
			else if (privacy_found(p))
				privacy_text(p, "waiting", text, TEXT_BYTES);
		}
		g_free(text);
		g_free(path);
	}
	if (dir != NULL)
		g_dir_close(dir);
}

static void each_waiting(struct privacy *p, bool erase)
{
	char *const folder[] = { hold_event_folder(p->options->quarantine_dir),
				 request_folder(p->options->quarantine_dir) };

	for (size_t i = 0; i < G_N_ELEMENTS(folder); i++) {
		each_file(p, folder[i], erase);
		g_free(folder[i]);
	}
}

/* Neither has a tenant's name in it that could be relied on: they are everybody's. */
bool privacy_look_acts(struct privacy *p, GError **e)
{
	char *path = acts_path(p->options->quarantine_dir);
	bool good = p->tenant != NULL || file_lines_read(path, look_at_act, p, e);

	if (p->tenant == NULL)
		each_waiting(p, false);
	g_free(path);
	return good;
}

bool privacy_erase_acts(struct privacy *p, GError **e)
{
	const struct file_lines_choice theirs = { is_act, NULL, p };
	char *path = acts_path(p->options->quarantine_dir);
	size_t n = 0;
	bool good = p->tenant != NULL || file_lines_erase(path, &theirs, &n, e);

	if (p->tenant == NULL)
		each_waiting(p, true);
	g_free(path);
	return good;
}
