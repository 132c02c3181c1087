#include "serve/handlers.h"

#define LOOP(f) .talk = f
#define DATA(f) .answer = f
const struct handler handlers[COMMAND_COUNT] = {
#define COMMAND(id, name, arity, kind, ...) [COMMAND_##id] = { kind },
#include "serve/commands.def"
#undef COMMAND
};
#undef LOOP
#undef DATA
