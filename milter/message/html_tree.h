/* Which elements are open where a text stands: as much of the standard's tree construction as
 * tells what a text inherits. No tree is ever built. */
#ifndef MESSAGE_HTML_TREE_H
#define MESSAGE_HTML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "message/html_token.h"

#define HTML_MAX_OPEN \
	256 /* real mail, with twenty replies quoted in each other, stays below */

/* What is heard of a document. Each open() or reopen() has its close(), the last one first. */
struct html_listener {
	/* An element begins; `inside` so many open ones: mostly all, but what does not belong into
	 * a table is moved before it. What it returns is given to the others. */
	void *(*open)(void *user, const struct html_token *tag, size_t inside);
	/* It goes on elsewhere: what open() returned. NULL: nobody asks */
	void (*reopen)(void *user, enum html_element element, void *own, size_t inside);
	/* moved: it may go on elsewhere; then it is opened again, or dropped */
	void (*close)(void *user, enum html_element element, void *own, bool moved);
	void (*drop)(void *user, enum html_element element, void *own);
	void (*text)(void *user, struct bytes text,
		     size_t inside);                    /* NULL: nobody asks */
	void (*comment)(void *user, struct bytes text); /* NULL: nobody asks */
	/* <html> or <body>: what its attributes say holds for all; NULL: nobody asks */
	void (*page)(void *user, const struct html_token *tag);
};

/* html_tree_read - tell what a document says, as browsers without scripts understand it
 * in    html   valid UTF-8
 * out   what is open at the end is closed. Beyond HTML_MAX_OPEN the outer half is forgotten
 * cost  linear
 * ref   https://html.spec.whatwg.org/ 13.2.6 */
void html_tree_read(struct bytes html, const struct html_listener *listener, void *user);

#endif
