/* Persons as lines. What is foreign is made printable here, and nowhere forgotten. */
#include "cmd/people_print.h"

#include <glib.h>
#include <stdio.h>

#include "base/printable.h"
#include "cmd/listing.h"

void print_safe(const char *text)
{
	char *safe = text == NULL ? NULL : printable(text, 500);

	fputs(safe == NULL ? "" : safe, stdout);
	g_free(safe);
}

void people_print(const struct person *p)
{
	print_safe(p->n_names > 0 ? p->names[0] : "?");
	for (size_t i = 0; i < p->n_addresses; i++) {
		fputs(i == 0 ? "\t" : "; ", stdout);
		print_safe(p->addresses[i]);
	}
	putchar('\t');
	print_safe(p->title);
	puts(p->vip ? "\tvip" : "\t");
}

void people_print_json(const struct person *p)
{
	GString *out = listing_json_begin();

	listing_json_texts(out, "names", p->names, p->n_names);
	listing_json_texts(out, "addresses", p->addresses, p->n_addresses);
	listing_json_text(out, "title", p->title);
	listing_json_bool(out, "vip", p->vip);
	listing_json_print(out);
}

static bool is_in(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

/* what of a list is not in another: each with its sign */
static void print_missing(const char *sign, const char *const *list, size_t n,
			  const char *const *other, size_t n_other)
{
	for (size_t i = 0; i < n; i++) {
		if (is_in(other, n_other, list[i]))
			continue;
		printf("; %s ", sign);
		print_safe(list[i]);
	}
}

static void print_title(const char *before, const char *after)
{
	if (g_strcmp0(before, after) == 0)
		return;
	fputs("; title \"", stdout);
	print_safe(before);
	fputs("\" is now \"", stdout);
	print_safe(after);
	putchar('"');
}

static void print_changes(const struct person *before, const struct person *after)
{
	print_missing("no longer", before->names, before->n_names, after->names,
		      after->n_names);
	print_missing("now", after->names, after->n_names, before->names,
		      before->n_names);
	print_missing("no longer", before->addresses, before->n_addresses,
		      after->addresses, after->n_addresses);
	print_missing("now", after->addresses, after->n_addresses, before->addresses,
		      before->n_addresses);
	print_title(before->title, after->title);
	if (before->vip != after->vip)
		fputs(after->vip ? "; now a VIP" : "; no longer a VIP", stdout);
	if (before->keyed != after->keyed)
		fputs("; found under newer keys", stdout);
}

static void print_who(const char *sign, const struct person *p)
{
	fputs(sign, stdout);
	print_safe(p->n_names > 0 ? p->names[0] : "?");
	fputs(" <", stdout);
	print_safe(p->n_addresses > 0 ? p->addresses[0] : "?");
	putchar('>');
}

void people_print_difference(const struct person *before, const struct person *after,
			     void *unused)
{
	(void)unused;
	if (after == NULL)
		print_who("- ", before);
	else
		print_who(before == NULL ? "+ " : "~ ", after);
	if (before != NULL && after != NULL)
		print_changes(before, after);
	putchar('\n');
}
