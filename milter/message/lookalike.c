/* Could a reader take one domain for the other? Compared are the registered names: what
 * stands left of them costs an attacker nothing. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "message/domain.h"
#include "message/unicode.h"

#define MIN_EDIT 5 /* of shorter names, one letter apart are many honest ones */
#define MIN_SWAP 4
#define MIN_CONTAINED 4
#define MAX_LABEL 64

struct name {
	char label[MAX_LABEL]; /* the registered name, without its suffix */
	const char *suffix;    /* what follows, without the dot */
};

static struct name split(const char *org)
{
	struct name n = { .suffix = "" };
	size_t length = strcspn(org, ".");

	if (length >= sizeof(n.label))
		length = sizeof(n.label) - 1;
	memcpy(n.label, org, length);
	if (org[length] == '.')
		n.suffix = org + length + 1;
	return n;
}

/* the skeleton of a label in A-labels; at most twice as long */
static void ascii_skeleton(const char *label, char out[2 * MAX_LABEL])
{
	for (; *label != '\0'; label++) {
		const char *look = unicode_ascii_look(*label);

		if (look == NULL)
			*out++ = *label;
		else
			out = g_stpcpy(out, look);
	}
	*out = '\0';
}

/* letters of other scripts: the only case that needs more than the stack */
static bool shown_the_same(const char *one, const char *other)
{
	struct arena *a = arena_create();
	const char *x = unicode_skeleton(a, unicode_domain_shown(a, one));
	const char *y = unicode_skeleton(a, unicode_domain_shown(a, other));
	bool same = strcmp(x, y) == 0;

	arena_destroy(&a);
	return same;
}

/* the same look, whatever letters it is made of */
static bool look_the_same(const char *one, const char *other)
{
	char x[2 * MAX_LABEL], y[2 * MAX_LABEL];

	if (g_str_has_prefix(one, "xn--") || g_str_has_prefix(other, "xn--"))
		return shown_the_same(one, other);
	ascii_skeleton(one, x);
	ascii_skeleton(other, y);
	return strcmp(x, y) == 0;
}

static bool same_without_hyphens(const char *one, const char *other)
{
	while (*one != '\0' || *other != '\0') {
		if (*one == '-')
			one++;
		else if (*other == '-')
			other++;
		else if (*one++ != *other++)
			return false;
	}
	return true;
}

/* exactly two neighbours changed places */
static bool swapped(const char *one, const char *other, size_t n)
{
	size_t i = 0;

	while (i < n && one[i] == other[i])
		i++;
	return i + 1 < n && one[i] == other[i + 1] && one[i + 1] == other[i] &&
	       strcmp(one + i + 2, other + i + 2) == 0;
}

/* one letter more, less or other */
static bool one_apart(const char *one, const char *other)
{
	size_t n = strlen(one), m = strlen(other), i = 0;

	while (one[i] != '\0' && one[i] == other[i])
		i++;
	if (n == m)
		return i < n && strcmp(one + i + 1, other + i + 1) == 0;
	if (n == m + 1)
		return strcmp(one + i + 1, other + i) == 0;
	return m == n + 1 && strcmp(one + i, other + i + 1) == 0;
}

/* a word among others that hyphens or digits part: example-login, 24-example */
static bool stands_alone(const char *at, size_t n, const char *whole)
{
	bool left = at == whole || !g_ascii_isalpha(at[-1]);

	return left && !g_ascii_isalpha(at[n]);
}

static bool contains_name(const char *label, const char *own)
{
	size_t n = strlen(own);
	const char *at = strstr(label, own);

	if (n < MIN_CONTAINED || strlen(label) == n)
		return false;
	for (; at != NULL; at = strstr(at + 1, own)) {
		bool at_edge = at == label || at[n] == '\0';

		/* long names are known again without a hyphen too */
		if (stands_alone(at, n, label) || (n > 6 && at_edge))
			return true;
	}
	return false;
}

/* own.example.com.evil.net: the whole own domain in front of another one */
static bool own_in_front(const char *key, const char *own_org, const char *org)
{
	const char *at = strstr(key, own_org);
	size_t n = strlen(own_org);

	for (; at != NULL && at < org; at = strstr(at + 1, own_org))
		if ((at == key || at[-1] == '.') && at[n] == '.' && at + n < org)
			return true;
	return false;
}

static const char *how(const struct name *n, const struct name *own)
{
	bool same_suffix = strcmp(n->suffix, own->suffix) == 0;
	size_t length = strlen(own->label);

	if (strcmp(n->label, own->label) == 0)
		return "same name under another ending";
	if (look_the_same(n->label, own->label))
		return "confusable letters";
	if (length >= MIN_SWAP && same_without_hyphens(n->label, own->label))
		return "added or missing hyphen";
	if (contains_name(n->label, own->label))
		return "contains the name";
	if (!same_suffix && length < 2 * MIN_EDIT)
		return NULL;
	if (length >= MIN_SWAP && strlen(n->label) == length &&
	    swapped(n->label, own->label, length))
		return "letters swapped";
	if (length >= MIN_EDIT && one_apart(n->label, own->label))
		return "one letter differs";
	return NULL;
}

/* an address of the net is no name: RFC 3696 2, no top domain ends in a digit */
static bool is_number(const char *org)
{
	return org[0] == '[' || g_ascii_isdigit(org[strlen(org) - 1]);
}

enum answer domain_lookalike(const char *key, const char *own, const char **how_r)
{
	const char *org = domain_org(key), *own_org = domain_org(own);

	*how_r = NULL;
	if (strcmp(org, own_org) == 0 || is_number(org) || is_number(own_org))
		return ANSWER_NO;
	struct name n = split(org), mine = split(own_org);

	*how_r = how(&n, &mine);
	if (*how_r == NULL && own_in_front(key, own_org, org))
		*how_r = "contains the name";
	return *how_r == NULL ? ANSWER_NO : ANSWER_YES;
}
