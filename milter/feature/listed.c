/* Hosts are asked by their address, all else by the registered domain. Questions begin before
 * authentication is waited for, so nothing that comes of it can be asked about. */
#include "feature/listed.h"

#include <glib.h>
#include <string.h>

#include "auth/dnslist.h"
#include "base/limits.h"
#include "message/domain.h"

const struct dnslist *listed_new(struct arena *a, const char *name, const char *zone,
				 const struct strings *codes, const char **wrong_r)
{
	struct dnslist *list = arena_new(a, struct dnslist, 1);
	struct dnslist_codes *at = arena_new(a, struct dnslist_codes, codes->n + 1);

	*list = (struct dnslist){ .name = name, .codes = at, .n_codes = codes->n };
	list->zone = domain_key(a, zone);
	*wrong_r = NULL;
	if (list->zone == NULL || strchr(list->zone, '.') == NULL)
		*wrong_r = "the zone is no domain name";
	else if (codes->n > LIMIT_DNSLIST_CODES)
		*wrong_r = "more than " G_STRINGIFY(LIMIT_DNSLIST_CODES) " codes";
	for (size_t i = 0; i < codes->n && *wrong_r == NULL; i++)
		if (!dnslist_codes(codes->at[i], &at[i]))
			*wrong_r = "a code is an address of 127.0.0.0/8, or two with - "
				   "between";
	return *wrong_r == NULL ? list : NULL;
}

static bool is_host(const char *name)
{
	return strcmp(name, "client.addr") == 0;
}

const char *listed_why_not(const char *name)
{
	static const char *const endings[] = { ".domain", ".org", ".hosts", ".orgs",
					       ".address" };
	size_t id = name_table_find(&feature_names, name, &(bool){ false });

	if (id != SIZE_MAX && (feature_flags((enum feature_id)id) & FEATURE_AUTH) != 0)
		return "it is known too late to ask";
	if (is_host(name) || strcmp(name, "client.name") == 0 ||
	    strcmp(name, "helo") == 0)
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
		if (g_str_has_suffix(name, endings[i]))
			return NULL;
	return "it is neither client.addr nor a domain, host or address";
}

static struct dnslist_key key_of(const char *name, const char *text)
{
	return (struct dnslist_key){ .text = text, .host = is_host(name) };
}

enum answer listed_answer(const struct features *f, const struct dnslist *list,
			  const char *name, const char *text)
{
	return f->dns_lists == NULL
		       ? ANSWER_UNKNOWN
		       : dnslists_answer(f->dns_lists, list, key_of(name, text));
}

static void ask(struct dnslists *d, const struct dnslist *list, const char *name,
		const struct value *v)
{
	if (v->known != ANSWER_YES)
		return;
	if (v->text != NULL)
		dnslists_ask(d, list, key_of(name, v->text));
	for (size_t i = 0; i < v->n_items; i++)
		dnslists_ask(d, list, key_of(name, v->items[i]));
}

void listed_ask(struct dnslists *d, const struct dnslist *list, const struct features *f,
		enum feature_id id)
{
	const char *name = feature_names.rows[id].name;

	g_assert(listed_why_not(name) == NULL);
	ask(d, list, name, &f->at[id]);
	for (size_t i = 0; i < f->n_authors; i++)
		ask(d, list, name, &f->authors[i].at[id]);
}

static struct value told(struct arena *a, const struct dnslists *d, bool unanswered)
{
	const char *const *at;
	size_t n = dnslists_found(d, a, unanswered, &at);

	return value_of_list(at, n);
}

static void lay_beside(const struct dnslists *d, const struct value *found,
		       const struct value *open, struct features *f)
{
	f->dns_lists = d;
	f->at[FEATURE_DNS_LISTS_FOUND] = *found;
	f->at[FEATURE_DNS_LISTS_UNANSWERED] = *open;
}

void listed_take(struct arena *a, const struct dnslists *d, struct features *f)
{
	const struct value found = told(a, d, false), open = told(a, d, true);

	lay_beside(d, &found, &open, f);
	for (size_t i = 0; i < f->n_authors; i++)
		lay_beside(d, &found, &open, &f->authors[i]);
}
