/* What a subject line begins with, in the languages people write in. */
#ifndef FEATURE_SUBJECT_H
#define FEATURE_SUBJECT_H

#include <stdbool.h>

enum subject_kind { SUBJECT_PLAIN, SUBJECT_REPLY, SUBJECT_FORWARD };

/* subject_kind - does it begin like a reply or a forward? Tags in brackets before it
 *                ("[EXTERN] AW: ...") are passed over; the first prefix decides
 * in    subject   valid UTF-8; NULL is plain */
enum subject_kind subject_kind(const char *subject);

/* subject_is_absence - does it begin like an automatic answer or a note of absence ("Automatic
 *                      reply:", "Abwesenheitsnotiz:")? An answer to such a note does not
 * in    subject   valid UTF-8; NULL does not */
bool subject_is_absence(const char *subject);

#endif
