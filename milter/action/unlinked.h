/* A banner says in our name what a stranger wrote: his name, his subject, his addresses. Mail
 * programs make links of what looks like one, and telephones dial what looks like a number. */
#ifndef ACTION_UNLINKED_H
#define ACTION_UNLINKED_H

#include <glib.h>
#include <stdbool.h>

/* makes_link - does a sign between two others make an address of them? "." in "mail.example",
 *              ":" in "tel:1", "@"; not in "4.5" and "10:30", nor at the end of a word
 * in    before, after   the characters beside it; 0 at an end of the text */
bool makes_link(gunichar before, gunichar c, gunichar after);

/* unlinked_ascii - a word of ASCII with such signs in brackets: "http[:]//mail[.]example" */
void unlinked_ascii(GString *word);

/* without_numbers - the text with "[number]" in the place of each that could be called
 * in    text   valid UTF-8
 * own   the caller frees with g_free() */
char *without_numbers(const char *text);

#endif
