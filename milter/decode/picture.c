/* Each library has its own way to fail: one answers, one jumps. Sizes are asked before any memory
 * is had for pixels, and what is transparent is put on white, as mail programs show it. */
#include "decode/picture.h"

#include <gif_lib.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>

#include "base/compiler.h"
#include "base/limits.h"

enum { WHITE = 255 };

/* false: there is no place for it; why_r says so */
static bool make(struct picture *p, size_t width, size_t height, enum decode_why *why_r)
{
	*why_r = width == 0 || height == 0 ? DECODE_DAMAGED : DECODE_BIG;
	if (width == 0 || height == 0 || width > LIMIT_PICTURE_PIXELS ||
	    height > LIMIT_PICTURE_PIXELS / width)
		return false;
	*p = (struct picture){ (unsigned)width, (unsigned)height,
			       g_malloc0(width * height) };
	return true;
}

static enum decode_why show_png(struct bytes file, picture_visitor *see, void *user)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	const png_color white = { WHITE, WHITE, WHITE };
	struct picture p;
	enum decode_why why = DECODE_DAMAGED;

	if (png_image_begin_read_from_memory(&image, file.at, file.n) == 0)
		return why;
	if (!make(&p, image.width, image.height, &why)) {
		png_image_free(&image);
		return why;
	}
	image.format = PNG_FORMAT_GRAY;
	/* of one that is cut off, the rows that are there are filled in all the same */
	why = png_image_finish_read(&image, &white, p.gray, 0, NULL) != 0
		      ? DECODE_WHOLE
		      : DECODE_DAMAGED;
	see(user, &p);
	g_free(p.gray);
	return why;
}

struct jpeg_failure {
	struct jpeg_error_mgr jpeg; /* first: libjpeg knows only this */
	jmp_buf at;
};

static void jpeg_fail(j_common_ptr c)
{
	longjmp(((struct jpeg_failure *)c->err)->at, 1);
}

/* it fills in what is not there, and warns */
static void jpeg_count(j_common_ptr c, int level)
{
	c->err->num_warnings += level < 0;
}

/* the factor of eight by which libjpeg reduces what is too big */
static void begin_jpeg(j_decompress_ptr j)
{
	size_t pixels = (size_t)j->image_width * j->image_height;

	j->out_color_space = j->num_components == 4 ? JCS_CMYK : JCS_GRAYSCALE;
	while (pixels / ((size_t)j->scale_denom * j->scale_denom) >
		       LIMIT_PICTURE_PIXELS / 4 &&
	       j->scale_denom < 8)
		j->scale_denom *= 2;
	jpeg_start_decompress(j);
}

/* CMYK: as light as the least of its inks, which most programs write turned around */
static void take_row(struct picture *p, unsigned y, const guint8 *row, int bytes)
{
	guint8 *to = p->gray + (size_t)y * p->width;

	for (unsigned x = 0; x < p->width; x++)
		to[x] = bytes == 1 ? row[x]
				   : (guint8)(row[x * 4] * row[x * 4 + 3] / WHITE);
}

static enum decode_why show_jpeg(struct bytes file, picture_visitor *see, void *user)
{
	struct jpeg_decompress_struct j;
	struct jpeg_failure failure;
	/* they live on both sides of the jump */
	struct picture *p = g_new0(struct picture, 1);
	guint8 **row = g_new0(guint8 *, 1);
	volatile enum decode_why why = DECODE_DAMAGED;
	enum decode_why big;

	j.err = jpeg_std_error(&failure.jpeg);
	failure.jpeg.error_exit = jpeg_fail;
	failure.jpeg.emit_message = jpeg_count;
	if (setjmp(failure.at) == 0) {
		jpeg_create_decompress(&j);
		jpeg_mem_src(&j, (const unsigned char *)file.at, file.n);
		jpeg_read_header(&j, TRUE);
		begin_jpeg(&j);
		if (make(p, j.output_width, j.output_height, &big)) {
			*row = g_malloc((size_t)j.output_width *
					(size_t)j.output_components);
			while (j.output_scanline < j.output_height) {
				unsigned y = j.output_scanline;

				jpeg_read_scanlines(&j, row, 1);
				take_row(p, y, *row, j.output_components);
			}
			why = failure.jpeg.num_warnings == 0 ? DECODE_WHOLE
							     : DECODE_DAMAGED;
		} else {
			why = big;
		}
	}
	if (p->gray != NULL)
		see(user, p);
	jpeg_destroy_decompress(&j);
	g_free(*row);
	g_free(row);
	g_free(p->gray);
	g_free(p);
	return why;
}

static int read_gif(GifFileType *gif, GifByteType *to, int n)
{
	struct bytes *left = gif->UserData;
	size_t most = MIN(left->n, (size_t)MAX(n, 0));

	memcpy(to, left->at, most);
	left->at += most;
	left->n -= most;
	return (int)most;
}

static guint8 gray_of(const ColorMapObject *map, GifPixelType pixel)
{
	if (map == NULL || pixel >= map->ColorCount)
		return WHITE;
	const GifColorType *c = &map->Colors[pixel];

	return (guint8)((c->Red * 77 + c->Green * 151 + c->Blue * 28) >> 8);
}

