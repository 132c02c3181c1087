/* Which resolver answers is chosen here, so that resolver.c knows no backend. */
#include "auth/resolver.h"

#include "auth/resolver_backend.h"
#include "base/clock.h"

struct resolver *resolver_open(const struct options *o, GError **e)
{
	struct resolver *lower = o->dns_zone_file[0] != '\0'
					 ? resolver_zone(o->dns_zone_file, e)
					 : resolver_unbound(o->dns_servers, e);

	return lower == NULL
		       ? NULL
		       : resolver_cache(lower, (unsigned)o->dns_queue, clock_mono_us);
}
