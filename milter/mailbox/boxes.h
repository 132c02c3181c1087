/* Between the readers of file formats and mailboxes.c; only files of this module include it. */
#ifndef MAILBOX_BOXES_H
#define MAILBOX_BOXES_H

#include <glib.h>

#include "base/compiler.h"
#include "mailbox/mailboxes.h"

/* a file being read: rows so far, and reports so far */
struct boxes {
	const struct mailbox_reading *reading;
	struct arena *arena;
	GArray *rows;         /* struct mailbox_row */
	GHashTable *row_line; /* address -> line + 1, to find doubles */
	GString *reports;
	size_t n_reports;
	size_t skipped, local;
};

/* boxes_report - "FILE:LINE: what", kept for the end; the first are shown */
void boxes_report(struct boxes *b, size_t line, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* boxes_ours - the key of an address of the tenant
 * err   NULL: it is no address, or somebody else's */
const char *boxes_ours(struct boxes *b, const char *text);

/* boxes_add - take a row
 * in    address   as boxes_ours() gave it
 * err   an address that stands there twice is reported */
void boxes_add(struct boxes *b, size_t line, const char *address,
	       const struct mailbox *box);

/* boxes_csv - read all rows of a CSV file
 * err   what is wrong is in reports */
void boxes_csv(struct boxes *b);

/* boxes_ldif - read all mailboxes of an LDIF file
 * err   what is wrong is in reports */
void boxes_ldif(struct boxes *b);

/* boxes_map - read all aliases of a Postfix map
 * err   what is no address of the tenant is skipped */
void boxes_map(struct boxes *b);

#endif
