/* Domain names as stores and detectors compare them. The wall around libpsl, whose built-in
 * list is const and shared. Nothing here asks the network. */
#include "message/domain.h"

#include <glib.h>
#include <libpsl.h>
#include <string.h>

#include "message/unicode.h"

#define MAX_NAME 253 /* RFC 1035 2.3.4, without the root's empty label */
#define MAX_LABEL 63

static bool label_char(char c)
{
	/* "_" is no host name, but is in use for names of services and in bad host names */
	return g_ascii_isalnum(c) || c == '-' || c == '_';
}

/* lower case ASCII, checked label by label; NULL: no name */
static const char *ascii_key(struct arena *a, const char *name)
{
	size_t n = strlen(name), label = 0;

	if (n > 0 && name[n - 1] == '.')
		n--;
	if (n == 0 || n > MAX_NAME)
		return NULL;
	char *key = arena_strndup(a, name, n);

	for (size_t i = 0; i < n; i++) {
		if (key[i] == '.') {
			if (label == 0)
				return NULL;
			label = 0;
			continue;
		}
		if (!label_char(key[i]) || ++label > MAX_LABEL)
			return NULL;
		key[i] = g_ascii_tolower(key[i]);
	}
	return label == 0 ? NULL : key;
}

const char *domain_key(struct arena *a, const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x80) {
			name = unicode_domain(a, name);
			break;
		}
	}
	return name == NULL ? NULL : ascii_key(a, name);
}

/* 192.0.2.1: the list of suffixes would take "2.1" for a registered name */
static bool is_ipv4(const char *key)
{
	size_t n = strlen(key);

	return n >= 7 && n <= 15 && strspn(key, "0123456789.") == n;
}

const char *domain_org(const char *key)
{
	const char *org;

	if (key[0] == '[' || is_ipv4(key))
		return key;
	org = psl_registrable_domain(psl_builtin(), key);
	return org == NULL ? key : org;
}

bool domain_has_org(const char *key, const char *org)
{
	/* most differ already by their letters; looking in the list costs much more */
	return domain_within(key, org) && strcmp(domain_org(key), org) == 0;
}

bool domain_is_suffix(const char *key)
{
	return key[0] != '[' && !is_ipv4(key) &&
	       psl_is_public_suffix(psl_builtin(), key) == 1;
}

bool domain_within(const char *key, const char *parent)
{
	size_t n = strlen(key), m = strlen(parent);

	if (m == 0 || n < m || strcmp(key + n - m, parent) != 0)
		return false;
	return n == m || key[n - m - 1] == '.';
}

bool domain_is_public(const char *key)
{
	const char *last = strrchr(key, '.');

	if (last == NULL || is_ipv4(key))
		return false;
	return strcmp(last, ".example") == 0 || strcmp(last, ".test") == 0 ||
	       psl_is_public_suffix2(psl_builtin(), last + 1,
				     PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}
