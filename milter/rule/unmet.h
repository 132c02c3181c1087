/* Rules that ask for what nothing gives here. */
#ifndef RULE_UNMET_H
#define RULE_UNMET_H

#include "config/options.h"
#include "rule/rule.h"

/* unmet_warn - warn of rules of the site that read what is never known, or never there, with these
 *              options; what came with wonted may ask for more than is there
 * in    rs   before other threads know it; warnings are added to its own */
void unmet_warn(struct ruleset *rs, const struct options *o);

#endif
