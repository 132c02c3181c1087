/* Names of elements and attributes as numbers, and what the standard says of the elements. */
#ifndef MESSAGE_HTML_ELEMENT_H
#define MESSAGE_HTML_ELEMENT_H

#include "base/bytes.h"

enum html_element {
	HTML_OTHER,
#define ELEMENT(id, name, flags, content) HTML_##id,
#include "message/html_elements.def"
#undef ELEMENT
	HTML_ELEMENTS,
};

enum html_element_flags {
	HTML_IS_VOID = 1 << 0,       /* it has no content and no end tag */
	HTML_IS_SPECIAL = 1 << 1,    /* end tags of others do not reach through it */
	HTML_IS_FORMAT = 1 << 2,     /* goes on behind the end of what it stands in */
	HTML_IS_SCOPE = 1 << 3,      /* keeps what is inside together */
	HTML_IS_MARKER = 1 << 4,     /* formats do not go on behind it, nor into it */
	HTML_IS_ENDS_P = 1 << 5,     /* its start ends an open <p> */
	HTML_IS_HEADING = 1 << 6,    /* <h1> to <h6> */
	HTML_IS_LIST = 1 << 7,       /* an end of <li> does not reach through it */
	HTML_IS_TABLE_PART = 1 << 8, /* only inside of a table */
	HTML_IS_ROWS = 1 << 9,       /* text does not belong directly into it */
	HTML_IS_BREAKOUT = 1 << 10,  /* ends SVG and MathML */
	HTML_IS_QUIET = 1 << 11,     /* formats need not be open for it */
};

/* how what stands behind a start tag is read */
enum html_content {
	HTML_CONTENT_DATA,
	HTML_CONTENT_RCDATA,    /* text and references, up to its own end tag */
	HTML_CONTENT_RAWTEXT,   /* text, up to its own end tag */
	HTML_CONTENT_SCRIPT,    /* the same, but for scripts in comments */
	HTML_CONTENT_PLAINTEXT, /* text, up to the end */
};

/* attributes that anybody here asks for */
enum html_key {
	HTML_KEY_ID,
	HTML_KEY_TO,
	HTML_KEY_ALT,
	HTML_KEY_SRC,
	HTML_KEY_DATA,
	HTML_KEY_FACE,
	HTML_KEY_HREF,
	HTML_KEY_SIZE,
	HTML_KEY_TEXT,
	HTML_KEY_TYPE,
	HTML_KEY_CLASS,
	HTML_KEY_COLOR,
	HTML_KEY_STYLE,
	HTML_KEY_ACTION,
	HTML_KEY_HIDDEN,
	HTML_KEY_VALUES,
	HTML_KEY_BGCOLOR,
	HTML_KEY_COLSPAN,
	HTML_KEY_CONTENT,
	HTML_KEY_ROWSPAN,
	HTML_KEY_ENCODING,
	HTML_KEY_BACKGROUND,
	HTML_KEY_FORMACTION,
	HTML_KEY_HTTP_EQUIV,
	HTML_KEY_XLINK_HREF,
	HTML_KEYS,
};

/* html_element_of - which element has this name, in any case of letters?
 * err   HTML_OTHER
 * cost  bounded */
enum html_element html_element_of(struct bytes name);

/* html_element_name - in small letters; "" of HTML_OTHER */
const char *html_element_name(enum html_element element);

/* html_element_flags - enum html_element_flags of it; 0 of HTML_OTHER */
unsigned html_element_flags(enum html_element element);

/* html_element_content - how what it holds is read */
enum html_content html_element_content(enum html_element element);

/* html_key_of - which attribute has this name, in any case of letters?
 * err   HTML_KEYS
 * cost  bounded */
enum html_key html_key_of(struct bytes name);

#endif
