/* Guards rewrite every link of a message, so all links of a forwarded or answered message
 * lead to them. The original stands in the rewritten one. Only guards count: a redirector
 * that anybody can use (of a search engine, say) hides where a link leads. */
#include "feature/link_wrap.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "message/domain.h"

enum { HOST_BYTES_MOST = 255 };

static const char *const guards[] = {
	"safelinks.protection.outlook.com",
	"safelinks.protection.office365.us",
	"urldefense.com",
	"urldefense.proofpoint.com",
	"urldefense.us",
	"linkprotect.cudasvc.com",
	"secure-web.cisco.com",
	"clicktime.symantec.com",
};

/* how "://" is written in what they guard */
static const char *const marks[] = { "://", "%3A%2F%2F", "-3A__" };

static bool is_guard(const char *host)
{
	for (size_t i = 0; i < COUNT_OF(guards); i++)
		if (domain_within(host, guards[i]))
			return true;
	return false;
}

/* just past the first mark, NULL if there is none */
static const char *guarded(const char *rest)
{
	for (const char *p = rest; *p != '\0'; p++)
		for (size_t i = 0; i < COUNT_OF(marks); i++)
			if (g_ascii_strncasecmp(p, marks[i], strlen(marks[i])) == 0)
				return p + strlen(marks[i]);
	return NULL;
}

const char *link_unwrap(struct arena *a, const char *url, const char *host)
{
	char found[HOST_BYTES_MOST + 1];
	size_t n = 0;
	const char *own, *p;

	if (url == NULL || !is_guard(host))
		return host;
	own = strstr(url, "://");
	p = own == NULL ? NULL : guarded(own + 3);
	if (p == NULL)
		return host;
	/* one guard writes "-" as "-2D" and "/" as "_" */
	for (; g_ascii_isalnum(*p) || *p == '.' || *p == '-'; p++) {
		if (n == HOST_BYTES_MOST)
			return host;
		found[n++] = *p;
		if (g_ascii_strncasecmp(p, "-2D", 3) == 0)
			p += 2;
	}
	found[n] = '\0';

	const char *key = domain_key(a, found);

	return key == NULL ? host : key;
}
