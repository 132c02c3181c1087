/* Between the readers of file formats and people.c; only files of this module include it. */
#ifndef PERSON_SOURCE_H
#define PERSON_SOURCE_H

#include <glib.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "person/person.h"

#define SOURCE_REPORTS_SHOWN 20

/* a file being read: persons so far, and reports so far */
struct people_source {
	const char *name;
	struct bytes text;
	struct arena *arena;
	GArray *persons;          /* struct person */
	GHashTable *address_line; /* address key -> line + 1, to find doubles */
	GString *reports;
	size_t n_reports;
	size_t skipped;
};

/* one person as it stands in the file */
struct person_draft {
	size_t line;
	GPtrArray *names;     /* char * of the arena, the usual one first */
	GPtrArray *addresses; /* as written */
	const char *title;
	bool vip;
};

/* source_report - "FILE:LINE: what", kept for the end; the first SOURCE_REPORTS_SHOWN are shown */
void source_report(struct people_source *s, size_t line, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* source_add - check a draft and take it
 * err   what is wrong is reported */
void source_add(struct people_source *s, const struct person_draft *d);

/* source_vip - "yes", "no" and what else means the same
 * err   false: something else */
bool source_vip(const char *word, bool *vip_r);

/* source_csv - read all persons of a CSV file
 * err   what is wrong is in reports */
void source_csv(struct people_source *s);

/* source_ldif - read all persons of an LDIF file
 * err   what is wrong is in reports */
void source_ldif(struct people_source *s);

#endif
