/* What the owner of a mailbox wants of a sender, a domain or a list: one small record an
 * entry, so that a batch asks for no more than it needs. It says nothing of threats. */
#ifndef PREFERENCE_PREFERENCE_H
#define PREFERENCE_PREFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/arena.h"
#include "store/codec.h"
#include "store/store.h"

enum preference_kind {
	PREFERENCE_NONE,
	PREFERENCE_WANTED,
	PREFERENCE_JUNK,
	PREFERENCE_GRAYMAIL,
	PREFERENCE_COUNT
};

extern const char *const preference_names[PREFERENCE_COUNT];

enum feedback {
#define FEEDBACK(id, ...) FEEDBACK_##id,
#include "preference/feedback.def"
#undef FEEDBACK
	FEEDBACK_COUNT
};

struct feedback_row {
	const char *word;
	enum preference_kind label;
	bool strong;
	const char *cause, *doc;
};

extern const struct feedback_row feedback_rows[FEEDBACK_COUNT];

/* feedback_find - the row of a word
 * err   FEEDBACK_COUNT: there is none */
enum feedback feedback_find(const char *word);

/* One message that somebody's hands did something with. */
struct preference_evidence {
	int64_t message;  /* preference_mark() of our id */
	int64_t at_ms;    /* of the last act; the time of an earlier one does nothing */
	int64_t label;    /* enum preference_kind, now */
	int64_t before;   /* and before the last act */
	int64_t feedback; /* enum feedback of the last act */
	int64_t undone;   /* 1 + enum feedback that it took back; 0: none */
	int64_t signer;   /* mark of who signed for the list; 0: none was needed */
	int64_t list;     /* mark of the list that it came by; 0: none */
	int64_t sender;   /* mark of who wrote it */
};

struct preference {
	int64_t kind;       /* enum preference_kind that was stated */
	const char *cause;  /* who stated it */
	const char *signer; /* of a list: the organisation that must have signed; NULL */
	int64_t since_s;    /* when it was stated */
	int64_t expires_s;  /* the statement; 0: never */
	int64_t stated_ms;  /* a statement made before does nothing */
	int64_t forgotten_ms; /* all that was said until then counts for nothing */
	const struct preference_evidence *evidence; /* newest last */
	size_t n_evidence;
};

extern const struct codec preference_codec;

/* preference_decode - the value of a PREFERENCE key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer preference_decode(struct arena *a, struct bytes value,
			      struct preference *preference_r);

/* preference_mark - a text as a number that nobody finds a second text for
 * err   NULL and "" are 0, nothing else is */
int64_t preference_mark(const char *text);

/* preference_change - a write that lays one change over an entry: a statement
 *                     (stated_ms), or evidence, or forgetting
 * in    entry   as preference_entries() makes them
 *       change   at most one piece of evidence
 * own   what the write points to lives in a
 * use   repeating it, with whatever came later, changes nothing */
struct store_write preference_change(struct arena *a, const char *tenant,
				     const char *mailbox, const char *entry,
				     const struct preference *change);

/* What a preference is asked about: one message. */
struct preference_subject {
	const char *sender, *org;   /* address_key(), organisational domain; NULL */
	const char *list_id;        /* NULL */
	bool proven;                /* From is authenticated */
	const char *const *signers; /* organisations whose signature or SPF passed */
	size_t n_signers;
};

enum preference_entry { ENTRY_LIST, ENTRY_SENDER, ENTRY_DOMAIN, ENTRY_COUNT };

/* preference_entries - the entries that speak of a message: "<list-id>", "sender@domain"
 *                      ("?sender@domain" where From is not proven), "@domain"
 * out   entries_r[ENTRY_COUNT]   NULL: none of that kind
 * own   a */
void preference_entries(struct arena *a, const struct preference_subject *subject,
			const char *entries_r[ENTRY_COUNT]);

/* preference_entry_kind - which kind an entry is, by how it is written */
enum preference_entry preference_entry_kind(const char *entry);

/* What people say beats what their hands said, and that beats what they only hint at. */
enum preference_strength {
	STRENGTH_WEAK,
	STRENGTH_STRONG,
	STRENGTH_STATED,
	STRENGTH_COUNT
};

extern const char *const preference_strength_names[STRENGTH_COUNT];

struct preference_view {
	enum preference_kind kind; /* PREFERENCE_NONE: it says nothing here */
	enum preference_strength strength;
	const char *cause;
	int64_t count;     /* messages that say so; stated: 0 */
	int64_t since_s;   /* the oldest of them */
	int64_t expires_s; /* 0: never */
};

/* preference_look - what an entry says of a message
 * in    subject   NULL: of any, for people; signatures are taken for proven then
 *       now_s     what is older than LIMIT_PREFERENCE_S counts for nothing */
void preference_look(const struct preference *p, enum preference_entry of,
		     const struct preference_subject *subject, int64_t now_s,
		     struct preference_view *view_r);

/* preference_counts - does it count for this message? What excuses needs proof: an
 *                     authenticated sender, or the list's signature (which the entry asked) */
bool preference_counts(const struct preference_view *v, enum preference_entry of,
		       const struct preference_subject *subject);

#endif
