/* The table of options as data: what the loader checks against and the documents are
 * printed from. */
#ifndef CONFIG_ROW_H
#define CONFIG_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "config/options.h"

enum { OPT_RELOAD = 1 };

/* a row whose type is a heading has a name and a doc and nothing else */
enum option_type {
	OPTION_HEADING,
	OPTION_PATH,
	OPTION_HOST,
	OPTION_USER,
	OPTION_GROUP,
	OPTION_OCTAL,
	OPTION_SOCKET,
	OPTION_LOCALSOCKET,
	OPTION_HOSTPORT,
	OPTION_STORE,
	OPTION_EXTENSION,
	OPTION_DELIMITER,
	OPTION_REPLY,
	OPTION_TEXT,
	OPTION_URL,
	OPTION_HOSTS,
	OPTION_SERVERS,
	OPTION_NETWORKS,
	OPTION_DOMAINS,
	OPTION_RECIPIENTS,
	OPTION_ADDRESS,
	OPTION_FLAGS,
	OPTION_INT,
	OPTION_TIME,
	OPTION_SIZE,
	OPTION_POINTS,
	OPTION_BOOL,
	OPTION_MODE,
	OPTION_ACTION,
	OPTION_ENFORCEBY,
	OPTION_JUNKBY,
	OPTION_ENGINE,
	OPTION_FALLBACK,
	OPTION_DIGEST,
	OPTION_HEADERS,
	OPTION_LANGUAGE,
	OPTION_LOGLEVEL,
	OPTION_TYPES
};

struct option_row {
	enum option_type type;
	const char *name;
	const char *fallback; /* the default, as it would be written */
	int64_t min, max;     /* in the unit that is kept; both 0: no bound */
	const char *unit;     /* for words those that are allowed, "a|b|c" */
	unsigned flags;
	const char *since;
	const char *doc;
	size_t offset; /* of the member in its struct */
};

enum option_scope { SCOPE_GLOBAL, SCOPE_TENANT, SCOPE_POLICY, SCOPE_COUNT };

struct option_table {
	const char
		*section; /* word that opens it; "" for what stands outside of sections */
	const struct option_row *rows;
	size_t n;
};

/* The global table holds the headings, too, in the order of the documents; a heading named
 * as a section stands where that section's own table is to be printed. */
extern const struct option_table option_tables[SCOPE_COUNT];

/* option_find - the row of a name
 * err   NULL: not in this table */
const struct option_row *option_find(enum option_scope scope, const char *name);

/* option_section - the table that a heading stands for
 * err   NULL: none, it is a heading among the global options */
const struct option_table *option_section(const struct option_row *heading);

/* option_suggest - the name in a table that was probably meant
 * err   NULL: none is near */
const char *option_suggest(enum option_scope scope, const char *wrong);

#endif
