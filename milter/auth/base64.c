/* See base64.h. GLib's decoder passes over what it does not know; this one does not. */
#include "auth/base64.h"

#include <glib.h>

#include "base/base64.h"

bool base64_read(struct bytes text, uint8_t *out_r, size_t max, size_t *n_r)
{
	uint32_t bits = 0;
	int n_bits = 0, pads = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.at[i];
		int d = base64_digit(c);

		if (g_ascii_isspace(c))
			continue;
		if (c == '=' && ++pads <= 2)
			continue;
		if (d < 0 || pads > 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		if (n == max)
			return false;
		n_bits -= 8;
		out_r[n++] = (uint8_t)(bits >> n_bits & 0xff);
	}
	*n_r = n;
	return n > 0 && n_bits < 6;
}
