/* What a subject line begins with, in the languages people write in. */
#ifndef FEATURE_SUBJECT_H
#define FEATURE_SUBJECT_H

enum subject_kind { SUBJECT_PLAIN, SUBJECT_REPLY, SUBJECT_FORWARD };

/* subject_kind - does it begin like a reply or a forward? Tags in brackets before it
 *                ("[EXTERN] AW: ...") are passed over; the first prefix decides
 * in    subject   valid UTF-8; NULL is plain
 * err   none */
enum subject_kind subject_kind(const char *subject);

#endif
