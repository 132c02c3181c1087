/* Who wrote to whom, how often, since when, and what is usual in it: one shape for a pair, a
 * sender, a domain, a display name, a list and a whole tenant, seen from the tenant: "in" is
 * mail to us, "out" mail by us.
 *
 * A day (UTC) is open while it lasts. Questions that grant trust take `today` and see only
 * closed days, so that a burst cannot make itself usual; questions that raise alarm see the
 * open day. Every question takes NULL for "no such record". */
#ifndef BEHAVIOR_HISTORY_H
#define BEHAVIOR_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "store/codec.h"

/* a count with the newest day of its record kept apart */
struct count {
	int64_t closed; /* before history.open_day */
	int64_t open;   /* on history.open_day */
};

struct flow {
	struct count messages;
	int64_t first_day;    /* 0: none */
	int64_t last_day;     /* newest */
	int64_t before_day;   /* newest before history.open_day, 0: none */
	int64_t recent_milli; /* closed messages x 1000, halved every 30 days to open_day */
};

/* one of the usual values, with the newest day it was seen kept apart */
struct usual_item {
	const char *text;
	int64_t closed; /* times before last_day */
	int64_t open;   /* times on last_day */
	int64_t first_day;
	int64_t last_day;
};

#define USUAL_EACH \
	"*" /* in LIST: an item that each message bears whose signers were noted */
#define USUAL_MOST 8     /* of one kind: the most frequent; people have few habits */
#define HOUR_MESSAGES 20 /* at known hours, and on so many days, before another one is */
#define HOUR_DAYS 5      /* strange */
#define HOURS_NEAR 3     /* an hour is like those so near to it */
#define DAYS_MOST 16     /* single days remembered; beyond, only their number */
#define DAY_BYTES 3      /* of one of them */

enum usual {
	USUAL_REPLY_TO, /* organisational domains of Reply-To */
	USUAL_LINK,     /* organisational domains of links */
	USUAL_MAILER,   /* programs, without versions */
	USUAL_DKIM,     /* d= of signatures that passed; in LIST also what SPF
			 proves, and sending hosts: "[192.0.2.1]" */
	USUAL_NETWORK,  /* /24 or /48 of clients */
	USUAL_ADDRESS,  /* addresses (DISPLAY), domains (LOOKALIKE) */
	USUAL_WRITER,   /* mailboxes of ours that wrote to them (SENDER) */
	USUAL_COUNT
};

struct usual_set {
	struct usual_item *at; /* most frequent first */
	size_t n;
};

struct history {
	int64_t open_day; /* newest day of anything in it; days since 1970 UTC */
	struct flow in, out;
	struct count mailboxes; /* of ours in correspondence with them (SENDER) */
	struct count rescued, junked;
	struct count
		checked; /* SENDER, DOMAIN: mail in of which is known whether it was */
	struct count proven; /* proven, and such that was */
	struct bytes days;   /* newest days with mail in; read by history_days_seen() */
	int64_t days_older;  /* further such days */
	struct usual_set usual[USUAL_COUNT];
	int64_t mark; /* what was merged last: the same again is skipped */
	struct bytes
		hours; /* at which mail came in (SENDER, PAIR); history_usual_hour() */
	struct bytes
		habits; /* PAIR, in place of usual: hashes, read by history_usual() */
	struct bytes
		reached; /* DOMAIN, TENANT: a sample of mailboxes, in place of the count */
};

extern const struct codec history_codec;

/* history_decode - the value of a PAIR, SENDER, DOMAIN, DISPLAY or LIST key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer history_decode(struct arena *a, struct bytes value,
			   struct history *history_r);

/* day_of - the day (UTC) of a time */
static inline int64_t day_of(int64_t time_s)
{
	return time_s / 86400;
}

/* hour_of - the hour (UTC) of a time, 0..23 */
static inline int hour_of(int64_t time_s)
{
	return (int)((time_s % 86400 + 86400) % 86400 / 3600);
}

/* history_is_sane - can these numbers have come from counting? else they are damage */
bool history_is_sane(const struct history *h);

/* history_merge - add what another record of the same thing saw
 * in    more   later, earlier or overlapping: the order of merging does not matter, but for
 *              history_days_seen(), which may then come out too low
 * own   what h points to lives in a, and is changed in place the next time: do not merge
 *       into two copies of one struct
 * err   a `more` whose mark h bears already changes nothing */
void history_merge(struct history *h, const struct history *more, struct arena *a);

/* history_decay - a number halved for every 30 days
 * in    days   below 1 changes nothing */
int64_t history_decay(int64_t n, int64_t days);

/* day_read - one of history.days */
static inline int64_t day_read(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (int64_t)b[0] | (int64_t)b[1] << 8 | (int64_t)b[2] << 16;
}

/* history_known - was there mail in either direction on a closed day?
 * in    NULL is NO */
enum answer history_known(const struct history *h, int64_t today);

