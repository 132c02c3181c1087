/* TNEF, the winmail.dat of Outlook: attributes one after the other, and in those of an
 * attachment properties one after the other. Only names and the beginnings of contents are
 * read; every length is a lie until it is checked, and the first that is one ends the
 * reading. */
#include <glib.h>
#include <string.h>

#include "message/charset.h"
#include "message/enclosed.h"

#define SIGNATURE "\x78\x9f\x3e\x22"
#define HEAD_BYTES 6      /* signature, key */
#define ATTRIBUTE_BYTES 9 /* level, id, length */
#define CHECKSUM_BYTES 2
#define GUID_BYTES 16         /* MS-OXTNEF 2.1.3.4: the interface of an attached object */
#define MOST_ATTRIBUTES 20000 /* those of 100 attachments are some 600 */
#define NAME_BYTES 1024       /* of a name, which may be UTF-16 */
#define MOST_PROPERTIES 2000  /* of one attachment; real ones have some 30 */

/* MS-OXTNEF 2.1.3.2 */
enum attribute {
	ATT_ATTACH_TITLE = 0x00018010,
	ATT_ATTACH_DATA = 0x0006800f,
	ATT_ATTACH_REND_DATA = 0x00069002,
	ATT_ATTACHMENT = 0x00069005,
};

/* MS-OXPROPS */
enum property {
	PR_ATTACH_DATA = 0x3701,
	PR_ATTACH_FILENAME = 0x3704,
	PR_ATTACH_LONG_FILENAME = 0x3707,
};

/* MS-OXCDATA 2.11.1 */
enum property_type {
	PT_STRING8 = 0x001e,
	PT_UNICODE = 0x001f,
	PT_OBJECT = 0x000d,
	PT_BINARY = 0x0102,
	PT_MANY = 0x1000,
};

struct cursor {
	struct bytes left;
	bool bad; /* something did not fit */
};

static struct bytes take(struct cursor *c, size_t n)
{
	struct bytes taken = { .at = c->left.at, .n = n };

	if (c->bad || n > c->left.n) {
		c->bad = true;
		return (struct bytes){ .at = "" };
	}
	c->left.at += n;
	c->left.n -= n;
	return taken;
}

static guint32 take_number(struct cursor *c, size_t n)
{
	struct bytes b = take(c, n);
	guint32 number = 0;

	for (size_t i = b.n; i-- > 0;)
		number = number << 8 | (unsigned char)b.at[i];
	return number;
}

/* What is known of the attachment at hand. */
struct attached {
	struct bytes title, long_name, data;
	bool wide; /* long_name is UTF-16 */
	bool any;
};

static struct bytes without_nul(struct bytes text, bool wide)
{
	size_t unit = wide ? 2 : 1;

	while (text.n >= unit && text.at[text.n - 1] == '\0' &&
	       text.at[text.n - unit] == '\0')
		text.n -= unit;
	return text;
}

static struct bytes ending_of(struct bytes name)
{
	const char *dot = name.n == 0 ? NULL : memrchr(name.at, '.', name.n);

	return dot == NULL ? (struct bytes){ "", 0 }
			   : (struct bytes){ dot, (size_t)(name.at + name.n - dot) };
}

/* the short name is the long one cut; where it ends otherwise, it is a name of its own */
static bool ends_otherwise(struct bytes title, struct bytes name)
{
	struct bytes one = ending_of(title), other = ending_of(name);

	return title.n > 0 && (one.n != MIN(other.n, 4) ||
			       g_ascii_strncasecmp(one.at, other.at, one.n) != 0);
}

static void flush(struct attached *one, struct enclosures *all)
{
	bool wide = one->wide && one->long_name.n > 0, sound;
	struct bytes name =
		without_nul(one->long_name.n > 0 ? one->long_name : one->title, wide);

	if (!one->any)
		return;
	if (name.n > NAME_BYTES) { /* the end of a name tells the type */
		name.at += (name.n - NAME_BYTES + 1) & ~(size_t)1;
		name.n -= (name.n - NAME_BYTES + 1) & ~(size_t)1;
	}
	if (wide)
		name = charset_decode(all->arena, name, "utf-16le", &sound);
	if (one->long_name.n > 0 && ends_otherwise(without_nul(one->title, false), name))
		enclosures_add(all, without_nul(one->title, false),
			       (struct bytes){ "", 0 });
	enclosures_add(all, name, one->data);
	*one = (struct attached){ 0 };
}

