/* What a page or drawing (HTML, SVG) does by itself when somebody opens it as a file. */
#ifndef MESSAGE_PAGE_H
#define MESSAGE_PAGE_H

#include "base/bytes.h"

enum page_act {
	PAGE_SCRIPT = 1 << 0,   /* runs a script */
	PAGE_LEADS = 1 << 1,    /* leads on, or shows another page in itself */
	PAGE_FORM = 1 << 2,     /* has a form */
	PAGE_PASSWORD = 1 << 3, /* asks for a password */
	PAGE_BUILDS = 1 << 4,   /* holds a file, and hands it to the reader */
};

/* page_acts - look for signs of what a page does
 * in    text   in UTF-8, UTF-16 or any charset that holds ASCII
 * out   enum page_act bits
 * err   what is not known gives no bits
 * cost  linear */
unsigned page_acts(struct bytes text);

#endif
