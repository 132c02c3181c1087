/* The few properties that decide whether a text is seen. It must never try to lay a page
 * out: what is not plainly hidden counts as seen. */
#include "message/inline_style.h"

#include <glib.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#define SMALLEST_PX 2.0   /* a font of two pixels is a stripe */
#define FAR_PX (-500.0)   /* moved out of any window, to the left or the top */
#define FAR_OUT_PX 5000.0 /* the same, to the right or the bottom */
#define FAINT 0.1         /* of opacity */
#define ALIKE 48 /* summed distance of red, green and blue: not to be told apart */

/* what several declarations do together */
struct box {
	bool no_room;  /* width, height or their maximum is 0 */
	bool clipped;  /* overflow:hidden */
	bool absolute; /* position:absolute or fixed */
	bool far;      /* left or top is far out */
};

/* words in lower case, never empty: most texts differ in the first letter */
static inline bool is(struct bytes text, const char *word)
{
	return text.n > 0 && (text.at[0] | ('a' - 'A')) == (word[0] | ('a' - 'A')) &&
	       text.n == strlen(word) && strncasecmp(text.at, word, text.n) == 0;
}

static bool starts(struct bytes text, const char *word)
{
	return text.n >= strlen(word) && strncasecmp(text.at, word, strlen(word)) == 0;
}

/* a number and its unit; false: there is none */
static bool number(struct bytes text, double *n_r, struct bytes *unit_r)
{
	char digits[24];
	size_t n = 0;
	char *end;

	while (n < text.n && n + 1 < sizeof(digits) &&
	       (g_ascii_isdigit(text.at[n]) || strchr("+-.", text.at[n]) != NULL) &&
	       text.at[n] != '\0') {
		digits[n] = text.at[n];
		n++;
	}
	digits[n] = '\0';
	*n_r = g_ascii_strtod(digits, &end);
	*unit_r = (struct bytes){ text.at + n, text.n - n };
	return n > 0 && end == digits + n && isfinite(*n_r);
}

/* a length in pixels, roughly; NAN: not one that does not depend on others */
static double pixels(struct bytes text)
{
	double n;
	struct bytes unit;

	if (!number(text, &n, &unit))
		return NAN;
	if (n == 0 || starts(unit, "px"))
		return n;
	if (starts(unit, "pt"))
		return n * 4 / 3;
	if (starts(unit, "em") || starts(unit, "rem") || starts(unit, "ex"))
		return n * 16;
	if (starts(unit, "%"))
		return n * 16 / 100;
	return unit.n == 0 ? n : NAN;
}

static enum style_state font_size(struct bytes value)
{
	double px = pixels(value);

	if (isnan(px))
		return STYLE_SHOWN; /* "small", "inherit", calc(...) */
	return px <= SMALLEST_PX ? STYLE_HIDDEN : STYLE_SHOWN;
}

/* font: [style] [weight] size[/line-height] family: the size is the word with a unit */
static enum style_state font_shorthand(struct bytes value)
{
	size_t at = 0;

	while (at < value.n) {
		size_t end = at;

		while (end < value.n && !g_ascii_isspace(value.at[end]))
			end++;
		struct bytes word = { value.at + at, end - at };
		double n;
		struct bytes unit;

		if (number(word, &n, &unit) && (n == 0 || unit.n > 0))
			return font_size(word);
		at = end + 1;
	}
	return STYLE_UNSET;
}

static int hex_color(struct bytes digits)
{
	int c = 0;

	for (size_t i = 0; i < digits.n; i++)
		if (!g_ascii_isxdigit(digits.at[i]))
			return COLOR_UNKNOWN;
	if (digits.n == 8 && digits.at[6] == '0' && digits.at[7] == '0')
		return COLOR_NONE;
	if (digits.n == 3 || digits.n == 4) {
		for (size_t i = 0; i < 3; i++)
			c = c * 256 + g_ascii_xdigit_value(digits.at[i]) * 17;
		return c;
	}
	if (digits.n != 6 && digits.n != 8)
		return COLOR_UNKNOWN;
	for (size_t i = 0; i < 6; i++)
		c = c * 16 + g_ascii_xdigit_value(digits.at[i]);
	return c;
}

