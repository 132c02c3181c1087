/* One RFC 5322 message read once, under limits. What is strange is no error, but `malformed` or
 * `truncated`. All lives in the arena of message_parse(); slices point into the raw bytes. */
#ifndef MESSAGE_MESSAGE_H
#define MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

struct header {
	struct bytes name; /* as written */
	/* after the colon as received: leading blank and folds kept, without the line end */
	struct bytes value;
	size_t at;  /* offset of the field's first byte in the raw message */
	size_t nth; /* 0-based count among headers of this name, for change requests */
};

struct mailaddr {
	const char *display; /* decoded, trimmed UTF-8, or NULL */
	const char *address; /* domain in lower case A-labels, local part as it is */
	const char *key;     /* address all lower case, as used in stores */
	const char *shown; /* the local part as a reader sees it who decodes encoded words
			       there, which RFC 2047 5 forbids; NULL: it has none */
	const char *domain; /* lower case A-labels; NULL if there is none */
	const char *org;    /* organisational domain of it (PSL), or domain itself */
};

enum part_kind {
	PART_TEXT_PLAIN,
	PART_TEXT_HTML,
	PART_TEXT_OTHER,
	PART_MESSAGE, /* message/rfc822 */
	PART_CALENDAR,
	PART_ATTACHMENT,
	PART_MULTIPART,
};

enum part_encoding {
	ENCODING_7BIT,
	ENCODING_8BIT,
	ENCODING_QP,
	ENCODING_BASE64,
	ENCODING_OTHER
};

struct part {
	enum part_kind kind;
	const char *type;         /* "text/plain", lower case */
	const char *charset;      /* lower case, NULL if not said */
	const char *filename;     /* decoded UTF-8, or NULL */
	const char *const *names; /* all that some reader takes for its name; [0] is
				     filename */
	size_t n_names;
	const char *magic; /* by the first bytes: "exe", "zip", "script", ..., or NULL */
	const char *const *inside; /* names listed in an archive, NULL if none */
	size_t n_inside;
	enum part_encoding encoding;
	const struct bytes *in; /* the decoded message that start counts in, or NULL */
	size_t start, end;  /* raw content in the message: [start, end) after the part's
			       header, before the line end that belongs to the boundary;
			       with parts inside: up to the end of the last of them */
	int depth;          /* 0: the message itself */
	int parent;         /* index of the enclosing part, -1 for the outermost */
	bool is_attachment; /* by disposition, by a name, or no text or inline picture */
	bool in_message;    /* inside a message/rfc822, or a second reading of a part */
	unsigned page_acts; /* of an attached page or drawing: enum page_act bits */
	bool encrypted_archive;        /* an archive whose entries need a password */
	const struct decoded *decoded; /* message/decoder.h; NULL: nobody looked */
	size_t bytes;                  /* decoded size */
};

/* a file in a part that is no part itself: uuencoded, or in a winmail.dat; fields as those */
struct enclosed {
	const char *filename, *magic;
	const char *const *inside;
	size_t n_inside;
	bool encrypted_archive;
	const struct decoded *decoded;
};

struct link {
	const char *url;  /* as written, entities decoded, cut at 2,048 bytes */
	const char *host; /* lower case A-labels; NULL for mailto: and what has no host */
	const char *org;  /* organisational domain of the host, NULL without host */
	const char *text; /* visible text of the anchor; NULL in plain text */
	bool hidden;      /* the reader does not see the anchor */
	bool coded;       /* it stands in the picture of a code (QR) */
};

enum message_kind {
	MESSAGE_SIGNED = 1 << 0,    /* multipart/signed, S/MIME signed-data, inline PGP */
	MESSAGE_ENCRYPTED = 1 << 1, /* multipart/encrypted, S/MIME enveloped, PGP */
	MESSAGE_REPORT = 1 << 2,    /* multipart/report, of the message itself */
	MESSAGE_CALENDAR = 1 << 3,  /* a text/calendar part with a method */
	MESSAGE_LIST = 1 << 4,      /* List-Id or List-Post */
	MESSAGE_BULK =
		1 << 5, /* List-Unsubscribe, Precedence bulk/list/junk, Feedback-ID */
	MESSAGE_AUTO = 1 << 6, /* Auto-Submitted not no, X-Auto-Response-Suppress */
	MESSAGE_AUTO_REPLY =
		1 << 7, /* headers of an automatic answer: absence, receipt */
};

enum message_malformed {
	MALFORMED_HEADER_LINE = 1 << 0, /* a header line that is none */
	MALFORMED_NO_FROM = 1 << 1,
	MALFORMED_MANY_FROM = 1 << 2, /* several From fields, or addresses in it */
	MALFORMED_FROM_SYNTAX = 1 << 3,
	MALFORMED_DUPLICATE = 1 << 4, /* a field that may stand once stands twice */
	MALFORMED_BOUNDARY = 1 << 5,  /* missing or never closed */
	MALFORMED_ENCODING = 1 << 6,  /* bad base64 or quoted-printable */
	MALFORMED_CHARSET = 1 << 7,   /* unknown, or bytes that are not of it */
	MALFORMED_NUL = 1 << 8,
	MALFORMED_8BIT_HEADER = 1 << 9,
	MALFORMED_DATE = 1 << 10, /* missing or unreadable */
};