/* bytes of one value of a type that has no length; 0: it has one */
static size_t fixed_bytes(unsigned type)
{
	switch (type) {
	case 0x0002: /* 16 bits, filled up to 32 */
	case 0x000b:
	case 0x0003:
	case 0x0004:
	case 0x000a:
		return 4;
	case 0x0005:
	case 0x0006:
	case 0x0007:
	case 0x0014:
	case 0x0040:
		return 8;
	case 0x0048:
		return 16;
	default:
		return 0;
	}
}

static void skip_name(struct cursor *c)
{
	take(c, 16); /* a GUID */
	if (take_number(c, 4) == 0) {
		take(c, 4);
		return;
	}
	size_t n = take_number(c, 4);

	take(c, n);
	take(c, -n & 3);
}

static void note(struct attached *one, unsigned id, unsigned type, struct bytes value)
{
	if (id == PR_ATTACH_LONG_FILENAME ||
	    (id == PR_ATTACH_FILENAME && one->long_name.n == 0)) {
		one->long_name = value;
		one->wide = type == PT_UNICODE;
	} else if (id == PR_ATTACH_DATA && type == PT_BINARY && one->data.n == 0) {
		one->data = value;
	} else if (id == PR_ATTACH_DATA && type == PT_OBJECT && value.n > GUID_BYTES) {
		/* a message within: another TNEF behind the class of the object */
		one->data = (struct bytes){ value.at + GUID_BYTES, value.n - GUID_BYTES };
	}
}

static void read_property(struct cursor *c, struct attached *one)
{
	unsigned type = take_number(c, 2), id = take_number(c, 2);
	unsigned plain = type & ~(unsigned)PT_MANY;
	size_t fixed = fixed_bytes(plain), count = 1;

	if (id >= 0x8000)
		skip_name(c);
	if (fixed == 0 && plain != PT_STRING8 && plain != PT_UNICODE &&
	    plain != PT_OBJECT && plain != PT_BINARY)
		c->bad = true;
	if (fixed == 0 || (type & PT_MANY) != 0)
		count = take_number(c, 4);
	for (; count > 0 && !c->bad; count--) {
		size_t n = fixed > 0 ? fixed : take_number(c, 4);
		struct bytes value = take(c, n);

		if (!c->bad)
			note(one, id, plain, value);
		take(c, -n & 3);
	}
}

static void read_properties(struct bytes block, struct attached *one)
{
	struct cursor c = { .left = block };
	size_t count = take_number(&c, 4);

	for (size_t i = 0; i < MIN(count, MOST_PROPERTIES) && !c.bad; i++)
		read_property(&c, one);
}

static void read_attribute(guint32 id, struct bytes value, struct attached *one,
			   struct enclosures *all)
{
	if (id == ATT_ATTACH_REND_DATA)
		flush(one, all);
	else if (id == ATT_ATTACH_TITLE)
		one->title = value;
	else if (id == ATT_ATTACH_DATA)
		one->data = value;
	else if (id == ATT_ATTACHMENT)
		read_properties(value, one);
	else
		return;
	one->any = true;
}

void tnef_find(struct bytes file, struct enclosures *all)
{
	struct attached one = { 0 };
	struct cursor c = { .left = file };
	struct bytes head = take(&c, HEAD_BYTES);

	if (c.bad || memcmp(head.at, SIGNATURE, 4) != 0)
		return;
	for (int i = 0; i < MOST_ATTRIBUTES && c.left.n >= ATTRIBUTE_BYTES; i++) {
		take(&c, 1);
		guint32 id = take_number(&c, 4);
		size_t n = take_number(&c, 4);

		/* cut off: what is there of it still tells what it is */
		struct bytes value = take(&c, MIN(n, c.left.n));

		read_attribute(id, value, &one, all);
		take(&c, CHECKSUM_BYTES);
		if (c.bad)
			break;
	}
	flush(&one, all);
}
