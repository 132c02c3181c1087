/* The text of a configuration as tokens, each with its file and line: comments gone,
 * strings unwrapped, includes put in their place. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "config/diagnostic.h"

enum token_kind { TOKEN_WORD, TOKEN_STRING, TOKEN_MARK, TOKEN_END };

struct token {
	enum token_kind kind;
	const char *text; /* without quotes; a mark: one of { } ( ) = += , */
	struct origin at;
};

struct source {
	struct arena *arena; /* texts and file names; outlives the source */
	struct diagnostics *diagnostics;
	GPtrArray *files; /* names, in the order in which they were read */
	GArray *tokens;   /* struct token */
	GPtrArray *open;  /* real names of the files that are being read */
	size_t bytes;     /* read so far */
};

/* source_init - ready to read
 * own   source_clear() frees; arena and diagnostics stay the caller's */
void source_init(struct source *s, struct arena *a, struct diagnostics *c);

/* source_clear - free the tokens and lists, not what lives in the arena */
void source_clear(struct source *s);

/* source_read - append the tokens of a file and of all that it includes
 * err   none: what is wrong is in diagnostics, and what could be read is there */
void source_read(struct source *s, const char *path);

/* source_read_text - the same for text in memory; an include is refused
 * err   none: as source_read() */
void source_read_text(struct source *s, const char *name, struct bytes text);

/* token_is_mark - is it this mark? */
bool token_is_mark(const struct token *t, const char *mark);

/* token_is_text - is it a word or a string? */
bool token_is_text(const struct token *t);

#endif
