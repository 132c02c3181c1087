/* Inside of the detect module: somebody uses a name of ours from outside. */
#ifndef DETECT_PERSON_NAME_H
#define DETECT_PERSON_NAME_H

#include "detect/evidence.h"

/* name_from_outside - does the display name mean a person of the tenant, while the address
 *                     is none of theirs and nothing clears it?
 * in    exact   true: only the same name; false: only one that resembles it
 * err   UNKNOWN: the name was not judged, or what could clear it is unknown */
enum answer name_from_outside(const struct evidence *e, bool exact);

/* person_shown - the person that is meant, as "Jane Roe (CEO)"
 * own   e->arena */
const char *person_shown(const struct evidence *e);

#endif
