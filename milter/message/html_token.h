/* HTML cut into tokens as browsers cut it, without a copy. */
#ifndef MESSAGE_HTML_TOKEN_H
#define MESSAGE_HTML_TOKEN_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/html_element.h"

enum html_token_kind {
	HTML_TOKEN_END, /* of the input */
	HTML_TOKEN_TEXT,
	HTML_TOKEN_START_TAG,
	HTML_TOKEN_END_TAG,
	HTML_TOKEN_COMMENT, /* and what browsers take for one */
};

struct html_token {
	enum html_token_kind kind;
	struct bytes
		text; /* of a text or a comment; the name of a tag, as it is written */
	bool coded;   /* the text may hold references: html_decode() */
	enum html_element element; /* of a tag */
	bool self_closing;         /* "/>" */
	unsigned has;              /* bits of enum html_key: which attributes it has */
	struct bytes values
		[HTML_KEYS]; /* of these, as they are written; the first of a name counts */
};

struct html_tokens {
	struct bytes html;
	size_t at;
	/* set by who builds the tree; how what follows is to be read */
	enum html_content content;
	struct bytes ended_by; /* the name of the tag that content begins with */
	bool foreign; /* inside of SVG or MathML, where <![CDATA[ begins a text */
};

/* html_next - the next token
 * in    t   html set, the rest 0
 * out   *token: points into html, until it goes. A tag that never ends is none
 * cost  linear over all tokens
 * ref   https://html.spec.whatwg.org/ 13.2.5 */
void html_next(struct html_tokens *t, struct html_token *token);

/* html_has - has a tag this attribute? */
static inline bool html_has(const struct html_token *tag, enum html_key key)
{
	return (tag->has >> key & 1) != 0;
}

/* html_value - the value of an attribute, its references replaced
 * out   no bytes: the tag has no such attribute
 * own   a, or the HTML it stands in */
struct bytes html_value(struct arena *a, const struct html_token *tag, enum html_key key);

/* html_string - the same, as a text
 * out   NULL: the tag has no such attribute
 * own   a */
const char *html_string(struct arena *a, const struct html_token *tag, enum html_key key);

#endif
