/* Who answers each command. */
#ifndef SERVE_HANDLERS_H
#define SERVE_HANDLERS_H

#include "serve/command.h"

/* one of the two, as its row says */
struct handler {
	void (*talk)(const struct talk *t);
	void (*answer)(struct serving *s, const struct call *c, GString *out);
};

/* in the order of command_rows */
extern const struct handler handlers[COMMAND_COUNT];

#define LOOP(f) void f(const struct talk *t);
LOOP(talk_dbsize)
LOOP(talk_ping)
LOOP(talk_echo)
LOOP(talk_auth)
LOOP(talk_hello)
LOOP(talk_quit)
LOOP(talk_select)
LOOP(talk_role)
LOOP(talk_ok)
LOOP(talk_time)
LOOP(talk_info)
LOOP(talk_command)
LOOP(talk_config)
LOOP(talk_client)
LOOP(talk_cluster)
#undef LOOP

#define DATA(f) void f(struct serving *s, const struct call *c, GString *out);
DATA(data_get)
DATA(data_mget)
DATA(data_exists)
DATA(data_strlen)
DATA(data_type)
DATA(data_ttl)
DATA(data_pttl)
DATA(data_expiretime)
DATA(data_scan)
#undef DATA

#endif
