/* PDF, through qpdf: pictures, where the codes are, links, and files within. Objects are asked one
 * by one, not as a tree: what no page shows today may be shown by a script. What is drawn with
 * lines is not read. */
#include <qpdf/qpdf-c.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_magic.h"
#include "base/limits.h"
#include "decode/picture.h"

struct pdf {
	struct decode_walk *w;
	const struct decode_place *at;
	qpdf_data q;
};

static int number(const struct pdf *p, qpdf_oh dict, const char *key)
{
	int n = 0;

	return qpdf_oh_get_value_as_int(p->q, qpdf_oh_get_key(p->q, dict, key), &n) ? n
										    : 0;
}

static bool is_named(const struct pdf *p, qpdf_oh dict, const char *key, const char *name)
{
	return qpdf_oh_is_name_and_equals(p->q, qpdf_oh_get_key(p->q, dict, key), name);
}

/* ISO 32000 12.6.4.7: an action that leads to the web */
static void take_action(const struct pdf *p, qpdf_oh action)
{
	qpdf_oh uri = qpdf_oh_is_dictionary(p->q, action)
			      ? qpdf_oh_get_key(p->q, action, "/URI")
			      : 0;

	if (uri != 0 && qpdf_oh_is_string(p->q, uri))
		walk_link(p->w, qpdf_oh_get_string_value(p->q, uri), DECODE_LINK);
}

/* what has a number of its own comes by it */
static void take_annotation(const struct pdf *p, qpdf_oh dict)
{
	qpdf_oh action =
		qpdf_oh_is_dictionary(p->q, dict) ? qpdf_oh_get_key(p->q, dict, "/A") : 0;

	if (action != 0 && !qpdf_oh_is_indirect(p->q, action))
		take_action(p, action);
}

static void take_dictionary(const struct pdf *p, qpdf_oh dict)
{
	qpdf_oh notes = qpdf_oh_get_key(p->q, dict, "/Annots");
	int n = qpdf_oh_is_array(p->q, notes) ? qpdf_oh_get_array_n_items(p->q, notes)
					      : 0;

	take_action(p, dict);
	take_annotation(p, dict);
	for (int i = 0; i < MIN(n, LIMIT_PDF_NOTES) && !walk_over(p->w); i++) {
		qpdf_oh note = qpdf_oh_get_array_item(p->q, notes, i);

		if (!qpdf_oh_is_indirect(p->q, note))
			take_annotation(p, note);
	}
}

/* unpacked pixels, of one bit or of whole bytes: of several colours the first */
static void take_pixels(const struct pdf *p, qpdf_oh dict, struct bytes data)
{
	size_t width = (size_t)MAX(number(p, dict, "/Width"), 0);
	size_t height = (size_t)MAX(number(p, dict, "/Height"), 0);
	bool mask = qpdf_oh_has_key(p->q, dict, "/ImageMask") &&
		    !qpdf_oh_has_key(p->q, dict, "/BitsPerComponent");
	int bits = mask ? 1 : number(p, dict, "/BitsPerComponent");

	if (width == 0 || height == 0 || width > LIMIT_PICTURE_PIXELS / height ||
	    (bits != 1 && bits != 8)) {
		walk_unopened(p->w, p->at, DECODE_UNKNOWN);
		return;
	}
	size_t row = data.n / height, colors = bits == 8 ? row / width : 1;

	if (colors == 0 || (bits == 1 && row < (width + 7) / 8)) {
		walk_unopened(p->w, p->at, DECODE_DAMAGED);
		return;
	}
	struct picture picture = { (unsigned)width, (unsigned)height,
				   g_malloc(width * height) };

	for (size_t y = 0; y < height; y++)
		for (size_t x = 0; x < width; x++) {
			const char *from = data.at + y * row;
			int bit = from[x / 8] >> (7 - x % 8) & 1;

			picture.gray[y * width + x] = bits == 1
							      ? (guint8)(bit * 255)
							      : (guint8)from[x * colors];
		}
	code_see(p->w, &picture);
	g_free(picture.gray);
}

/* a picture, or a file that was put into it */
static void take_data(const struct pdf *p, qpdf_oh dict, struct bytes data, bool picture)
{
	const char *kind = file_magic(data);
	struct decode_place at = { p->at->path, p->at->name, p->at->depth + 1, data };
	struct decode_entry found = { .name = "file", .kind = kind };
	char *path;

	p->w->unpacked += data.n;
	if (picture && g_strcmp0(kind, "jpeg") == 0) {
		walk_into(p->w, &at);
	} else if (picture) {
		take_pixels(p, dict, data);
	} else if (walk_tell(p->w, p->at, &found, &path) != PACKS_NOTHING) {
		at.path = path;
		walk_into(p->w, &at);
		g_free(path);
	} else {
		g_free(path);
	}
}

static void take_stream(const struct pdf *p, qpdf_oh stream)
{
	qpdf_oh dict = qpdf_oh_get_dict(p->q, stream);
	bool picture = is_named(p, dict, "/Subtype", "/Image");
	unsigned char *data = NULL;
	size_t n = 0;

	if (!picture && !is_named(p, dict, "/Type", "/EmbeddedFile"))
		return;
	QPDF_ERROR_CODE failed = qpdf_oh_get_stream_data(
		p->q, stream, qpdf_dl_generalized, NULL, &data, &n);

	if ((failed & QPDF_ERRORS) != 0 || data == NULL)
		walk_unopened(p->w, p->at, DECODE_DAMAGED);
	else if (n > LIMIT_DECODE_UNPACKED_BYTES - p->w->unpacked)
		walk_unopened(p->w, p->at, DECODE_BIG);
	else if (n > 0)
		take_data(p, dict, (struct bytes){ (const char *)data, n }, picture);
	free(data);
}

static void take_objects(const struct pdf *p)
{
	int n = number(p, qpdf_get_trailer(p->q), "/Size");

	for (int id = 1; id < MIN(n, LIMIT_PDF_OBJECTS) && !walk_over(p->w); id++) {
		qpdf_oh object = qpdf_get_object_by_id(p->q, id, 0);

		p->w->entries++;
		if (qpdf_oh_is_stream(p->q, object))
			take_stream(p, object);
		else if (qpdf_oh_is_dictionary(p->q, object))
			take_dictionary(p, object);
		qpdf_oh_release_all(p->q);
	}
	if (n > LIMIT_PDF_OBJECTS)
		walk_unopened(p->w, p->at, DECODE_MANY);
}

enum decode_why pdf_list(struct decode_walk *w, const struct decode_place *at)
{
	qpdf_data q = qpdf_init();
	const struct pdf p = { w, at, q };
	enum decode_why why = DECODE_DAMAGED;

	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	if ((qpdf_read_memory(q, "", at->data.at, at->data.n, "") & QPDF_ERRORS) == 0) {
		why = DECODE_WHOLE;
		take_objects(&p);
	} else if (qpdf_get_error_code(q, qpdf_get_error(q)) == qpdf_e_password) {
		why = DECODE_LOCKED;
	}
	qpdf_cleanup(&q);
	return why;
}
