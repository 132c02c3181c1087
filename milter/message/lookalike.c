/* Could a reader take one domain for the other? Compared are the registered names: what
 * stands left of them costs an attacker nothing. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "message/domain.h"
#include "message/unicode.h"

#define MIN_EDIT 5 /* of shorter names, one letter apart are many honest ones */
#define MIN_SWAP 4
#define MIN_LOOK 3
#define MIN_CONTAINED 4
#define MAX_LABEL 64
#define MAX_LOOK (4 * MAX_LABEL) /* foreign letters are shown as several bytes */
#define MIN_KEY 3                /* of a look that is worth a key */
#define WORDS_MOST 8             /* of the labels in front, looked at */

const char domain_name_in_front[] = "the name in front of another domain";
const char domain_name_beside[] = "the name beside another one";

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

/* What digits are taken for in a name; other letters that look alike are of message/unicode.c. */
static char plain_look(char c)
{
	switch (c) {
	case '0':
		return 'o';
	case '1':
	case 'i':
	case '|':
		return 'l';
	case '3':
		return 'e';
	case '4':
		return 'a';
	case '5':
		return 's';
	default:
		return c;
	}
}

/* Two letters that stand close together look like one: rn, vv, cl. */
static char joined_look(char before, char c)
{
	if (before == 'r' && c == 'n')
		return 'm';
	if (before == 'v' && c == 'v')
		return 'w';
	return before == 'c' && c == 'l' ? 'd' : '\0';
}

/* The look of letters, without hyphens. What is said to look like more letters than one (m: rn)
 * by message/unicode.c is brought back to one. */
static size_t look_of_letters(const char *label, size_t n, char out[MAX_LOOK])
{
	size_t to = 0;

	for (size_t i = 0; i < n && to + 1 < MAX_LOOK; i++) {
		char c = plain_look(label[i]);
		char joined = to > 0 ? joined_look(out[to - 1], c) : '\0';

		if (c == '-')
			continue;
		if (joined != '\0')
			out[to - 1] = joined;
		else
			out[to++] = c;
	}
	out[to] = '\0';
	return to;
}

/* letters of other scripts: the only case that needs more than the stack */
static size_t look_of(const char *label, size_t n, char out[MAX_LOOK])
{
	if (n < 4 || memcmp(label, "xn--", 4) != 0)
		return look_of_letters(label, n, out);

	struct arena *a = arena_create();
	const char *text = arena_strndup(a, label, n);

	text = unicode_skeleton(a, unicode_domain_shown(a, text));
	n = look_of_letters(text, strlen(text), out);
	arena_destroy(&a);
	return n;
}

/* the same look, whatever letters it is made of */
static bool look_the_same(const char *one, size_t n, const char *other)
{
	char x[MAX_LOOK], y[MAX_LOOK];

	look_of(one, n, x);
	look_of(other, strlen(other), y);
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

/* What is put before or behind a name to make another one, which is nobody's own name. */
static bool is_affix(const char *text, size_t n)
{
	static const char *const words[] = {
		"access",     "account",
		"accounts",   "ach",
		"admin",      "ag",
		"alert",      "app",
		"apps",       "auth",
		"bank",       "bill",
		"billing",    "biz",
		"bv",         "cash",
		"claim",      "client",
		"cloud",      "co",
		"com",        "company",
		"contact",    "corp",
		"customer",   "de",
		"direct",     "docs",
		"document",   "eu",
		"europe",     "export",
		"file",       "files",
		"finance",    "gmbh",
		"global",     "group",
		"help",       "holding",
		"hq",         "hr",
		"id",         "inc",
		"info",       "international",
		"intl",       "invoice",
		"it",         "legal",
		"live",       "llc",
		"login",      "ltd",
		"mail",       "mailbox",
		"my",         "net",
		"notice",     "office",
		"online",     "order",
		"org",        "partner",
		"pay",        "payable",
		"payment",    "payroll",
		"plc",        "portal",
		"pro",        "remit",
		"remittance", "sa",
		"sales",      "secure",
		"security",   "service",
		"share",      "shop",
		"sign",       "site",
		"spa",        "srl",
		"support",    "team",
		"the",        "transfer",
		"treasury",   "uk",
		"update",     "us",
		"usa",        "verify",
		"web",        "www",
	};
	size_t bare = n > 3 && text[n - 1] == 's' ? n - 1 : n, length;

	for (size_t i = 0; n > 0 && i < G_N_ELEMENTS(words); i++) {
		if (words[i][0] != text[0]) /* most */
			continue;
		length = strlen(words[i]);
		if ((length == n || length == bare) &&
		    memcmp(words[i], text, length) == 0)
			return true;
	}
	return false;
}

/* are all words of it such, or digits? */
static bool is_all_affixes(const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t word = 0;

		while (i + word < n && g_ascii_isalpha(text[i + word]))
			word++;
		if (word > 0 && !is_affix(text + i, word))
			return false;
		i += word + 1;
	}
	return true;
}

/* NULL: it does not, at least not as a word */
static const char *contains_name(const char *label, const char *own)
{
	size_t n = strlen(own);
	const char *at = strstr(label, own), *beside = NULL;

	if (n < MIN_CONTAINED || strlen(label) == n)
		return NULL;
	for (; at != NULL; at = strstr(at + 1, own)) {
		size_t left = (size_t)(at - label), right = strlen(at + n);
		bool at_edge = left == 0 || right == 0;

		if (is_all_affixes(label, left) && is_all_affixes(at + n, right))
			return "contains the name";
		/* long names are known again without a hyphen too */
		if (stands_alone(at, n, label) || (at_edge && n > 6))
			beside = domain_name_beside;
	}
	return beside;
}

