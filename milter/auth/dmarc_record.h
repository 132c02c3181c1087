/* A DMARC record: what one TXT record says. */
#ifndef AUTH_DMARC_RECORD_H
#define AUTH_DMARC_RECORD_H

#include <stdbool.h>

#include "auth/auth.h"
#include "base/bytes.h"

/* psd=: whether the owner says that registrations happen below the domain */
enum dmarc_psd { DMARC_PSD_UNSAID, DMARC_PSD_YES, DMARC_PSD_NO };

struct dmarc_record {
	enum dmarc_policy p, sp, np;
	bool strict_dkim, strict_spf;
	bool testing; /* t=y */
	enum dmarc_psd psd;
};

/* dmarc_record_is - is a TXT record a DMARC record?
 * ref   RFC 9989 4.7, 4.8 */
bool dmarc_record_is(struct bytes text);

/* dmarc_record_read - read a record; what is wrong beside the policies takes its default
 * in    text   any bytes for which dmarc_record_is()
 * out   *record_r   whole in any case; psd is good even where the policies are not
 * err   NULL: it can be used; else static words on what is wrong
 * ref   RFC 9989 4.7, 4.10.1; pct= is no longer a tag */
const char *dmarc_record_read(struct bytes text, struct dmarc_record *record_r);

/* dmarc_policy_lowered - one step milder, as t=y asks
 * ref   RFC 9989 4.7 */
enum dmarc_policy dmarc_policy_lowered(enum dmarc_policy policy);

#endif