enum message_truncated {
	TRUNCATED_SIZE = 1 << 0,
	TRUNCATED_HEADERS = 1 << 1,
	TRUNCATED_PARTS = 1 << 2,
	TRUNCATED_DEPTH = 1 << 3,
	TRUNCATED_LINKS = 1 << 4,
	TRUNCATED_TEXT = 1 << 5,
	TRUNCATED_ADDRESSES = 1 << 6,
	TRUNCATED_ARCHIVE = 1 << 7, /* or a text: more files in it than are listed */
	TRUNCATED_MEMORY = 1 << 8,  /* by us, for want of memory */
	TRUNCATED_END = TRUNCATED_SIZE | TRUNCATED_MEMORY, /* its end is not there */
};

struct message {
	struct bytes raw; /* the whole message, CRLF or LF as it came */
	size_t body_at;   /* offset of the first body byte */
	const struct header *headers;
	size_t n_headers;

	const struct mailaddr *from; /* of all From fields, in their order */
	size_t n_from;
	const struct mailaddr *sender;   /* NULL if there is none */
	const struct mailaddr *reply_to; /* of all Reply-To fields */
	size_t n_reply_to;
	const struct mailaddr *to; /* To and Cc together */
	size_t n_to;
	const char *subject;           /* decoded UTF-8, "" if empty, NULL if missing */
	const char *message_id;        /* without brackets; NULL if missing */
	const char *const *references; /* References and In-Reply-To, without brackets */
	size_t n_references;
	const char *list_id;          /* the part in brackets, lower case; NULL */
	const char *list_unsubscribe; /* raw value unfolded; NULL */
	bool one_click;               /* List-Unsubscribe-Post is there */
	const char *mailer;           /* User-Agent or X-Mailer; NULL */
	int64_t date_s;               /* Date field; 0 if missing or unreadable */
	size_t n_received;
	const char *first_received_from; /* oldest Received: the "from" host, NULL */

	const struct part *parts; /* depth first, [0] is the outermost */
	size_t n_parts;
	const struct enclosed *enclosed;
	size_t n_enclosed;
	const struct link *links;
	size_t n_links, n_organizers;
	const char *const *organizers; /* of invitations: addresses, as address keys */
	/* UTF-8, "" if there is none. Messages within and calendars are read, too, but not
	 * attached texts. */
	const char *text; /* what a reader may see: of alternatives the plain one, and
				   behind all of them those lines of the others that say
				   something else; HTML as text; CRLF as LF */
	int alternatives_shared; /* percent of words of HTML that the plain text beside it
				    has, too; of several the least; -1: no two such texts */
	const char *hidden;      /* HTML text he does not see (colour, size, display) */
	const char *html_text;   /* visible text of the HTML parts alone */
	const char *plain_text;  /* text of the plain parts alone */

	const struct file_decoder *decoder; /* of the limits it is read under */
	unsigned kind;                      /* enum message_kind bits */
	unsigned malformed;                 /* enum message_malformed bits */
	unsigned html_fields;               /* enum html_field bits, html_text.h */
	unsigned truncated;                 /* enum message_truncated bits */
};

struct message_limits {
	size_t max_bytes;                   /* raw bytes beyond are not read */
	const struct file_decoder *decoder; /* of archives; lives while a body is read */
};

/* message_library_init - let GMime make its tables
 * use   once a process, before threads: every main() and test that parses messages */
void message_library_init(void);

/* message_library_warm - do what is slow only the first time (80 ms), so that no message waits
 * use   a daemon, once, after message_library_init() */
void message_library_warm(void);

/* message_parse - read a message
 * in    raw      header fields, empty line, body; CRLF or LF; must outlive a
 * out   never NULL
 * own   a
 * err   see `broken` and `cut`
 * cost  linear in raw.n
 * use   any thread
 * ref   RFC 5322, 2045-2047, 2231, 6531, 6532 */
struct message *message_parse(struct arena *a, struct bytes raw,
			      const struct message_limits *limits);

/* how much of a body is read */
enum message_body {
	BODY_PARTS, /* which parts there are, as far as their headers tell */
	BODY_LINKS, /* and where links lead, without their texts */
	BODY_ALL,
};

/* message_parse_header - read the header fields alone; for who needs no body of most
 *                        messages
 * in    as message_parse()
 * out   never NULL; parts, links and texts are empty
 * own   a
 * err   as message_parse()
 * use   any thread */
struct message *message_parse_header(struct arena *a, struct bytes raw,
				     const struct message_limits *limits);

/* message_read_body - read the body of a message, as far as it is needed
 * in    m   of message_parse_header(); once only
 * own   a
 * err   as message_parse() */
void message_read_body(struct arena *a, struct message *m, enum message_body depth);

/* part_content - the content of a part, still in its transfer encoding */
struct bytes part_content(const struct message *m, const struct part *p);

/* message_header - the nth header of a name
 * in    name   any case
 * out   NULL if there is none */
const struct header *message_header(const struct message *m, const char *name,
				    size_t nth);

/* header_text - a header's value unfolded, encoded words decoded, trimmed; valid UTF-8
 * own   a
 * err   what cannot be decoded is shown as it is; raw bytes that are not UTF-8 are
 *       read as windows-1252
 * ref   RFC 2047 */
const char *header_text(struct arena *a, const struct header *h);

#endif
