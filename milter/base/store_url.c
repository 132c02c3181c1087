#include "base/store_url.h"

#include <string.h>

const struct store_url store_urls[STORE_URL_KINDS] = {
#define STORE_URL(id, scheme, rest, form, full) \
	[STORE_URL_##id] = { scheme, STORE_URL_##rest, form, full },
#include "base/store_url.def"
#undef STORE_URL
};

enum store_url_kind store_url_kind(const char *url, const char **rest_r)
{
	for (enum store_url_kind k = 0; k < STORE_URL_KINDS; k++) {
		size_t n = strlen(store_urls[k].scheme);

		if (strncmp(url, store_urls[k].scheme, n) != 0 || url[n] != ':')
			continue;
		*rest_r = url + n + 1;
		return k;
	}
	return STORE_URL_KINDS;
}