/* CSS Color 4, 7.1: hue, saturation and lightness as one of red, green and blue */
static double hsl_channel(const double *hsl, double n)
{
	double k = fmod(n + hsl[0] / 30, 12), light = hsl[2] / 100;
	double a = hsl[1] / 100 * MIN(light, 1 - light);

	k += k < 0 ? 12 : 0;
	return 255 * (light - a * MAX(-1, MIN(MIN(k - 3, 9 - k), 1)));
}

/* rgb(255, 0, 0), rgba(255 0 0 / 0.5), hsl(120, 100%, 50%) */
static int function_color(struct bytes text)
{
	double part[4] = { 0, 0, 0, 1 };
	size_t found = 0, i = 0;
	struct bytes unit;
	bool hsl = starts(text, "hsl");

	while (i < text.n && text.at[i] != '(')
		i++;
	for (i++; i < text.n && found < 4; i++) {
		struct bytes rest = { text.at + i, text.n - i };

		if (!g_ascii_isdigit(text.at[i]) && text.at[i] != '.')
			continue;
		if (!number(rest, &part[found], &unit))
			return COLOR_UNKNOWN;
		if (unit.n > 0 && unit.at[0] == '%')
			part[found] *= found == 3 ? 0.01 : hsl ? 1 : 2.55;
		found++;
		i = (size_t)(unit.at - text.at);
	}
	if (found < 3)
		return COLOR_UNKNOWN;
	if (part[3] < FAINT)
		return COLOR_NONE;
	int c = 0;

	for (size_t k = 0; k < 3; k++) {
		double of = !hsl     ? part[k]
			    : k == 0 ? hsl_channel(part, 0)
			    : k == 1 ? hsl_channel(part, 8)
				     : hsl_channel(part, 4);

		c = c * 256 + (int)(CLAMP(of, 0, 255) + 0.5);
	}
	return c;
}

