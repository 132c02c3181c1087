/* The options: one struct printed from options.def, and the table that gives each its
 * meaning. Syntax is config/load.c's business. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "config/words.h"

/* a list of strings, NULL-terminated as well as counted */
struct strings {
	const char *const *at;
	size_t n;
};

typedef const char *opt_c_STR;
typedef struct strings opt_c_LIST;
typedef int64_t opt_c_INT;
typedef int64_t opt_c_TIME;
typedef int64_t opt_c_SIZE;
typedef int64_t opt_c_POINTS;
typedef bool opt_c_BOOL;
typedef enum mode opt_c_MODE;
typedef enum action opt_c_ACTION;
typedef enum junk_by opt_c_JUNKBY;
typedef enum log_level opt_c_LOGLEVEL;

#define SECTION(name, doc)
#define OPTION(...)
#define TENANT(...)
#define POLICY(...)

/* tenant "name" { } */
struct tenant {
	const char *name;
#undef TENANT
#define TENANT(type, name, def, min, max, unit, flags, since, doc) opt_c_##type name;
#include "config/options.def"
#undef TENANT
#define TENANT(...)
};

/* policy "name" { } */
struct policy {
	const char *name;
#undef POLICY
#define POLICY(type, name, def, min, max, unit, flags, since, doc) opt_c_##type name;
#include "config/options.def"
#undef POLICY
#define POLICY(...)
};

/* all of wonted.conf; immutable once loaded, shared by reference */
struct options {
#undef OPTION
#define OPTION(type, name, def, min, max, unit, flags, since, doc) opt_c_##type name;
#include "config/options.def"
#undef OPTION
	const struct tenant *tenants;
	size_t n_tenants;
	const struct policy *policies; /* [0] is always the one named "default" */
	size_t n_policies;
};

#undef SECTION
#undef TENANT
#undef POLICY

/* options_tenant - whose mail domain is this?
 * in    domain   lower case, A-labels; NULL gives NULL
 * out   NULL: nobody's
 * err   none */
const struct tenant *options_tenant(const struct options *o, const char *domain);

/* options_policy - the policy that holds for a recipient; never NULL
 * in    address   lower case
 * err   none */
const struct policy *options_policy(const struct options *o, const char *address);

#endif
