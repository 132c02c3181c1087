/* Lists of addresses, domains and words, from the rule file itself or a file beside it. */
#ifndef RULE_LIST_H
#define RULE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "rule/report.h"

struct dnslist;
struct list;

/* list_create - an empty one
 * own   a */
struct list *list_create(struct arena *a);

/* list_add - one entry; what folds to one already there is counted once
 * own   the list's arena
 * err   an empty entry is left out */
void list_add(struct list *list, struct bytes entry);

/* list_add_file - the lines of a file: one entry each, blank lines and # comments left out
 * in    file   its name for errors
 * err   errors are added to c: not UTF-8, too many entries, entries as *.example */
void list_add_file(struct list *list, const char *file, struct bytes text,
		   struct rule_errors *c);

/* list_holds - is it one of the entries?
 * in    text   folded
 * err   false: no */
bool list_holds(const struct list *list, struct bytes text);

/* list_covers - is it, or a domain above it, one of the entries?
 * in    text   folded; a domain, or an address, whose domain is taken
 * err   false: no */
bool list_covers(const struct list *list, struct bytes text);

/* list_add_checked - one entry that an admin wrote
 * err   an error for what is not UTF-8, and for *.example */
void list_add_checked(struct list *list, struct bytes entry, struct place place,
		      struct rule_errors *c);

/* list_is_dotted - does an entry of its file begin with a dot, as no domain does?
 * out   *place_r  the first of them
 * err   false: none */
bool list_is_dotted(const struct list *list, struct place *place_r);

/* list_extended - note where `extend list` stands, the first of them */
void list_extended(struct list *list, struct place place);

/* list_is_extended - did an `extend list` add to it?
 * out   *place_r  where that stands
 * err   false: no */
bool list_is_extended(const struct list *list, struct place *place_r);

/* list_ask_dns - it is kept in DNS
 * in    number   among those of its rule set */
void list_ask_dns(struct list *list, const struct dnslist *dns, size_t number);

/* list_dns - where it is kept in DNS
 * out   *number_r, if not NULL
 * err   NULL: it is not */
const struct dnslist *list_dns(const struct list *list, size_t *number_r);

/* list_entries - all entries, folded
 * out   *n_r of them
 * own   the list's arena */
const struct bytes *list_entries(struct list *list, size_t *n_r);

#endif