/* GIF89a appendix E: every 8th row from 0 and 4, every 4th from 2, every 2nd from 1 */
static unsigned row_of(const GifImageDesc *d, unsigned nth)
{
	static const unsigned from[] = { 0, 4, 2, 1 }, step[] = { 8, 8, 4, 2 };
	unsigned height = (unsigned)d->Height;

	if (!d->Interlace)
		return nth;
	for (size_t i = 0; i < COUNT_OF(from); i++) {
		unsigned rows = height <= from[i]
					? 0
					: (height - from[i] + step[i] - 1) / step[i];

		if (nth < rows)
			return from[i] + nth * step[i];
		nth -= rows;
	}
	return height - 1;
}

static enum decode_why show_frame(GifFileType *gif, picture_visitor *see, void *user)
{
	const GifImageDesc *d = &gif->Image;
	const ColorMapObject *map = d->ColorMap != NULL ? d->ColorMap : gif->SColorMap;
	struct picture p;
	enum decode_why why;

	if (!make(&p, (size_t)MAX(d->Width, 0), (size_t)MAX(d->Height, 0), &why))
		return why;
	memset(p.gray, WHITE, (size_t)p.width * p.height);
	why = DECODE_WHOLE;
	for (unsigned i = 0; i < p.height && why == DECODE_WHOLE; i++) {
		guint8 *row = p.gray + (size_t)row_of(d, i) * p.width;

		if (DGifGetLine(gif, row, (int)p.width) != GIF_OK)
			why = DECODE_DAMAGED;
		for (unsigned x = 0; x < p.width; x++)
			row[x] = why == DECODE_WHOLE ? gray_of(map, row[x]) : WHITE;
	}
	see(user, &p);
	g_free(p.gray);
	return why;
}

static bool skip_extension(GifFileType *gif)
{
	GifByteType *block;
	int code;

	if (DGifGetExtension(gif, &code, &block) != GIF_OK)
		return false;
	while (block != NULL)
		if (DGifGetExtensionNext(gif, &block) != GIF_OK)
			return false;
	return true;
}

static enum decode_why show_gif(struct bytes file, picture_visitor *see, void *user)
{
	enum decode_why why = DECODE_WHOLE;
	GifRecordType type = UNDEFINED_RECORD_TYPE;
	int error, frames = 0;
	GifFileType *gif = DGifOpen(&file, read_gif, &error);

	if (gif == NULL)
		return DECODE_DAMAGED;
	while (why == DECODE_WHOLE && type != TERMINATE_RECORD_TYPE) {
		if (DGifGetRecordType(gif, &type) != GIF_OK)
			why = DECODE_DAMAGED;
		else if (type == EXTENSION_RECORD_TYPE && !skip_extension(gif))
			why = DECODE_DAMAGED;
		else if (type != IMAGE_DESC_RECORD_TYPE)
			continue;
		else if (frames++ == LIMIT_PICTURE_FRAMES)
			why = DECODE_MANY;
		else
			why = DGifGetImageDesc(gif) != GIF_OK
				      ? DECODE_DAMAGED
				      : show_frame(gif, see, user);
	}
	DGifCloseFile(gif, &error);
	return why;
}

static enum decode_why show_webp(struct bytes file, picture_visitor *see, void *user)
{
	const guint8 *data = (const guint8 *)file.at;
	int width = 0, height = 0;
	struct picture p;
	enum decode_why why = DECODE_DAMAGED;

	if (!WebPGetInfo(data, file.n, &width, &height) ||
	    !make(&p, (size_t)MAX(width, 0), (size_t)MAX(height, 0), &why))
		return why;
	size_t n = (size_t)p.width * p.height;
	guint8 *rgba = g_malloc(n * 4);
	bool done = WebPDecodeRGBAInto(data, file.n, rgba, n * 4, width * 4) != NULL;

	for (size_t i = 0; i < n && done; i++) {
		const guint8 *c = rgba + i * 4;
		int gray = (c[0] * 77 + c[1] * 151 + c[2] * 28) >> 8;

		p.gray[i] = (guint8)(WHITE + (gray - WHITE) * c[3] / WHITE);
	}
	if (done)
		see(user, &p);
	g_free(rgba);
	g_free(p.gray);
	return done ? DECODE_WHOLE : DECODE_DAMAGED;
}

enum decode_why picture_show(struct bytes file, const char *kind, picture_visitor *see,
			     void *user)
{
	static const struct {
		const char *kind;
		enum decode_why (*show)(struct bytes, picture_visitor *, void *);
	} readers[] = { { "png", show_png },
			{ "jpeg", show_jpeg },
			{ "gif", show_gif },
			{ "webp", show_webp } };

	for (size_t i = 0; i < COUNT_OF(readers); i++)
		if (g_strcmp0(kind, readers[i].kind) == 0)
			return readers[i].show(file, see, user);
	return DECODE_UNKNOWN;
}
