/* Inside of the lookup module: questions to one history that know about baselines. Where the
 * memory is too young to say "never", they say unknown instead. */
#ifndef LOOKUP_VIEW_H
#define LOOKUP_VIEW_H

#include "lookup/answers.h"

/* view_add - lay another history of the same two over this one
 * own   what v points to lives in a
 * err   where the other one is unknown, v is partial */
void view_add(struct view *v, const struct view *more, struct arena *a);

/* view_known - mail on an earlier day?
 * err   UNKNOWN: not found out, or nothing there and no baseline */
struct value view_known(const struct view *v);

/* view_first_contact - never any mail before? Mail to us on the open day does not count, so
 *                      that a harmless forerunner takes no warning away; mail by us does
 * err   UNKNOWN: as view_known() */
struct value view_first_contact(const struct view *v);

/* view_solicited - have we written to them on an earlier day?
 * err   UNKNOWN: as view_known() */
struct value view_solicited(const struct view *v);

/* view_trusted - have they earned what excuses (history_trusted())?
 * err   UNKNOWN: as view_known() */
struct value view_trusted(const struct view *v);

/* view_usually_proven - was nearly all of it proven to be theirs?
 * err   UNKNOWN: too little is known, or it was not found out; NO where nothing is */
struct value view_usually_proven(const struct view *v);

/* view_count - one of the counts of closed days
 * in    count   a question of behavior/history.h
 * err   UNKNOWN: as view_known() */
struct value view_count(const struct view *v,
			int64_t (*count)(const struct history *h, int64_t today));

/* view_days_known - days since the first mail
 * out   absent: there was none
 * err   UNKNOWN: as view_known() */
struct value view_days_known(const struct view *v);

/* view_days_since - days since the newest mail of a direction
 * in    last   history_last_in or history_last_out
 * out   absent: there was none
 * err   UNKNOWN: as view_known() */
struct value view_days_since(const struct view *v,
			     int64_t (*last)(const struct history *h, int64_t today));

/* view_today - a count of the open day, for alarms
 * in    count   history_today_in or history_today_mailboxes
 * err   UNKNOWN: not found out */
struct value view_today(const struct view *v,
			int64_t (*count)(const struct history *h, int64_t today));

/* view_new - does this history allow calling a missing value new?
 * in    usual   what one of the questions of behavior/history.h said
 * err   UNKNOWN: too little is known, or what is missing of the history might know it */
struct value view_new(const struct view *v, enum answer usual);

/* view_unusual - is this a value that a known correspondent never used?
 * in    seen   what the message has; absent is never unusual
 * err   UNKNOWN: too little is known of them */
struct value view_unusual(const struct view *v, enum usual kind,
			  const struct value *seen);

/* which facts tell of the habits in one kind of history */
struct habit_facts {
	/* messages that tell what is usual: history_messages_in, or where older records
	 * have counts but no habits, history_observed */
	int64_t (*noted)(const struct history *h, int64_t today);
	enum fact_id today, burst;
	enum fact_id new_reply_to, new_mailer, new_network, new_dkim, new_link, new_hour;
};

/* facts_of_habits - what in this message is new for those who know its sender
 * err   UNKNOWN where too little is known */
void facts_of_habits(const struct answers *m, const struct view *v,
		     const struct habit_facts *facts, struct value *at);

#endif
