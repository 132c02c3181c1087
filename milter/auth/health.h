/* Whether the DNS resolver answers anybody. One domain that does not answer is its owner's
 * doing, and a sender can bring it about at will; a resolver that answers nobody is our own
 * trouble. The two are told apart by what else was answered, and where nothing else was
 * asked, by a question of our own. */
#ifndef AUTH_HEALTH_H
#define AUTH_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/resolver.h"
#include "config/options.h"

struct dns_health;

/* dns_health_create - nothing is known yet: it is taken to answer
 * in    r, o   borrowed
 * own   dns_health_destroy() */
struct dns_health *dns_health_create(struct resolver *r, const struct options *o);

/* dns_health_destroy - give back; sets *h to NULL
 * in    *h may be NULL */
void dns_health_destroy(struct dns_health **h);

/* dns_health_check - has anybody been answered since a time? If not, ask for a name below the
 *                    first tenant's domain, which no sender controls
 * in    since_us, deadline_us   on clock_mono_us()
 * out   true: an answer came (also that there is no such name), and no question was refused
 *       for want of room
 * use   any thread
 * err   the first failure is told in the log with what to do, and so is its end
 * cost  at most one question, shared by all who ask at the same time */
bool dns_health_check(struct dns_health *h, int64_t since_us, int64_t deadline_us);

/* dns_health_silent_since - seconds since 1970 when it stopped to answer; 0: it answers, as
 *                           far as anybody asked
 * use   any thread */
int64_t dns_health_silent_since(const struct dns_health *h);

#endif
