/* What is kept of one address, part by part: told, and erased. Only `wonted privacy` includes it. */
#ifndef CMD_PRIVACY_H
#define CMD_PRIVACY_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cmd/sought.h"
#include "config/options.h"

struct privacy {
	const struct options *options;
	const struct tenant *tenant; /* only what is kept for it; NULL: for all */
	struct arena *arena;
	struct sought sought;
	bool print, json;
	const char *part; /* name of the part at hand */
	size_t n;         /* found in it */
	const char *who, *why;
	int64_t uid;
};

/* One part; the table of them is in command_privacy.c. */
struct privacy_part {
	const char *name, *title;
	/* count and, if wanted, print all that is there; false: e */
	bool (*look)(struct privacy *p, GError **e);
	/* take it out; false: e */
	bool (*erase)(struct privacy *p, GError **e);
};

/* privacy_found - one thing more
 * out   is it to be printed? */
bool privacy_found(struct privacy *p);

/* privacy_json - a line for a program: the part, and one member with JSON that is there already */
void privacy_json(const struct privacy *p, const char *name, const char *json);

/* privacy_text - a line of words, of so many bytes at most; or a line for a program: the part, and
 *                one member with the whole text */
void privacy_text(const struct privacy *p, const char *member, const char *text,
		  size_t most);

/* Each fails as the functions of struct privacy_part do. */

/* privacy_look_store - records of the memory
 * err   false: e */
bool privacy_look_store(struct privacy *p, GError **e);

/* privacy_erase_store - the same: what is theirs goes, of what is others' their address goes
 * err   false: e */
bool privacy_erase_store(struct privacy *p, GError **e);

/* privacy_look_holds - messages that they sent, or that are or were held for them
 * err   false: e */
bool privacy_look_holds(struct privacy *p, GError **e);

/* privacy_erase_holds - the same: a message to others as well stays for these
 * err   false: e */
bool privacy_erase_holds(struct privacy *p, GError **e);

/* privacy_look_acts - what was done with holds, asked for, and not learned from yet
 * err   false: e */
bool privacy_look_acts(struct privacy *p, GError **e);

/* privacy_erase_acts - the same
 * err   false: e */
bool privacy_erase_acts(struct privacy *p, GError **e);

/* privacy_look_journal - messages that were decided, and records that were set aside
 * err   false: e */
bool privacy_look_journal(struct privacy *p, GError **e);

/* privacy_erase_journal - the same
 * err   false: e */
bool privacy_erase_journal(struct privacy *p, GError **e);

/* privacy_look_feedback - what hands did, and what was said of wishes
 * err   false: e */
bool privacy_look_feedback(struct privacy *p, GError **e);

/* privacy_erase_feedback - the same
 * err   false: e */
bool privacy_erase_feedback(struct privacy *p, GError **e);

#endif
