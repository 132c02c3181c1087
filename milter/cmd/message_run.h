/* The pipeline driven with messages from files. */
#ifndef CMD_MESSAGE_RUN_H
#define CMD_MESSAGE_RUN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "pipeline.h"

/* What a milter would have been told; what is NULL is taken from the headers, or not known. */
struct message_told {
	const char *mail_from, *client, *client_name, *helo;
	const char *const *rcpts; /* ends with NULL */
	bool dated;               /* received when the message's Date says ... */
	int64_t time_s;           /* ... or then; 0: now, or as it says */
};

/* message_run - decide a message; nothing is held, recorded or changed
 * in    raw   outlives the transaction; a line of an mbox before it is left out
 * own   the caller, transaction_end(), which takes a
 * err   what the pipeline could not do stands in the transaction */
struct transaction *message_run(struct runtime *w, struct arena *a,
				const struct message_told *told, struct bytes raw);

/* One who is shown messages. */
struct message_visitor {
	void (*see)(const char *path, struct bytes raw, void *user);
	void (*failed)(GError *e, void *user); /* owns e */
	void *user;
};

/* message_each - show a file, or all files of a folder and those below
 * err   told to v->failed, file by file */
void message_each(const char *path, const struct message_visitor *v);

#endif
