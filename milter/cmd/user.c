/* Root is only needed to begin. */
#include "cmd/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error.h"

bool user_become(const char *user, GError **e)
{
	struct passwd found, *pw = NULL;
	char room[16384];

	if (user[0] == '\0' || geteuid() != 0)
		return true;
	getpwnam_r(user, &found, room, sizeof(room), &pw);
	if (pw == NULL) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "user: there is no user \"%s\"; make one, or leave it empty",
			    user);
		return false;
	}
	if (initgroups(user, pw->pw_gid) == 0 && setgid(pw->pw_gid) == 0 &&
	    setuid(pw->pw_uid) == 0)
		return true;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "user: cannot become \"%s\": %s", user, g_strerror(errno));
	return false;
}

static bool fail(const char *option, const char *folder, const char *what, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s %s: %s: %s", option, folder,
		    what, g_strerror(errno));
	return false;
}

bool user_become_owner(const char *option, const char *folder, GError **e)
{
	struct stat st;

	if (stat(folder, &st) < 0)
		return fail(option, folder,
			    "cannot look into it (has wonted-milter run yet?)", e);
	if (geteuid() != 0 || (st.st_uid == 0 && st.st_gid == 0))
		return true;
	if (setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 && setuid(st.st_uid) == 0)
		return true;
	return fail(option, folder, "cannot act as its owner", e);
}
