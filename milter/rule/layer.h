/* Who may change whose rules: what came with wonted, then the site, then an emergency. */
#ifndef RULE_LAYER_H
#define RULE_LAYER_H

enum layer { LAYER_SHIPPED, LAYER_SITE, LAYER_EMERGENCY, LAYER_COUNT };

/* layer_of - the layer of a file of rules, by the number that its name begins with: below 90
 *            what came with wonted, then the site, from 99 on an emergency
 * in    file   its path
 * err   a name without a number is the site's */
enum layer layer_of(const char *file);

#endif
