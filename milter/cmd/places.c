#include "cmd/places.h"

#include <errno.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cmd/user.h"
#include "config/socket.h"

bool places_become(const struct options *o, GError **e)
{
	struct stat st;

	if (o->user[0] != '\0' || geteuid() != 0 || stat(o->quarantine_dir, &st) != 0 ||
	    st.st_uid == 0)
		return user_become(o->user, e);
	struct passwd found, *pw = NULL;
	char room[16384];

	getpwuid_r(st.st_uid, &found, room, sizeof(room), &pw);
	return pw == NULL || user_become(pw->pw_name, e);
}

static const char *who(void)
{
	return geteuid() == 0 ? "root" : "the daemon's user";
}

static void report(GString *all, const char *option, const char *path, const char *what)
{
	g_string_append_printf(all,
			       "%s%s: %s: %s cannot %s: %s; give it to that user, or "
			       "name another place",
			       all->len > 0 ? "\n" : "", option, path, who(), what,
			       g_strerror(errno));
}

/* the folder that a file is in: it must be there */
static void check_parent(GString *all, const char *option, const char *path)
{
	char *folder = g_path_get_dirname(path);

	if (access(folder, W_OK | X_OK) != 0)
		report(all, option, folder, "make files in it");
	g_free(folder);
}

/* A folder that the daemon makes if it is missing, with all that is missing above it. */
static void check_folder(GString *all, const char *option, const char *path)
{
	char *at = g_strdup(path);
	struct stat st;

	while (stat(at, &st) != 0 && errno == ENOENT && strcmp(at, "/") != 0 &&
	       strcmp(at, ".") != 0) {
		char *above = g_path_get_dirname(at);

		g_free(at);
		at = above;
	}
	if (stat(at, &st) == 0 && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		report(all, option, at, "use it");
	} else if (access(at, R_OK | W_OK | X_OK) != 0) {
		report(all, option, at,
		       strcmp(at, path) == 0 ? "make files in it"
					     : "make a folder in it");
	}
	g_free(at);
}

static void check_file(GString *all, const char *option, const char *folder,
		       const char *name)
{
	char *path = g_build_filename(folder, name, NULL);

	if (access(path, R_OK | W_OK) != 0 && errno != ENOENT && errno != ENOTDIR)
		report(all, option, path, "write it");
	g_free(path);
}

static bool raise_all(GString *all, GError **e)
{
	bool good = all->len == 0;

	if (!good)
		g_set_error_literal(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, all->str);
	g_string_free(all, TRUE);
	return good;
}

bool places_check_socket(const struct options *o, GError **e)
{
	GString *all = g_string_new(NULL);
	struct socket_spec spec;
	char *why = NULL;

	if (!socket_parse(o->socket, &spec, &why)) {
		g_string_append_printf(all, "socket: %s", why);
		g_free(why);
		return raise_all(all, e);
	}
	if (spec.family == SOCKET_UNIX)
		check_parent(all, "socket", spec.path);
	socket_clear(&spec);
	return raise_all(all, e);
}

bool places_check(const struct options *o, GError **e)
{
	static const char *const held[] = { "index.sqlite", "lock", "clock" };
	GString *all = g_string_new(NULL);

	check_parent(all, "control_socket", o->control_socket);
	check_folder(all, "quarantine_dir", o->quarantine_dir);
	for (size_t i = 0; i < COUNT_OF(held); i++)
		check_file(all, "quarantine_dir", o->quarantine_dir, held[i]);
	check_folder(all, "journal_dir", o->journal_dir);
	check_file(all, "journal_dir", o->journal_dir, "current.jsonl");
	return raise_all(all, e);
}