/* history_messages_in - messages to us on closed days
 * in    NULL is 0 */
int64_t history_messages_in(const struct history *h, int64_t today);

/* history_messages_out - messages by us on closed days
 * in    NULL is 0 */
int64_t history_messages_out(const struct history *h, int64_t today);

/* history_recent_in_milli - messages to us on closed days, each halved for every 30 days of age
 * in    NULL is 0
 * unit  thousandths of a message */
int64_t history_recent_in_milli(const struct history *h, int64_t today);

/* history_days_known - days since the first mail in either direction
 * err   -1: not known on a closed day */
int64_t history_days_known(const struct history *h, int64_t today);

/* history_days_seen - on how many closed days mail came in; never counted too high
 * in    NULL is 0 */
int64_t history_days_seen(const struct history *h, int64_t today);

/* history_last_in - the newest closed day with mail to us
 * err   -1: none */
int64_t history_last_in(const struct history *h, int64_t today);

/* history_last_out - the newest closed day with mail by us
 * err   -1: none */
int64_t history_last_out(const struct history *h, int64_t today);

/* history_solicited - have we written to them on a closed day?
 * in    NULL is NO */
enum answer history_solicited(const struct history *h, int64_t today);

/* history_trusted - has their past earned what excuses? Our side did something (wrote to
 *                   them, or rescued mail of theirs), or mail came in long and regularly:
 *                   LIMIT_TRUST_MESSAGES on LIMIT_TRUST_DAYS over LIMIT_TRUST_SPAN_DAYS. All of
 *                   it on closed days: no mail of a day can buy it on that day
 * in    NULL is NO */
enum answer history_trusted(const struct history *h, int64_t today);

/* history_trusted_item - the same of one of the usual values: the value was there long and
 *                        often, or our side wrote on a day after it was first there
 * in    last_out   newest closed day on which we wrote, -1: never
 *       NULL is NO */
enum answer history_trusted_item(const struct usual_item *item, int64_t last_out,
				 int64_t today);

/* history_usually_proven - was nearly all mail of theirs (19 of 20) proven to be theirs?
 * err   UNKNOWN: of fewer than LIMIT_TRUST_MESSAGES of closed days is known whether it was;
 *       NULL, too */
enum answer history_usually_proven(const struct history *h, int64_t today);

/* history_usual_item - one of the usual values
 * err   NULL: not among those known on closed days */
const struct usual_item *history_usual_item(const struct history *h, enum usual kind,
					    const char *text, int64_t today);

/* history_signs - is this what usually proves a list: of more than half of the messages whose
 *                 signers were noted, and of LIMIT_TRUST_MESSAGES over LIMIT_TRUST_SPAN_DAYS,
 *                 where no rescue of ours says so. A host does so only of lists that nothing
 *                 else proves
 * in    signer   a domain, or the address of a host in brackets
 *       NULL is NO */
enum answer history_signs(const struct history *list, const char *signer, int64_t today);

/* history_mailboxes - how many of our mailboxes knew them on closed days (not in a PAIR); of a
 *                     domain or tenant with over 64 of them an estimate, good to an eighth
 * in    NULL is 0 */
int64_t history_mailboxes(const struct history *h, int64_t today);

/* history_usual - is this value usual of them?
 * in    text   in the form the enum says; NULL is UNKNOWN
 * err   UNKNOWN: fewer than 3 messages in on closed days, or nothing of this kind known */
enum answer history_usual(const struct history *h, enum usual kind, const char *text,
			  int64_t today);

/* history_ever - has any value of this kind been seen on a closed day?
 * in    NULL is NO */
enum answer history_ever(const struct history *h, enum usual kind, int64_t today);

/* history_observed - messages in on closed days whose habits were noted: those that came
 *                    before records of this family had habits were not
 * in    NULL is 0; counts end at 255 an hour */
int64_t history_observed(const struct history *h, int64_t today);

/* history_usual_hour - do they write at this hour, or one near it? Hours are UTC and of our
 *                      own clock: the hour that a message claims, and its time zone, are its
 *                      writer's choice. One message in a hundred makes no habit
 * in    hour   0..23
 * err   UNKNOWN: fewer than HOUR_MESSAGES messages, or on fewer than HOUR_DAYS days */
enum answer history_usual_hour(const struct history *h, int hour, int64_t today);

/* history_today_in - messages to us on the open day, for alarms
 * in    NULL is 0 */
int64_t history_today_in(const struct history *h, int64_t today);

/* history_today_mailboxes - mailboxes of ours first reached on the open day, for alarms
 * in    NULL is 0 */
int64_t history_today_mailboxes(const struct history *h, int64_t today);

/* history_usual_day_milli - messages in on a usual day with mail, for comparison with today
 * in    NULL is 0
 * unit  thousandths of a message */
int64_t history_usual_day_milli(const struct history *h, int64_t today);

#endif