/* the ending as it stands in a name: co.uk, co-uk; what follows, or NULL */
static const char *after_ending(const char *at, const char *ending)
{
	for (; *ending != '\0'; ending++, at++)
		if (*at != *ending && (*ending != '.' || *at != '-'))
			return NULL;
	return at;
}

enum front { FRONT_NONE, FRONT_NAME, FRONT_WHOLE };

/* a word of the labels in front, up to a dot or a hyphen */
static enum front word_in_front(const char *word, size_t n, const struct name *own)
{
	size_t name = strlen(own->label), ending = strlen(own->suffix);
	const char *after;

	if (n == name + ending && strcspn(own->suffix, ".") == ending &&
	    memcmp(word + name, own->suffix, ending) == 0 &&
	    look_the_same(word, name, own->label))
		return FRONT_WHOLE;
	if (!look_the_same(word, n, own->label))
		return FRONT_NONE;
	after = word[n] == '\0' ? NULL : after_ending(word + n + 1, own->suffix);
	return after != NULL && (*after == '.' || *after == '-') ? FRONT_WHOLE
								 : FRONT_NAME;
}

/* own.example.com.evil.net, own-example-com.evil.net, example.com-evil.net, example.evil.net:
 * what stands in front of a domain is its owner's to choose */
static enum front own_in_front(const char *key, const struct name *own, const char *org)
{
	enum front best = FRONT_NONE;

	if (strlen(own->label) < MIN_CONTAINED)
		return FRONT_NONE;
	for (const char *word = key; word < org;) {
		size_t n = strcspn(word, ".-");
		enum front found = n == 0 || strncmp(word, "xn--", 4) == 0
					   ? FRONT_NONE
					   : word_in_front(word, n, own);

		best = MAX(best, found);
		word += n + 1;
	}
	return best;
}

static const char *how(const struct name *n, const struct name *own)
{
	bool same_suffix = strcmp(n->suffix, own->suffix) == 0;
	size_t length = strlen(own->label);

	if (strcmp(n->label, own->label) == 0)
		return "same name under another ending";
	if (length >= MIN_SWAP && same_without_hyphens(n->label, own->label))
		return "added or missing hyphen";
	if (length >= MIN_LOOK && look_the_same(n->label, strlen(n->label), own->label))
		return "confusable letters";
	const char *contains = contains_name(n->label, own->label);

	if (contains != NULL)
		return contains;
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
	if (*how_r != NULL)
		return ANSWER_YES;
	switch (own_in_front(key, &mine, org)) {
	case FRONT_WHOLE:
		*how_r = "begins with the whole domain";
		return ANSWER_YES;
	case FRONT_NAME:
		*how_r = domain_name_in_front;
		return ANSWER_YES;
	case FRONT_NONE:
		break;
	}
	return ANSWER_NO;
}

/* --- keys --- */

struct keys {
	struct arena *arena;
	const char **at;
	size_t n;
};

static void add_key(struct keys *k, const char *text, size_t n)
{
	if (n >= MIN_KEY && k->n < LIMIT_LOOKALIKE_KEYS)
		k->at[k->n++] = arena_strndup(k->arena, text, n);
}

static void add_look(struct keys *k, const char *word, size_t n)
{
	char look[MAX_LOOK];

	if (n >= MIN_CONTAINED)
		add_key(k, look, look_of(word, n, look));
}

/* the look, and the look without each one of its letters: two names that are one mistake apart
 * have one of them in common */
static void add_neighbours(struct keys *k, const char *label)
{
	char look[MAX_LOOK], less[MAX_LOOK];
	size_t n = look_of(label, strlen(label), look);

	add_key(k, look, n);
	for (size_t i = 0; n >= MIN_SWAP && i < n; i++) {
		if (i > 0 && look[i] == look[i - 1])
			continue;
		memcpy(less, look, i);
		memcpy(less + i, look + i + 1, n - i);
		if (k->n < LIMIT_LOOKALIKE_NEIGHBOURS)
			add_key(k, less, n - 1);
	}
}

size_t domain_lookalike_keys(struct arena *a, const char *org, const char **keys_r)
{
	struct keys k = { .arena = a, .at = keys_r };
	struct name n = split(org);

	if (!is_number(org))
		add_neighbours(&k, n.label);
	return k.n;
}

/* names that others' words were put before, or behind */
static void add_without_affix(struct keys *k, const char *label, size_t n)
{
	for (size_t i = 1; i + MIN_CONTAINED <= n; i++) {
		if (is_affix(label, i))
			add_look(k, label + i, n - i);
		if (is_affix(label + n - i, i))
			add_look(k, label, n - i);
	}
}

/* words that hyphens, digits or dots part */
static void add_words(struct keys *k, const char *text, const char *end)
{
	for (size_t words = 0; text < end && words < WORDS_MOST; words++) {
		size_t n = 0;

		while (text + n < end && g_ascii_isalpha(text[n]))
			n++;
		if (!is_affix(text, n)) {
			add_look(k, text, n);
			add_without_affix(k, text, n);
		}
		text += n + 1;
	}
}

size_t domain_lookalike_asks(struct arena *a, const char *key, const char **keys_r)
{
	struct keys k = { .arena = a, .at = keys_r };
	const char *org = domain_org(key);
	struct name n = split(org);

	if (is_number(org))
		return 0;
	add_neighbours(&k, n.label);
	add_words(&k, n.label, n.label + strlen(n.label));
	add_words(&k, key, org);
	return k.n;
}
