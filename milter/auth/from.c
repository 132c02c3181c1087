/* See from.h. What a reader is shown as the sender must be beyond doubt, or nobody can have
 * authenticated it. */
#include "auth/from.h"

#include <string.h>

#include "message/address.h"
#include "message/domain.h"
#include "message/headers.h"

const char *from_domain(struct arena *a, const struct header *h, size_t n)
{
	const struct header *from = headers_find(h, n, "From", 0);
	const struct mailaddr *list;
	const char *domain = NULL;
	size_t count;
	bool strict;

	if (from == NULL || headers_find(h, n, "From", 1) != NULL)
		return NULL;
	count = address_list(a, from->value, &list, &strict);
	for (size_t i = 0; i < count; i++) {
		if (list[i].domain == NULL)
			return NULL;
		if (domain != NULL && strcmp(domain, list[i].domain) != 0)
			return NULL;
		domain = list[i].domain;
	}
	return domain == NULL ? NULL : domain_key(a, domain);
}