static int named_color(struct bytes text)
{
	static const struct {
		const char *name;
		int color;
	} names[] = {
		{ "white", 0xffffff },       { "black", 0x000000 },
		{ "red", 0xff0000 },         { "green", 0x008000 },
		{ "blue", 0x0000ff },        { "gray", 0x808080 },
		{ "grey", 0x808080 },        { "silver", 0xc0c0c0 },
		{ "maroon", 0x800000 },      { "yellow", 0xffff00 },
		{ "olive", 0x808000 },       { "lime", 0x00ff00 },
		{ "aqua", 0x00ffff },        { "cyan", 0x00ffff },
		{ "teal", 0x008080 },        { "navy", 0x000080 },
		{ "fuchsia", 0xff00ff },     { "magenta", 0xff00ff },
		{ "purple", 0x800080 },      { "orange", 0xffa500 },
		{ "snow", 0xfffafa },        { "ivory", 0xfffff0 },
		{ "whitesmoke", 0xf5f5f5 },  { "ghostwhite", 0xf8f8ff },
		{ "floralwhite", 0xfffaf0 }, { "transparent", COLOR_NONE },
		{ "azure", 0xf0ffff },       { "mintcream", 0xf5fffa },
		{ "aliceblue", 0xf0f8ff },   { "seashell", 0xfff5ee },
		{ "honeydew", 0xf0fff0 },    { "lavenderblush", 0xfff0f5 },
		{ "oldlace", 0xfdf5e6 },     { "linen", 0xfaf0e6 },
		{ "beige", 0xf5f5dc },       { "lightyellow", 0xffffe0 },
		{ "lightcyan", 0xe0ffff },   { "gainsboro", 0xdcdcdc },
		{ "lightgray", 0xd3d3d3 },   { "lightgrey", 0xd3d3d3 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (is(text, names[i].name))
			return names[i].color;
	return COLOR_UNKNOWN;
}

int style_color(struct bytes text)
{
	text = bytes_trimmed(text, BLANKS_OF_TEXT);
	if (text.n > 0 && text.at[0] == '#')
		return hex_color((struct bytes){ text.at + 1, text.n - 1 });
	if (starts(text, "rgb") || starts(text, "hsl"))
		return function_color(text);
	int c = named_color(text);

	/* bgcolor="ffffff" works too */
	return c == COLOR_UNKNOWN && text.n == 6 ? hex_color(text) : c;
}

/* background: a colour among other things; a picture hides what colour shows */
static int background(struct bytes value)
{
	size_t at = 0;

	for (size_t i = 0; i + 3 < value.n; i++)
		if (strncasecmp(value.at + i, "url(", 4) == 0 ||
		    strncasecmp(value.at + i, "grad", 4) == 0)
			return COLOR_UNKNOWN;
	if (starts(value, "rgb") || starts(value, "hsl"))
		return style_color(value);
	while (at < value.n) {
		size_t end = at;

		while (end < value.n && !g_ascii_isspace(value.at[end]))
			end++;
		int c = style_color((struct bytes){ value.at + at, end - at });

		if (c != COLOR_UNKNOWN)
			return c;
		at = end + 1;
	}
	return COLOR_UNKNOWN;
}

static void read_box(struct box *box, struct bytes name, struct bytes value)
{
	double px;

	if (is(name, "overflow") || is(name, "overflow-y") || is(name, "overflow-x"))
		box->clipped |= is(value, "hidden") || is(value, "clip");
	else if (is(name, "position"))
		box->absolute = is(value, "absolute") || is(value, "fixed");
	else if (is(name, "width") || is(name, "height") || is(name, "max-width") ||
		 is(name, "max-height")) {
		px = pixels(value);
		box->no_room |= px >= 0 && px <= 1;
	} else if (is(name, "left") || is(name, "top") || is(name, "right") ||
		   is(name, "bottom")) {
		px = pixels(value);
		box->far |= px <= FAR_PX || px >= FAR_OUT_PX;
	}
}

/* The numbers of a function, at most four of them; how many there are. */
static size_t arguments(struct bytes value, const char *function, double *px)
{
	size_t n = 0, at = 0;

	while (at < value.n &&
	       !starts((struct bytes){ value.at + at, value.n - at }, function))
		at++;
	for (at += strlen(function); at < value.n && n < 4 && value.at[at] != ')';) {
		size_t end = at;

		while (end < value.n && !g_ascii_isspace(value.at[end]) &&
		       value.at[end] != ',' && value.at[end] != ')')
			end++;
		if (end > at)
			px[n++] = pixels((struct bytes){ value.at + at, end - at });
		at = end + (end < value.n && value.at[end] != ')');
	}
	return n;
}

/* scale(0), scaleX(0), scale3d(0, 0, 1), translate(-9999px) */
static bool is_moved_away(struct bytes value)
{
	static const char *const scales[] = { "scale(", "scalex(", "scaley(",
					      "scale3d(" };
	double px[4];

	for (size_t i = 0; i < G_N_ELEMENTS(scales); i++) {
		size_t n = arguments(value, scales[i], px);

		if ((n > 0 && fabs(px[0]) < FAINT) || (n > 1 && fabs(px[1]) < FAINT))
			return true;
	}
	for (const char *const *f = (const char *const[]){ "translate(", "translatex(",
							   "translatey(", NULL };
	     *f != NULL; f++) {
		size_t n = arguments(value, *f, px);

		for (size_t i = 0; i < n; i++)
			if (px[i] <= FAR_PX || px[i] >= FAR_OUT_PX)
				return true;
	}
	return false;
}

/* rect(top, right, bottom, left) and inset(...) that leave nothing; circle(0) */
static bool is_clipped_away(struct bytes value)
{
	double px[4];
	bool percent = value.n > 0 && memchr(value.at, '%', value.n) != NULL;

	if (arguments(value, "rect(", px) == 4)
		return px[2] <= px[0] || px[1] <= px[3];
	/* 50% from both sides; pixels() counts a percent as 0.16 */
	if (arguments(value, "inset(", px) > 0)
		return percent ? px[0] >= 8 : px[0] >= FAR_OUT_PX;
	return arguments(value, "circle(", px) > 0 && px[0] == 0;
}

static bool is_faint(struct bytes value)
{
	double n;
	struct bytes unit;

	if (!number(value, &n, &unit))
		return false;
	return n < (unit.n > 0 && unit.at[0] == '%' ? FAINT * 100 : FAINT);
}

static void declaration(struct inline_style *style, struct bytes name, struct bytes value)
{
	if (is(name, "display"))
		style->gone |= is(value, "none");
	else if (is(name, "visibility"))
		style->visibility = is(value, "hidden") || is(value, "collapse")
					    ? STYLE_HIDDEN
					    : STYLE_SHOWN;
	else if (is(name, "opacity"))
		style->gone |= is_faint(value);
	else if (is(name, "transform") || is(name, "-webkit-transform") ||
		 is(name, "-ms-transform"))
		style->gone |= is_moved_away(value);
	else if (is(name, "scale"))
		style->gone |= is_faint(value);
	else if (is(name, "clip") || is(name, "clip-path") ||
		 is(name, "-webkit-clip-path"))
		style->gone |= is_clipped_away(value);
	else if (is(name, "filter"))
		style->gone |= starts(value, "opacity(") &&
			       is_faint((struct bytes){ value.at + 8, value.n - 8 });
	else if (is(name, "color") || is(name, "-webkit-text-fill-color"))
		style->color = style_color(value);
	else if (is(name, "background-color") || is(name, "background"))
		style->background = background(value);
	else if (is(name, "background-image"))
		style->background = is(value, "none") ? style->background : COLOR_UNKNOWN;
	else if (is(name, "font-size"))
		style->font = font_size(value);
	else if (is(name, "font"))
		style->font = font_shorthand(value);
	else if (is(name, "text-indent") || is(name, "margin-left") ||
		 is(name, "margin-top"))
		style->gone |= pixels(value) <= FAR_PX || pixels(value) >= FAR_OUT_PX;
}

/* "!important" only says which of several wins */
static struct bytes without_important(struct bytes value)
{
	const char *mark = value.n == 0 ? NULL : memchr(value.at, '!', value.n);

	if (mark != NULL)
		value.n = (size_t)(mark - value.at);
	return bytes_trimmed(value, BLANKS_OF_TEXT);
}

void style_read(struct bytes css, struct inline_style *style_r)
{
	struct box box = { 0 };

	*style_r =
		(struct inline_style){ .color = COLOR_UNSET, .background = COLOR_UNSET };
	while (css.n > 0) {
		const char *semicolon = memchr(css.at, ';', css.n);
		size_t n = semicolon == NULL ? css.n : (size_t)(semicolon - css.at);
		const char *colon = memchr(css.at, ':', n);

		if (colon != NULL) {
			struct bytes name = { css.at, (size_t)(colon - css.at) };
			struct bytes value = { colon + 1, n - name.n - 1 };

			name = bytes_trimmed(name, BLANKS_OF_TEXT);
			value = without_important(value);
			declaration(style_r, name, value);
			read_box(&box, name, value);
		}
		n += semicolon != NULL;
		css.at += n;
		css.n -= n;
	}
	style_r->gone |= (box.no_room && box.clipped) || (box.absolute && box.far);
}

bool style_colors_alike(int one, int other)
{
	if (one == COLOR_NONE)
		return true; /* transparent letters */
	if (one < 0 || other < 0)
		return false;
	int distance = 0;

	for (int shift = 0; shift <= 16; shift += 8)
		distance += abs(((one >> shift) & 0xff) - ((other >> shift) & 0xff));
	return distance <= ALIKE;
}
