/* What the index of holds is asked in words: the words that stand for a hold's tenant, mailboxes,
 * senders, rules, states ("facets"), and the question that is made of a filter. Each facet is one
 * word of letters and digits, so that the index joins its lists from the newest end: what is
 * rare is found without looking at what is common. */
#ifndef QUARANTINE_SEARCH_H
#define QUARANTINE_SEARCH_H

#include "base/bytes.h"
#include "quarantine/index.h"

/* search_facets - all that a hold is found by beside its words
 * own   the caller frees with g_free() */
char *search_facets(const struct hold *h);

/* search_sender - names and addresses of who wrote it, as words
 * own   the caller frees with g_free() */
char *search_sender(const struct hold *h);

/* search_rcpts - addresses of who it is for, as words
 * own   the caller frees with g_free() */
char *search_rcpts(const struct hold *h);

/* search_question - of a filter, in the language of SQLite's FTS5, for a table with columns
 *                   sender, rcpts, subject, reasons, body and facets. The recipients' words are
 *                   not searched for a mailbox: they tell of others
 * out   NULL: it asks for nothing that words can answer
 * own   the caller frees with g_free() */
char *search_question(const struct index_query *query);

/* search_campaign - what texts of one campaign have in common: their words, but for names,
 *                   numbers, addresses and links, which differ by recipient
 * in    text   what a reader sees
 * own   the caller frees with g_free()
 * err   NULL: too few words to say so */
char *search_campaign(const char *text);

/* search_text - of a message, what its reader sees, at most LIMIT_HOLD_TEXT_BYTES
 * own   the caller frees with g_free() */
char *search_text(struct bytes raw);

#endif
