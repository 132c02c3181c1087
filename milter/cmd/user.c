/* Root is only needed to begin. */
#include "cmd/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
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
