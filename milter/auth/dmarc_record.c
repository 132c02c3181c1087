/* See dmarc_record.h. */
#include "auth/dmarc_record.h"

#include <string.h>

#include "auth/tags.h"

const char *const dmarc_policy_names[] = {
	[DMARC_NONE] = "none",
	[DMARC_QUARANTINE] = "quarantine",
	[DMARC_REJECT] = "reject",
};

bool dmarc_record_is(struct bytes text)
{
	static const char version[] = "v=DMARC1";
	size_t n = strlen(version);
	struct tags tags;

	if (text.n >= n && memcmp(text.at, version, n) == 0 &&
	    (text.n == n || !g_ascii_isalnum(text.at[n])))
		return true;
	/* blanks around "=" are allowed */
	tags_read(text, &tags);
	return tags.n > 0 && bytes_equal(tags.at[0].name, bytes_of("v")) &&
	       bytes_equal(tags.at[0].value, bytes_of("DMARC1"));
}

/* false: the tag is there and its value is no policy */
static bool policy_read(const struct tags *tags, const char *name,
			enum dmarc_policy *policy_r)
{
	struct bytes value;

	if (!tags_find(tags, name, &value))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(dmarc_policy_names); i++) {
		if (!tag_is(value, dmarc_policy_names[i]))
			continue;
		*policy_r = (enum dmarc_policy)i;
		return true;
	}
	return false;
}

static bool tag_says(const struct tags *tags, const char *name, const char *word)
{
	struct bytes value;

	return tags_find(tags, name, &value) && tag_is(value, word);
}

/* does rua= name at least one address to report to? */
static bool reports_somewhere(const struct tags *tags)
{
	struct bytes value;

	return tags_find(tags, "rua", &value) && memchr(value.at, ':', value.n) != NULL;
}

const char *dmarc_record_read(struct bytes text, struct dmarc_record *record_r)
{
	struct tags tags;
	bool good;

	tags_read(text, &tags); /* what follows a broken place is as if not there */
	*record_r = (struct dmarc_record){
		.strict_dkim = tag_says(&tags, "adkim", "s"),
		.strict_spf = tag_says(&tags, "aspf", "s"),
		.testing = tag_says(&tags, "t", "y"),
		.psd = tag_says(&tags, "psd", "y")   ? DMARC_PSD_YES
		       : tag_says(&tags, "psd", "n") ? DMARC_PSD_NO
						     : DMARC_PSD_UNSAID,
	};
	good = policy_read(&tags, "p", &record_r->p);
	record_r->sp = record_r->p;
	good = policy_read(&tags, "sp", &record_r->sp) && good;
	record_r->np = record_r->sp;
	good = policy_read(&tags, "np", &record_r->np) && good;
	if (good)
		return NULL;
	record_r->p = record_r->sp = record_r->np = DMARC_NONE;
	/* with somewhere to report to, it is a policy of none */
	return reports_somewhere(&tags) ? NULL : "the DMARC record has no valid policy";
}

enum dmarc_policy dmarc_policy_lowered(enum dmarc_policy policy)
{
	return policy == DMARC_REJECT ? DMARC_QUARANTINE : DMARC_NONE;
}
