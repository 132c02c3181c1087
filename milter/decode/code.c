/* Codes in pictures, through ZBar: a picture of a code is a link that no filter of texts sees, and
 * that a phone opens past all others. A margin is put around each picture, for codes without one
 * are read by phones, too; small ones are made bigger, and big ones smaller. */
#include <string.h>
#include <zbar.h>

#include "base/limits.h"
#include "decode/picture.h"

enum {
	MARGIN = 24,              /* pixels of white; a code wants four of its modules */
	SMALL = 300,              /* what is narrower may have one pixel a module */
	ENLARGED = 4,             /* times */
	SCANNED_PIXELS = 2000000, /* 100 ms; a page in 150 dpi */
};

struct scan {
	struct decode_walk *w;
	zbar_image_scanner_t *scanner;
};

/* how many pixels become one, or one becomes */
static void zoom_of(const struct picture *p, unsigned *less_r, unsigned *more_r)
{
	size_t pixels = (size_t)p->width * p->height;

	*less_r = 1;
	*more_r = MAX(p->width, p->height) < SMALL ? ENLARGED : 1;
	while (pixels / ((size_t)*less_r * *less_r) > SCANNED_PIXELS)
		++*less_r;
}

static guint8 mean(const struct picture *p, unsigned x, unsigned y, unsigned n)
{
	unsigned sum = 0;

	for (unsigned dy = 0; dy < n; dy++)
		for (unsigned dx = 0; dx < n; dx++)
			sum += p->gray[(size_t)(y + dy) * p->width + x + dx];
	return (guint8)(sum / (n * n));
}

/* the picture with its margin; own: g_free() */
static struct picture prepared(const struct picture *p)
{
	unsigned less, more;

	zoom_of(p, &less, &more);

	unsigned width = MAX(p->width / less, 1) * more;
	unsigned height = MAX(p->height / less, 1) * more;
	struct picture out = { width + 2 * MARGIN, height + 2 * MARGIN, NULL };

	out.gray = g_malloc((size_t)out.width * out.height);
	memset(out.gray, 0xff, (size_t)out.width * out.height);
	if (p->width < less || p->height < less)
		return out;
	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++)
			out.gray[(size_t)(y + MARGIN) * out.width + x + MARGIN] =
				mean(p, x / more * less, y / more * less, less);
	return out;
}

static void see(void *user, const struct picture *p)
{
	struct scan *s = user;
	struct picture at = prepared(p);
	zbar_image_t *image = zbar_image_create();

	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, at.width, at.height);
	zbar_image_set_data(image, at.gray, (size_t)at.width * at.height, NULL);
	if (!walk_over(s->w) && zbar_scan_image(s->scanner, image) > 0) {
		const zbar_symbol_t *symbol = zbar_image_first_symbol(image);

		for (; symbol != NULL; symbol = zbar_symbol_next(symbol))
			walk_link(s->w, zbar_symbol_get_data(symbol), DECODE_CODE);
	}
	zbar_image_destroy(image);
	g_free(at.gray);
}

static struct scan scan_begin(struct decode_walk *w)
{
	struct scan s = { w, zbar_image_scanner_create() };

	zbar_image_scanner_set_config(s.scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(s.scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	zbar_image_scanner_set_config(s.scanner, ZBAR_NONE, ZBAR_CFG_TEST_INVERTED, 1);
	/* bytes as they are: its guesses at charsets want files, and phones take UTF-8 */
	zbar_image_scanner_set_config(s.scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
	return s;
}

enum decode_why code_list(struct decode_walk *w, const struct decode_place *at,
			  const char *kind)
{
	struct scan s = scan_begin(w);
	enum decode_why why = picture_show(at->data, kind, see, &s);

	zbar_image_scanner_destroy(s.scanner);
	return why;
}

void code_see(struct decode_walk *w, const struct picture *p)
{
	struct scan s = scan_begin(w);

	see(&s, p);
	zbar_image_scanner_destroy(s.scanner);
}
