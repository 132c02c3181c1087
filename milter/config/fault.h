/* All that is wrong with a configuration, collected so that it can be told at once. */
#ifndef CONFIG_FAULT_H
#define CONFIG_FAULT_H

#include <glib.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "config/options.h"

struct faults;

/* faults_create - an empty list
 * own   the caller: faults_destroy()
 * err   out of memory ends the process */
struct faults *faults_create(void);

/* faults_destroy - free the list, set *c to NULL
 * err   none */
void faults_destroy(struct faults **c);

/* fault_add - one more thing that is wrong; of too many the last are only counted
 * in    at   file and line; line 0: the file as a whole. The name must outlive the list
 * err   none */
void fault_add(struct faults *c, struct origin at, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* faults_count - how many were there?
 * err   none */
size_t faults_count(const struct faults *c);

/* faults_raise - put them into an error, one line each, in the order of the files
 * in    files   names in the order in which they were read
 * err   false when there are any, and then e is set; true when there are none */
bool faults_raise(struct faults *c, const GPtrArray *files, GError **e);

#endif
