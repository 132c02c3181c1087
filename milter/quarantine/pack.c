#include "quarantine/pack.h"

#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

#define NAME "wonted-hold.eml"
#define LEVEL 3 /* half of the gain of 9, at a fifth of its time */
#define STEP_BYTES 65536
#define NAME_AT 10 /* RFC 1952 2.3: the header without what is optional */

bool pack_is(struct bytes file)
{
	static const unsigned char begin[] = { 0x1f, 0x8b, 8, 8 };

	return file.n > NAME_AT + sizeof(NAME) && memcmp(file.at, begin, 4) == 0 &&
	       memcmp(file.at + NAME_AT, NAME, sizeof(NAME)) == 0;
}

/* All of it through a converter; more than `most` bytes are not read. */
static bool convert(GConverter *by, struct bytes in, size_t most, GByteArray *out,
		    GError **e)
{
	guint8 *room = g_malloc(STEP_BYTES);
	GConverterResult got = G_CONVERTER_CONVERTED;
	size_t at = 0;

	while (got == G_CONVERTER_CONVERTED && out->len <= most) {
		gsize read = 0, written = 0;

		got = g_converter_convert(by, in.at + at, in.n - at, room, STEP_BYTES,
					  G_CONVERTER_INPUT_AT_END, &read, &written, e);
		at += read;
		if (got != G_CONVERTER_ERROR)
			g_byte_array_append(out, room, (guint)written);
	}
	g_free(room);
	return got == G_CONVERTER_FINISHED && out->len <= most;
}

GByteArray *pack(struct bytes raw, bool always)
{
	GZlibCompressor *by = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, LEVEL);
	GFileInfo *info = g_file_info_new();
	GByteArray *out = g_byte_array_new();

	g_file_info_set_name(info, NAME);
	g_zlib_compressor_set_file_info(by, info);
	if (!convert(G_CONVERTER(by), raw, always ? SIZE_MAX : raw.n, out, NULL))
		g_clear_pointer(&out, g_byte_array_unref);
	g_object_unref(info);
	g_object_unref(by);
	return out;
}

bool pack_open(struct bytes file, size_t most, char **text_r, size_t *n_r, GError **e)
{
	GZlibDecompressor *by = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
	GByteArray *out = g_byte_array_new();
	GError *inner = NULL;
	bool done = convert(G_CONVERTER(by), file, most, out, &inner);

	g_object_unref(by);
	if (done) {
		*n_r = out->len;
		g_byte_array_append(out, (const guint8 *)"", 1);
		*text_r = (char *)g_byte_array_free(out, FALSE);
		return true;
	}
	if (inner != NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "the message is compressed, and damaged: %s", inner->message);
	else
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "the message has more than %zu bytes", most);
	g_clear_error(&inner);
	g_byte_array_unref(out);
	return false;
}
