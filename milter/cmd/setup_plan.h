/* What `wonted setup` is going to do, as data: it is shown first, and done on request only. A file
 * that is changed is copied first. */
#ifndef CMD_SETUP_PLAN_H
#define CMD_SETUP_PLAN_H

#include <glib.h>
#include <stdbool.h>

struct setup_plan;

/* setup_plan_new - nothing to do yet
 * own   the caller: setup_plan_free() */
struct setup_plan *setup_plan_new(void);

/* setup_plan_write - a file shall be this text
 * in    text   NULL: it shall not be there
 * err   a file that is so already is left out */
void setup_plan_write(struct setup_plan *p, const char *path, const char *text);

/* setup_plan_run - a command shall be run, which changes a file
 * in    file   that is copied before; NULL: none
 *       argv   NULL-terminated */
void setup_plan_run(struct setup_plan *p, const char *file, const char *const *argv);

/* setup_plan_say - a line for whoever reads it: what is left to do by hand, or is not as it should */
void setup_plan_say(struct setup_plan *p, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* setup_plan_print - tell all of it */
void setup_plan_print(const struct setup_plan *p);

/* setup_plan_is_empty - is there nothing to do? */
bool setup_plan_is_empty(const struct setup_plan *p);

/* setup_plan_apply - do all of it, copying each file once before it is changed; says what it did
 * err   false: what was done until then stays, and the copies are there; e says what failed */
bool setup_plan_apply(struct setup_plan *p, GError **e);

/* setup_plan_free - give it back */
void setup_plan_free(struct setup_plan *p);

/* setup_ask - run a program and take what it prints
 * own   g_free()
 * err   NULL: it is not there, or failed; e has what it said */
char *setup_ask(const char *const *argv, GError **e);

/* setup_read - a text file
 * own   g_free()
 * err   NULL: it is not there or cannot be read; e says which */
char *setup_read(const char *path, GError **e);

#endif
