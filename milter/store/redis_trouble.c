/* The table of what servers report about. */
#include "store/redis_trouble.h"

#include <string.h>

const struct redis_trouble_row redis_troubles[TROUBLE_COUNT] = {
#define TROUBLE(id, word, name, out, remedy) [TROUBLE_##id] = { word, name, out, remedy },
#include "store/redis_trouble.def"
#undef TROUBLE
};

enum redis_trouble redis_trouble_of(const char *text)
{
	enum redis_trouble t = 0;

	while (t < TROUBLE_OTHER &&
	       strncmp(text, redis_troubles[t].word, strlen(redis_troubles[t].word)) != 0)
		t++;
	return t;
}
