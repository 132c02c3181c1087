/* Who released or deleted what is held, and when: a log of acts beside the holds, which
 * outlives them. A hold that is gone, and an index that was made anew, take nothing from it. */
#ifndef QUARANTINE_ACTS_H
#define QUARANTINE_ACTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define ACT_BEGUN "begun"

enum operation_kind {
	OPERATION_RELEASE,
	OPERATION_DELETE,
	OPERATION_REPORT, /* it was judged wrong: it stays held */
	OPERATION_COUNT
};

/* "release", "delete", "report": in this log, and as commands */
extern const char *const operation_names[OPERATION_COUNT];

struct act {
	int64_t time_s;
	const char *hold;         /* id */
	const char *what;         /* operation_names */
	const char *who;          /* login name */
	int64_t uid;              /* of the process that was started */
	const char *tool;         /* "wonted quarantine" */
	const char *outcome;      /* ACT_BEGUN, "done", or why not */
	const char *const *rcpts; /* addresses it was about; NULL-terminated */
};

/* acts_path - the file
 * in    folder   quarantine_dir
 * own   the caller frees with g_free() */
char *acts_path(const char *folder);

/* acts_who - who is acting: the login that the system keeps (also behind sudo), else
 *            SUDO_USER, else the process's user
 * own   the caller frees with g_free()
 * use   before a process takes another user
 * err   "uid N" where there is no name */
char *acts_who(void);

/* act_record - append one act; on disk when it returns
 * in    folder   quarantine_dir
 * use   any process, any thread
 * err   false: e names the file; what is done is not known to later readers */
bool act_record(const char *folder, const struct act *act, GError **e);

/* acts_list - acts on one hold, oldest first; of one that was begun and came to an end, the end
 * in    hold   id; NULL: all
 *       each   called for one act; what it points to lives for the call only
 * err   false: e names the file; no act at all is no error */
bool acts_list(const char *folder, const char *hold,
	       void (*each)(const struct act *act, void *user), void *user, GError **e);

/* acts_expire - forget acts before a date, and the oldest of more than LIMIT_ACTS_BYTES
 * err   false: e names the file; nothing was changed */
bool acts_expire(const char *folder, int64_t before_s, GError **e);

#endif
